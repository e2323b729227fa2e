"""The HSS: an Ericsson CAI3G 1.2 node with Login, Logout, Get and Search for GsmHlr subscriptions."""

import asyncio
import contextlib
import re
from collections.abc import Callable, Iterator
from typing import Final

from sandbox import soap, wsdl_files, xmlread
from sandbox.call import Call, Reply, SystemName, plain
from sandbox.credentials import Credential
from sandbox.hss import messages, profile
from sandbox.hss.messages import CAI3G, GSM_HLR, cai3g, cai3g_fault, gsm, header_fault
from sandbox.hss.sessions import BusyError, HeaderFaultError, LicenceError, Session, Sessions
from sandbox.population import Line, Population
from sandbox.soap import SoapFaultError, SoapRequest
from sandbox.ugly import stack_text
from sandbox.xmlread import Element
from sandbox.xmlwrite import Markup

PATH: Final = "/services/CAI3G1.2"
_OPERATIONS: Final = ("Login", "Logout", "Get", "Search")
_MO_TYPE: Final = f"Subscription@{GSM_HLR}"


class HSS:
    """The subscriber database. *latency_s* is how long it thinks about a Get or a Search, holding the session."""

    name = SystemName.HSS
    content_type = soap.CONTENT_TYPE

    def __init__(self, people: Population, credential: Credential, sessions: Sessions, *, latency_s: float) -> None:
        self._people = people
        self._credential = credential
        self._sessions = sessions
        self._latency_s = latency_s

    def call_name(self, call: Call) -> str | None:
        """The operation that the SOAPAction names."""
        if call.method != "POST":
            return None
        action = (soap.action_of(call) or "").removeprefix("CAI3G#")
        return action if action in _OPERATIONS else "unknown"

    def own_fault(self, call: Call) -> Reply:
        """A Cai3gFault with a stack trace and the number asked about."""
        found = re.search(rb"(?:msisdn|imsi)(?:>|=)\s*(\d{8,15})", call.body)
        number = found[1].decode() if found else "unknown"
        return _fault_reply(cai3g_fault(messages.INTERNAL, stack_text(number, component="ema")))

    def expire_sessions(self) -> None:
        """Forget every session, so that the next use of each is refused."""
        self._sessions.expire_all()

    async def answer(self, call: Call) -> Reply:
        """Answer a SOAP request, or serve the WSDL."""
        if call.method == "GET":
            return wsdl_files.serve(call, "cai3g.wsdl" if call.path == PATH else None)
        if call.method != "POST" or call.path != PATH:
            return plain(404, "There is nothing here.\n")
        try:
            request = soap.read_request(call)
            return await self._answer(request, _operation_name(request))
        except SoapFaultError as fault:
            return _fault_reply(fault)

    async def _answer(self, request: SoapRequest, operation: str) -> Reply:
        match operation:
            case "Login":
                return _reply(self._login(request.body))
            case "Logout":
                return _reply(self._logout(request), request)
            case "Get":
                return await self._in_session(request, self._get)
            case _:
                return await self._in_session(request, self._search)

    def _login(self, body: Element) -> Markup:
        user, password = (xmlread.child_text(body, CAI3G, name) for name in ("userId", "pwd"))
        if not self._credential.admits(user, password):
            raise cai3g_fault(messages.LOGIN_REFUSED, "Login refused: user or password is wrong.")
        try:
            session = self._sessions.open()
        except LicenceError:
            raise cai3g_fault(messages.LICENCE_LIMIT, "Login refused: license limit reached.") from None
        return cai3g("LoginResponse", cai3g("sessionId", session.id), cai3g("baseSequenceId", session.base))

    def _logout(self, request: SoapRequest) -> Markup:
        named = xmlread.child_text(request.body, CAI3G, "sessionId")
        with _header_faults():
            if named is None or request.header_text(CAI3G, "SessionId") != named:
                raise HeaderFaultError("SessionId")
            self._sessions.close(named)
        return cai3g("LogoutResponse")

    async def _in_session(self, request: SoapRequest, operation: Callable[[Element], Markup]) -> Reply:
        """Run an operation while holding its session; the session is free again when the reply has left."""
        session = self._begin(request)
        try:
            await asyncio.sleep(self._latency_s)
            reply = _reply(operation(request.body), request, session)
        except SoapFaultError as fault:
            reply = _releasing(_fault_reply(fault), session)
        except BaseException:
            session.busy = False
            raise
        return reply

    def _begin(self, request: SoapRequest) -> Session:
        texts = [request.header_text(CAI3G, name) for name in messages.SESSION_HEADERS]
        try:
            with _header_faults():
                return self._sessions.begin_call(session_id=texts[0], transaction_id=texts[1], sequence_id=texts[2])
        except BusyError:
            raise cai3g_fault(messages.SESSION_BUSY, "The session is already serving a request.") from None

    def _get(self, body: Element) -> Markup:
        _check_type(body)
        line = self._line_of(xmlread.child(body, CAI3G, "MOId"))
        if line is None:
            raise cai3g_fault(messages.SUBSCRIBER_NOT_FOUND, "Subscriber not found.")
        return cai3g("GetResponse", _mo_id(line), cai3g("MOAttributes", profile.subscription(line)))

    def _search(self, body: Element) -> Markup:
        _check_type(body)
        texts = [xmlread.text_of(entry) or "" for entry in body.findall(f"{{{CAI3G}}}filters//{{{CAI3G}}}MOAttributes")]
        if not texts or not all(re.fullmatch(r"(imsi|msisdn)=[0-9]+", text) for text in texts):
            raise cai3g_fault(messages.MALFORMED, "A filter must be imsi=… or msisdn=….")
        lines = [self._line_by(*text.split("=")) for text in texts]
        return cai3g("SearchResponse", [_mo_id(line) for line in lines if line])

    def _line_of(self, mo_id: Element | None) -> Line | None:
        keys = (
            [entry for entry in mo_id if xmlread.local_name(entry) in {"msisdn", "imsi"}] if mo_id is not None else []
        )
        if len(keys) != 1 or xmlread.namespace_of(keys[0]) not in {CAI3G, GSM_HLR}:
            raise cai3g_fault(messages.MALFORMED, "MOId must hold one msisdn or one imsi.")
        return self._line_by(xmlread.local_name(keys[0]), xmlread.text_of(keys[0]) or "")

    def _line_by(self, kind: str, value: str) -> Line | None:
        return self._people.line_by_imsi(value) if kind == "imsi" else self._people.line_by_msisdn(value)


def _operation_name(request: SoapRequest) -> str:
    operation = request.action.removeprefix("CAI3G#")
    if request.action != f"CAI3G#{operation}" or request.body.tag != f"{{{CAI3G}}}{operation}":
        raise SoapFaultError("The body does not belong to the SOAPAction.")
    if operation not in _OPERATIONS:
        raise cai3g_fault(messages.NOT_SUPPORTED, "The operation is not supported.")
    return operation


def _check_type(body: Element) -> None:
    if xmlread.child_text(body, CAI3G, "MOType") != _MO_TYPE:
        raise cai3g_fault(messages.NOT_SUPPORTED, "The MOType is not known.")


def _mo_id(line: Line) -> Markup:
    return cai3g("MOId", gsm("msisdn", line.msisdn), gsm("imsi", line.key.imsi))


@contextlib.contextmanager
def _header_faults() -> Iterator[None]:
    try:
        yield
    except HeaderFaultError as fault:
        raise header_fault(fault.header) from None


def _reply(body: Markup, request: SoapRequest | None = None, session: Session | None = None) -> Reply:
    headers = messages.echoed_headers(request) if request else []
    reply = soap.reply(body, headers=headers, prefixes=messages.PREFIXES)
    return _releasing(reply, session) if session else reply


def _fault_reply(fault: SoapFaultError) -> Reply:
    return soap.fault_reply(fault, prefixes=messages.PREFIXES)


def _releasing(reply: Reply, session: Session) -> Reply:
    def release() -> None:
        session.busy = False

    return Reply(
        status=reply.status, content_type=reply.content_type, body=reply.body, headers=reply.headers, after=release
    )
