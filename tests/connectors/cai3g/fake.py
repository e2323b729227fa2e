"""A small CAI3G node for tests: strict about sessions, with switches for whatever goes wrong."""

import asyncio
import dataclasses
from collections import Counter
from collections.abc import Callable

from lxml import etree
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
CAI3G = "http://schemas.ericsson.com/cai3g1.2/"
GSM = "http://schemas.ericsson.com/ema/UserProvisioning/GsmHlr/"
PWD = "NEVER-READ-8f2c"
BASE_SEQUENCE_ID = 1_890_000_000_000_000_000


@dataclasses.dataclass
class FakeSession:
    last_sequence_id: int
    busy: bool = False


@dataclasses.dataclass(frozen=True)
class Asked:
    """What one request carried."""

    operation: str
    body: etree._Element
    headers: dict[str, str]


def descendant(element: etree._Element, path: str) -> etree._Element:
    """The first element at *path*, which must be there."""
    found = element.find(path)
    assert found is not None
    return found


def fault(text: str, *, code: str = "Server", detail: str = "") -> str:
    return (
        f'<s:Fault xmlns:s="{SOAP}"><faultcode>s:{code}</faultcode><faultstring>{text}</faultstring>'
        f"<detail>{detail}</detail></s:Fault>"
    )


def cai3g_fault(number: object, *, code: str = "Server", reason: str = "it did not work", below: str = "") -> str:
    detail = (
        f'<c:Cai3gFault xmlns:c="{CAI3G}"><faultcode>{number}</faultcode><faultreason><reasonText>{reason}</reasonText>'
        f"</faultreason><faultrole>MF</faultrole>{below and f'<details>{below}</details>'}</c:Cai3gFault>"
    )
    return fault("error, see detail", code=code, detail=detail)


def header_fault(header: str) -> str:
    detail = (
        f'<c:{header}Fault xmlns:c="{CAI3G}"><c:faultactor>node</c:faultactor><c:description>no</c:description>'
        f"<c:faultcode>Invalid {header}</c:faultcode></c:{header}Fault>"
    )
    return fault(f"Invalid {header}", detail=detail)


def subscription(*, msisdn: str, imsi: str, fields: str = "<g:obo>0</g:obo>") -> str:
    return (
        f'<c:GetResponse xmlns:c="{CAI3G}" xmlns:g="{GSM}"><c:MOId><g:msisdn>{msisdn}</g:msisdn></c:MOId>'
        f"<c:MOAttributes><g:getResponseSubscription><g:imsi>{imsi}</g:imsi><g:msisdn>{msisdn}</g:msisdn>"
        f"<g:pwd>{PWD}</g:pwd>{fields}</g:getResponseSubscription></c:MOAttributes></c:GetResponse>"
    )


def imsi_of(msisdn: str) -> str:
    return f"99970{msisdn[-8:]:0>10}"


class FakeHSS:
    """
    An ASGI app. Sessions: at most *limit*, one call at a time in each, SequenceIds growing; any breach is a fault and is
    noted in `breaches`.
    """

    def __init__(self, *, limit: int = 8) -> None:
        self.limit = limit
        self.latency_s = 0.0
        self.login_latency_s = 0.0
        self.sessions: dict[str, FakeSession] = {}
        self.calls: Counter[str] = Counter()
        self.asked: list[Asked] = []
        self.breaches: list[str] = []
        self.unknown: set[str] = set()
        self.password = "right"
        self.fields = "<g:obo>0</g:obo>"
        self.faults: dict[str, str] = {}
        """Operation -> the fault it answers from now on."""
        self.replies: dict[str, str] = {}
        """Operation -> the body it answers from now on, whatever was asked."""
        self.echo: dict[str, str] = {}
        """Echoed header -> the value it has instead of the right one."""
        self.raw: Response | None = None
        self.keeps_going = False
        """Whether a call is worked on to its end although the client has gone."""
        self._serial = 0

    def expire(self) -> None:
        self.sessions.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        handling = asyncio.ensure_future(self._answer(body, action=request.headers["soapaction"]))
        response = await (asyncio.shield(handling) if self.keeps_going else handling)
        await response(scope, receive, send)

    async def _answer(self, body: bytes, *, action: str) -> Response:
        envelope = etree.fromstring(body)
        element = descendant(envelope, f"{{{SOAP}}}Body")[0]
        operation = etree.QName(element).localname
        assert action == f'"CAI3G#{operation}"'
        headers = {
            etree.QName(header).localname: header.text or "" for header in envelope.iterfind(f"{{{SOAP}}}Header/*")
        }
        asked = Asked(operation, element, headers)
        self.calls[operation] += 1
        self.asked.append(asked)
        if self.raw is not None:
            return self.raw
        content = self.faults.get(operation) or await self._operation(asked)
        return _response(content, {**headers, **self.echo})

    async def _operation(self, asked: Asked) -> str:
        match asked.operation:
            case "Login":
                await asyncio.sleep(self.login_latency_s)
                return self._login(asked)
            case "Logout":
                return self._logout(asked)
            case "Get":
                return await self._in_session(asked, self._get)
            case _:
                return await self._in_session(asked, self._search)

    def _login(self, asked: Asked) -> str:
        if asked.body.findtext(f"{{{CAI3G}}}pwd") != self.password:
            return cai3g_fault(4711, reason="Wrong password for this user")
        if len(self.sessions) >= self.limit:
            return cai3g_fault(4712, reason="The session licence is used up")
        self._serial += 1
        session_id = f"session{self._serial}"
        self.sessions[session_id] = FakeSession(last_sequence_id=BASE_SEQUENCE_ID)
        return (
            f'<c:LoginResponse xmlns:c="{CAI3G}"><c:sessionId>{session_id}</c:sessionId>'
            f"<c:baseSequenceId>{BASE_SEQUENCE_ID}</c:baseSequenceId></c:LoginResponse>"
        )

    def _logout(self, asked: Asked) -> str:
        named = asked.body.findtext(f"{{{CAI3G}}}sessionId") or ""
        if self.sessions.pop(named, None) is None or asked.headers["SessionId"] != named:
            return header_fault("SessionId")
        return f'<c:LogoutResponse xmlns:c="{CAI3G}"/>'

    async def _in_session(self, asked: Asked, operation: Callable[[Asked], str]) -> str:
        session = self.sessions.get(asked.headers["SessionId"])
        if session is None:
            return header_fault("SessionId")
        if int(asked.headers["SequenceId"]) <= session.last_sequence_id:
            self.breaches.append("SequenceId did not grow")
            return header_fault("SequenceId")
        if session.busy:
            self.breaches.append("two calls at once in one session")
            return cai3g_fault(4713)
        session.last_sequence_id = int(asked.headers["SequenceId"])
        session.busy = True
        try:
            await asyncio.sleep(self.latency_s)
            return self.replies.get(asked.operation) or operation(asked)
        finally:
            session.busy = False

    def _get(self, asked: Asked) -> str:
        key = descendant(asked.body, f"{{{CAI3G}}}MOId")[0]
        value = key.text or ""
        if value in self.unknown:
            return cai3g_fault(13001, reason="no such subscriber")
        msisdn = value if etree.QName(key).localname == "msisdn" else "999" + value[-8:]
        return subscription(msisdn=msisdn, imsi=imsi_of(msisdn), fields=self.fields)

    def _search(self, asked: Asked) -> str:
        imsi = (asked.body.findtext(f".//{{{CAI3G}}}MOAttributes") or "").removeprefix("imsi=")
        if imsi in self.unknown:
            return f'<c:SearchResponse xmlns:c="{CAI3G}"/>'
        return (
            f'<c:SearchResponse xmlns:c="{CAI3G}"><c:MOId><g:msisdn xmlns:g="{GSM}">999{imsi[-8:]}</g:msisdn>'
            f'<g:imsi xmlns:g="{GSM}">{imsi}</g:imsi></c:MOId></c:SearchResponse>'
        )


def _response(content: str, headers: dict[str, str]) -> Response:
    echoed = "".join(f'<c:{name} xmlns:c="{CAI3G}">{value}</c:{name}>' for name, value in headers.items())
    body = f'<s:Envelope xmlns:s="{SOAP}"><s:Header>{echoed}</s:Header><s:Body>{content}</s:Body></s:Envelope>'
    return Response(body, status_code=500 if ":Fault" in content else 200, media_type="text/xml")
