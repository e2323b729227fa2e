"""CAI3G's messages over SOAP: Login, Logout, Get and Search. Knows no pool, no guard and no GsmHlr field."""

import asyncio
import re
from collections.abc import Mapping

from connectors import lexical
from connectors.cai3g.faults import call_error, login_error
from connectors.cai3g.mapping import MoId
from connectors.cai3g.session import Opened, Ticket
from connectors.cai3g.settings import CAI3GSettings, ImsiLookup, MoIdNamespace
from connectors.errors import BadData, Misconfigured, TimedOut
from connectors.soap import SoapClient, SoapFault, Wsdl, WsdlError
from connectors.soap.client import SoapReply
from connectors.soap.envelope import Qualified
from connectors.wire import HttpWire
from connectors.xml import Node, XmlError

NAMESPACE = "http://schemas.ericsson.com/cai3g1.2/"

_SESSION_ID = re.compile(r"\w+")  # SessionIdType of cai3g.xsd.
_UNSIGNED_LONG = range(2**64)


class CAI3GProtocol:
    """The operations of one CAI3G system. Also the door through which the session pool logs in and out."""

    def __init__(self, system: str, settings: CAI3GSettings, wire: HttpWire) -> None:
        self._system = system
        self._settings = settings
        self._wsdl = Wsdl(settings.wsdl)
        self._require(_operations(settings))
        session_path = settings.path if settings.session_path is None else settings.session_path
        self._provisioning = SoapClient(system, wire, path=settings.path)
        self._session_control = SoapClient(system, wire, path=session_path)
        mo = settings.mo_id_namespace is MoIdNamespace.MO
        self._mo_id_namespace = settings.mo_namespace if mo else NAMESPACE

    async def log_in(self) -> Opened:
        """A new session (Login). Raises Misconfigured for wrong credentials, Unavailable when no licence is left."""
        if self._settings.fixed_session_id is not None:
            return Opened(self._settings.fixed_session_id.get_secret_value(), base_sequence_id=0)
        try:
            async with asyncio.timeout(self._settings.guard.timeout_s):
                reply = await self._ask(self._session_control, "Login", self.login_envelope())
            return _opened(reply.body)
        except TimeoutError as exc:
            raise TimedOut("no whole answer in time", system=self._system, operation="Login") from exc
        except SoapFault as fault:
            raise login_error(fault, codes=self._settings.fault_codes, system=self._system) from fault
        except (XmlError, lexical.LexicalError) as exc:
            raise BadData(str(exc), system=self._system, operation="Login") from exc

    async def log_out(self, ticket: Ticket) -> None:
        """End a session (Logout)."""
        if self._settings.fixed_session_id is not None:
            return
        try:
            async with asyncio.timeout(self._settings.guard.timeout_s):
                await self._in_session(self._session_control, "Logout", self.logout_envelope(ticket), ticket)
        except TimeoutError as exc:
            raise TimedOut("no whole answer in time", system=self._system, operation="Logout") from exc

    def renew(self, settings: CAI3GSettings) -> None:
        """Log in with the credentials of *settings* from now on."""
        self._settings = settings

    async def get(self, mo_id: MoId, ticket: Ticket) -> SoapReply:
        """The GetResponse for one subscription; *mo_id* is written as the system writes it."""
        return await self._in_session(self._provisioning, "Get", self.get_envelope(mo_id, ticket), ticket)

    async def search(self, mo_id: MoId, ticket: Ticket) -> SoapReply:
        """The SearchResponse, which names the subscriptions that have this key."""
        return await self._in_session(self._provisioning, "Search", self.search_envelope(mo_id, ticket), ticket)

    def login_envelope(self) -> bytes:
        """The Login request. Holds the password: not kept, not logged."""
        password = self._settings.password
        values = {"userId": self._settings.user, "pwd": "" if password is None else password.get_secret_value()}
        return self._envelope("Login", values, None)

    def logout_envelope(self, ticket: Ticket) -> bytes:
        """The Logout request."""
        return self._envelope("Logout", {"sessionId": ticket.session_id}, ticket)

    def get_envelope(self, mo_id: MoId, ticket: Ticket) -> bytes:
        """The Get request. The key inside MOId belongs to no published schema, so it is built as a raw element."""
        key = Qualified(self._mo_id_namespace, mo_id.key, mo_id.value)
        return self._envelope("Get", {"MOType": self._settings.mo_type, "MOId": {"_value_1": [key]}}, ticket)

    def search_envelope(self, mo_id: MoId, ticket: Ticket) -> bytes:
        """The Search request, with one filter."""
        filters = {"filter": [{"MOAttributes": [f"{mo_id.key}={mo_id.value}"]}]}
        return self._envelope("Search", {"MOType": self._settings.mo_type, "filters": filters}, ticket)

    def _envelope(self, operation: str, values: Mapping[str, object], ticket: Ticket | None) -> bytes:
        try:
            return self._wsdl.envelope(operation, values, headers=None if ticket is None else _headers(ticket))
        except WsdlError as exc:
            raise Misconfigured("the configured wsdl does not fit", system=self._system, operation=operation) from exc

    async def _in_session(self, client: SoapClient, operation: str, envelope: bytes, ticket: Ticket) -> SoapReply:
        try:
            reply = await self._ask(client, operation, envelope)
            _check_echo(reply, ticket)
        except SoapFault as fault:
            codes = self._settings.fault_codes
            raise call_error(fault, codes=codes, system=self._system, operation=operation) from fault
        except XmlError as exc:
            raise BadData(str(exc), system=self._system, operation=operation) from exc
        return reply

    async def _ask(self, client: SoapClient, operation: str, envelope: bytes) -> SoapReply:
        action = self._wsdl.action(operation)
        return await client.ask(envelope, operation=operation, action=action, expect=f"{operation}Response")

    def _require(self, operations: frozenset[str]) -> None:
        missing = sorted(operations - self._wsdl.operations)
        if missing:
            raise WsdlError(f"the wsdl of {self._system} lacks {', '.join(missing)}; name the whole CAI3G WSDL")


def _operations(settings: CAI3GSettings) -> frozenset[str]:
    session = frozenset[str]() if settings.fixed_session_id is not None else frozenset({"Login", "Logout"})
    search = frozenset({"Search"}) if settings.imsi_lookup is ImsiLookup.SEARCH else frozenset[str]()
    return session | search | {"Get"}


def _headers(ticket: Ticket) -> list[Qualified]:
    return [
        Qualified(NAMESPACE, "SessionId", ticket.session_id),
        Qualified(NAMESPACE, "TransactionId", str(ticket.transaction_id)),
        Qualified(NAMESPACE, "SequenceId", str(ticket.sequence_id)),
    ]


def _opened(reply: Node) -> Opened:
    session_id = reply.require_text("sessionId")
    if not _SESSION_ID.fullmatch(session_id):
        raise XmlError("sessionId is not of its form")
    base = reply.require_integer("baseSequenceId")
    if base not in _UNSIGNED_LONG:
        raise XmlError("baseSequenceId is out of range")
    return Opened(session_id, base_sequence_id=base)


def _check_echo(reply: SoapReply, ticket: Ticket) -> None:
    """Refuse an answer to another call. Some systems leave the echoed headers out or empty; then there is none."""
    if reply.header is None:
        return
    sent = {"SessionId": ticket.session_id, "TransactionId": ticket.transaction_id, "SequenceId": ticket.sequence_id}
    for name, value in sent.items():
        echo = reply.header.text(name)
        if echo is not None and echo != str(value):
            raise XmlError(f"{name} is not the one sent")
