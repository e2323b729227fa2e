"""Every question to a CAI3G node put on trial: its answer, what of it is read, what an independent reader finds in it."""

import contextlib
import dataclasses
import os
import pathlib
import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from unittest import mock

import httpx
from lxml import etree
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from connectors.cai3g import CAI3GConnector, CAI3GSettings
from connectors.cai3g.session import Session, Ticket
from tests.connectors.cai3g import facts
from tests.connectors.cai3g.conftest import WSDL
from tests.connectors.cai3g.fake import CAI3G, GSM, PWD, SOAP, imsi_of
from tests.connectors.mutants import Effect, Mutant
from tests.connectors.support import environment, soon
from tests.connectors.trial import Trial

MSISDN = "99960000042"
IMSI = imsi_of(MSISDN)
SENT = {"SessionId": "session1", "TransactionId": "77", "SequenceId": "88"}
IDENTITIES = {
    MSISDN: "99960000043",
    IMSI: imsi_of("99960000043"),
    "session1": "session2",
    "77": "78",
    "88": "87",
}

FIELDS = (
    "<g:profileId>46</g:profileId><g:stype>2</g:stype><g:obo>1</g:obo><g:obi>0</g:obi><g:obr>2</g:obr><g:obssm/>"
    "<g:ts11>1</g:ts11><g:ts21>0</g:ts21><g:clip>1</g:clip><g:clir>2</g:clir><g:cat>10</g:cat>"
    "<g:caw><g:provisionState>1</g:provisionState><g:ts10><g:activationState>1</g:activationState></g:ts10></g:caw>"
    "<g:nam><g:prov>0</g:prov><g:keep>1</g:keep></g:nam><g:cfu>1</g:cfu>"
    "<g:cfb><g:provisionState>1</g:provisionState><g:activationState>0</g:activationState></g:cfb>"
    "<g:cfnry><g:provisionState>1</g:provisionState><g:ts10><g:activationState>1</g:activationState><g:fnum>212</g:fnum>"
    "</g:ts10></g:cfnry><g:gprs><g:pdpid>1</g:pdpid><g:apnid>7</g:apnid></g:gprs><g:gprs><g:apnid>internet</g:apnid></g:gprs>"
)


def envelope(content: str) -> bytes:
    """A whole answer with the headers echoed."""
    headers = "".join(f"<c:{name}>{value}</c:{name}>" for name, value in SENT.items())
    return (
        f'<s:Envelope xmlns:s="{SOAP}" xmlns:c="{CAI3G}" xmlns:g="{GSM}"><s:Header>{headers}</s:Header>'
        f"<s:Body>{content}</s:Body></s:Envelope>"
    ).encode()


SUBSCRIPTION = envelope(
    f"<c:GetResponse><c:MOId><g:msisdn>{MSISDN}</g:msisdn></c:MOId><c:MOAttributes>"
    f'<g:getResponseSubscription imsi="{IMSI}"><g:imsi>{IMSI}</g:imsi><g:msisdn>{MSISDN}</g:msisdn>'
    f"<g:pwd>{PWD}</g:pwd>{FIELDS}</g:getResponseSubscription></c:MOAttributes></c:GetResponse>"
)
SEARCH = envelope(
    f"<c:SearchResponse><c:MOId><g:msisdn>{MSISDN}</g:msisdn><g:imsi>{IMSI}</g:imsi></c:MOId></c:SearchResponse>"
)
LOGIN = envelope(
    "<c:LoginResponse><c:sessionId>session1</c:sessionId><c:baseSequenceId>1890</c:baseSequenceId></c:LoginResponse>"
)


@dataclasses.dataclass(frozen=True)
class Case:
    """One question and its answer."""

    operation: str
    body: bytes
    names: str
    ask: Callable[[CAI3GConnector], Awaitable[Any]]
    facts: Callable[[Mutant], Any]
    others: dict[str, str] = dataclasses.field(default_factory=lambda: dict(IDENTITIES))
    settings: dict[str, object] = dataclasses.field(default_factory=dict)

    @property
    def reads(self) -> frozenset[str]:
        """Local names of what is read."""
        return frozenset(
            f"Body Header SessionId TransactionId SequenceId {self.operation}Response {self.names}".split()
        )


def _profile(mutant: Mutant, **asked: str) -> Any:
    return facts.profile(facts.reply(mutant, "Get", headers=SENT), asked=asked)


def _found(mutant: Mutant) -> Any:
    facts.found(facts.reply(mutant, "Search", headers=SENT), imsi=IMSI, msisdn=MSISDN)
    return _profile(dataclasses.replace(mutant, body=SUBSCRIPTION, charset="utf-8"), imsi=IMSI)


_FIELD_NAMES = (
    "MOId MOAttributes getResponseSubscription imsi msisdn profileId stype obo obi obr obssm ts11 ts21 clip clir cat caw nam "
    "prov cfu cfb cfnry provisionState activationState ts10 fnum gprs apnid"
)

CASES = {
    "a profile by number": Case(
        operation="Get",
        body=SUBSCRIPTION,
        names=_FIELD_NAMES,
        ask=lambda hss: hss.profile_by_msisdn(MSISDN, within=soon()),
        facts=lambda mutant: _profile(mutant, msisdn=MSISDN),
    ),
    "a profile by IMSI": Case(
        operation="Get",
        body=SUBSCRIPTION,
        names=_FIELD_NAMES,
        ask=lambda hss: hss.profile_by_imsi(IMSI, within=soon()),
        facts=lambda mutant: _profile(mutant, imsi=IMSI),
    ),
    "a search": Case(
        operation="Search",
        body=SEARCH,
        names="MOId msisdn imsi",
        ask=lambda hss: hss.profile_by_imsi(IMSI, within=soon()),
        facts=_found,
        settings={"imsi_lookup": "search"},
    ),
    "a login": Case(
        operation="Login",
        body=LOGIN,
        names="sessionId baseSequenceId",
        ask=lambda hss: hss.profile_by_msisdn(MSISDN, within=soon()),
        facts=lambda mutant: facts.session(facts.reply(mutant, "Login", headers={})),
    ),
}


class Node:
    """A node that gives one operation's answer as a mutant has it, and notes the headers of Get."""

    def __init__(self, operation: str) -> None:
        self.operation = operation
        self.mutant: Mutant | None = None
        self.headers: dict[str, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        whole = etree.fromstring(await Request(scope, receive).body())
        operation = etree.QName(whole[-1][0]).localname
        if operation == "Get":
            self.headers = {etree.QName(each).localname: each.text or "" for each in whole[0]}
        good = {"Login": LOGIN, "Get": self._profile(), "Search": SEARCH, "Logout": envelope("<c:LogoutResponse/>")}
        damaged = self.mutant is not None and operation == self.operation
        content = self.mutant.body if damaged and self.mutant else good[operation]
        kind = self.mutant.content_type("text/xml") if damaged and self.mutant else "text/xml; charset=utf-8"
        await Response(content, headers={"content-type": kind})(scope, receive, send)

    def _profile(self) -> bytes:
        """Without echo: what was sent is compared elsewhere."""
        return re.sub(b"<s:Header>.*</s:Header>", b"", SUBSCRIPTION)


@contextlib.contextmanager
def on_trial(case: Case, _: pathlib.Path) -> Iterator[Trial]:
    """Connectors to a node that gives each mutant as its answer. The headers of calls are always the same."""
    node = Node(case.operation)
    login = case.operation == "Login"

    async def ask(mutant: Mutant) -> Any:
        node.mutant = mutant
        # A new connector each time: a session that lives on would spare the next login.
        hss = CAI3GConnector("hss", _settings(**case.settings), environment(transport=httpx.ASGITransport(node)))
        try:
            answer = (await case.ask(hss)).value
        finally:
            node.mutant = None
            await hss.aclose()
        return [node.headers["SessionId"], int(node.headers["SequenceId"])] if login else answer

    ticket = Ticket(session_id="session1", transaction_id=77, sequence_id=88)
    fixed = contextlib.nullcontext() if login else mock.patch.object(Session, "ticket", return_value=ticket)
    with mock.patch.dict(os.environ, HSS_PASSWORD="right"), fixed:
        yield Trial(ask=ask, facts=case.facts, right=case.facts(unharmed(case)))


def unharmed(case: Case) -> Mutant:
    """The answer as it is."""
    return Mutant(kind="nothing", effect=Effect.SAME, body=case.body, charset="utf-8")


def _settings(**changes: object) -> CAI3GSettings:
    basis = {
        "dialect": "cai3g",
        "url": "http://hss.test",
        "wsdl": str(WSDL),
        "user": "x",
        "password": "env:HSS_PASSWORD",
    }
    return CAI3GSettings.model_validate(basis | changes)
