"""A pretend CBS: answers what it was told to, in order, and remembers what it was asked."""

import collections
import dataclasses

import httpx
from lxml import etree
from starlette.requests import Request
from starlette.responses import Response

from connectors.cbs import CBSConnector, CBSSettings
from tests.connectors.cbs import replies
from tests.connectors.support import FixedClock, Reports, environment
from tests.dialects import ROOT

WSDLS = ROOT / "sandbox" / "wsdl"


@dataclasses.dataclass
class Asked:
    """A request as it came."""

    path: str
    action: str
    operation: str
    body: etree._Element

    def texts(self) -> dict[str, str]:
        """Leaves of the message by local name."""
        leaves = (element for element in self.body.iter() if not len(element))
        return {etree.QName(leaf).localname: (leaf.text or "") for leaf in leaves}


class FakeCbs:
    """Replies by operation; the last one is repeated."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.status = 200
        self.content_type = "text/xml; charset=utf-8"
        self._replies: dict[str, collections.deque[bytes]] = {}

    def says(self, operation: str, *messages: bytes) -> None:
        self._replies[operation] = collections.deque(messages)

    def tells(self, operation: str, *results: etree._Element) -> None:
        self.says(operation, *(replies.message(operation, result) for result in results))

    async def __call__(self, scope, receive, send) -> None:
        request = Request(scope, receive)
        body = etree.fromstring(await request.body())[0][0]
        operation = etree.QName(body).localname.removesuffix("RequestMsg")
        self.asked.append(Asked(request.url.path, request.headers["soapaction"], operation, body))
        waiting = self._replies[operation]
        content = waiting.popleft() if len(waiting) > 1 else waiting[0]
        response = Response(content, status_code=self.status, headers={"content-type": self.content_type})
        await response(scope, receive, send)


def settings(**changes: object) -> CBSSettings:
    """Settings as an operator would give them, the secret read already."""
    values = {
        "url": "http://billing.example:8102",
        "bc_wsdl": WSDLS / "cbs_bc.wsdl",
        "ar_wsdl": WSDLS / "cbs_ar.wsdl",
        "login_system_code": "SWITCHBOARD",
        "password": "env:TEST_CBS_PASSWORD",
        "zone": "Europe/Madrid",
        "currencies": {1102: "EUR"},
    }
    return CBSSettings.model_validate(values | changes)


def connector(
    fake: FakeCbs, *, report: Reports | None = None, clock: FixedClock | None = None, **changes: object
) -> CBSConnector:
    surroundings = environment(transport=httpx.ASGITransport(fake), report=report, clock=clock)
    return CBSConnector("billing", settings(**changes), surroundings)
