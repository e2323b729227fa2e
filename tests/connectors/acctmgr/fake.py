"""A pretend AcctMgr: answers what it was told to, and remembers what it was asked."""

import collections

import httpx
from lxml import etree
from starlette.requests import Request
from starlette.responses import Response

from connectors.acctmgr import AcctMgrConnector, AcctMgrSettings
from tests.connectors.support import environment
from tests.dialects import ROOT

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
ACCOUNT = "http://www.huawei.com/bme/cbsinterface/cbs/accountmgr"
MESSAGE = "http://www.huawei.com/bme/cbsinterface/cbs/accountmgrmsg"
COMMON = "http://www.huawei.com/bme/cbsinterface/common"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
OPERATION = "VoucherRechargeEnquiry"
WSDL = ROOT / "sandbox" / "wsdl" / "acctmgr.wsdl"

NIL = "nil"
"""A field that is there and says xsi:nil."""


def log(**fields: str | None) -> str:
    """A recharge record with every field the definition demands; None leaves one out."""
    told: dict[str, str | None] = {
        "SubscriberNo": "60000042",
        "SubCosID": NIL,
        "TradeTime": "20261107131410",
        "ErrorType": "0",
        "RechargeType": "1",
        "Batch": "26571",
        "Sequence": "700001",
        "CardCosID": NIL,
        "OldActiveStop": "20261107131410",
        "NewActiveStop": "20271107131410",
        "OldSuspendStop": "20370101000000",
        "NewSuspendStop": "20370101000000",
        "OldDisableStop": "20370101000000",
        "NewDisableStop": "20370101000000",
        "OldBalance": "1851",
        "NewBalance": "2851",
        "RechargeAmt": "1000",
        "Currency": None,
        "Validity": NIL,
        "PrmValidity": "0",
    }
    return f"<acc:RechargeLog>{''.join(_field(*item) for item in (told | fields).items())}</acc:RechargeLog>"


def _field(name: str, value: str | None) -> str:
    if value is None:
        return ""
    return f'<acc:{name} xsi:nil="true"/>' if value == NIL else f"<acc:{name}>{value}</acc:{name}>"


def message(inner: str | None, *, code: str = "405000000", transaction: str = "") -> str:
    """A whole envelope; *inner* is what the result holds, None for no result at all."""
    header = "".join(
        f"<com:{name}>{value}</com:{name}>"
        for name, value in {
            "CommandId": OPERATION,
            "Version": "1",
            "TransactionId": transaction,
            "SequenceId": "1",
            "ResultCode": code,
            "ResultDesc": "ask 60000042",
        }.items()
    )
    result = "" if inner is None else f"<{OPERATION}Result>{inner}</{OPERATION}Result>"
    return (
        f'<s:Envelope xmlns:s="{SOAP}" xmlns:xsi="{XSI}" xmlns:acc="{ACCOUNT}" xmlns:com="{COMMON}"><s:Body>'
        f'<m:{OPERATION}ResultMsg xmlns:m="{MESSAGE}"><ResultHeader>{header}</ResultHeader>{result}'
        f"</m:{OPERATION}ResultMsg></s:Body></s:Envelope>"
    )


class FakeAcctMgr:
    """Replies in order; the last one is repeated. `{transaction}` in a reply is what the question carried."""

    def __init__(self) -> None:
        self.asked: list[etree._Element] = []
        self.paths: list[str] = []
        self.content_type = "text/xml; charset=utf-8"
        self._replies: collections.deque[bytes] = collections.deque([message("").encode()])

    def says(self, *replies: str | bytes) -> None:
        self._replies = collections.deque(reply.encode() if isinstance(reply, str) else reply for reply in replies)

    async def __call__(self, scope, receive, send) -> None:
        request = Request(scope, receive)
        body = etree.fromstring(await request.body())[0][0]
        self.asked.append(body)
        self.paths.append(f"{request.url.path} {request.headers['soapaction']}")
        content = self._replies.popleft() if len(self._replies) > 1 else self._replies[0]
        content = content.replace(b"{transaction}", (body.findtext(".//{*}TransactionId") or "").encode())
        await Response(content, headers={"content-type": self.content_type})(scope, receive, send)

    def texts(self) -> dict[str, str]:
        """Leaves of the last message by local name."""
        leaves = (element for element in self.asked[-1].iter() if not len(element))
        return {etree.QName(leaf).localname: (leaf.text or "") for leaf in leaves}


def settings(**changes: object) -> AcctMgrSettings:
    """Settings as an operator would give them."""
    values = {
        "url": "http://recharge.example:8104",
        "wsdl": WSDL,
        "user": "switchboard",
        "password": "env:TEST_ACCTMGR_PASSWORD",
        "zone": "Europe/Madrid",
        "currency": "EUR",
    }
    return AcctMgrSettings.model_validate(values | changes)


def connector(fake: FakeAcctMgr, **changes: object) -> AcctMgrConnector:
    return AcctMgrConnector("history", settings(**changes), environment(transport=httpx.ASGITransport(fake)))
