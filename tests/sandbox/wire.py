"""Asks the sandbox in its own protocols, with messages built by hand so that each part can be got wrong."""

import dataclasses
import itertools
from collections.abc import Mapping
from types import MappingProxyType, TracebackType
from typing import Any, Self

import httpx
from lxml import etree

from sandbox.credentials import load_credential

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
BC = "http://www.huawei.com/bme/cbsinterface/bcservices"
BC_COMMON = "http://www.huawei.com/bme/cbsinterface/bccommon"
AR = "http://www.huawei.com/bme/cbsinterface/arservices"
AR_COMMON = "http://cbs.huawei.com/ar/wsservice/arcommon"
CBS = "http://www.huawei.com/bme/cbsinterface/cbscommon"
CAI3G = "http://schemas.ericsson.com/cai3g1.2/"
GSM = "http://schemas.ericsson.com/ema/UserProvisioning/GsmHlr/"
ACCOUNT = "http://www.huawei.com/bme/cbsinterface/cbs/accountmgr"
MESSAGE = "http://www.huawei.com/bme/cbsinterface/cbs/accountmgrmsg"
COMMON = "http://www.huawei.com/bme/cbsinterface/common"
NS = {
    "soap": SOAP, "bcs": BC, "bcc": BC_COMMON, "ars": AR, "arc": AR_COMMON, "cbs": CBS, "cai3g": CAI3G, "gsm": GSM,
    "acc": ACCOUNT, "msg": MESSAGE, "com": COMMON,
}  # fmt: skip

EVER = "<ars:StartTime>20200101000000</ars:StartTime><ars:EndTime>20300101000000</ars:EndTime>"
CUSTOMERS = "/tmf-api/customerManagement/v4/customer"
INDIVIDUALS = "/tmf-api/party/v4/individual"
ORGANIZATIONS = "/tmf-api/party/v4/organization"
AGREEMENTS = "/tmf-api/privacyManagement/v4/partyPrivacyAgreement"
HISTORY = "/services/CBSInterfaceAccountMgrService"


def password(name: str) -> str:
    return load_credential(name, user="").password


@dataclasses.dataclass
class Xml:
    """An XML answer: its status and its document."""

    status: int
    root: Any

    def text(self, path: str) -> str | None:
        found: str | None = self.root.findtext(path, namespaces=NS)
        return found

    def texts(self, path: str) -> list[str]:
        return [element.text or "" for element in self.root.iterfind(path, namespaces=NS)]

    def all(self, path: str) -> list[Any]:
        return list(self.root.iterfind(path, namespaces=NS))

    @property
    def fault(self) -> str | None:
        return self.text(".//soap:Fault/faultstring")


class Wire:
    """An HTTP client with the systems' protocols on top."""

    def __init__(self, ports: Mapping[str, int]) -> None:
        self.ports = ports
        self.http = httpx.AsyncClient(timeout=10, trust_env=False, verify=False)  # noqa: S501 - plain HTTP, and no time for CAs.
        self._transactions = itertools.count(1)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.http.aclose()

    def url(self, system: str, path: str) -> str:
        return f"http://127.0.0.1:{self.ports[system]}{path}"

    # Control

    async def control(self, method: str, path: str, **request: Any) -> httpx.Response:
        return await self.http.request(method, self.url("control", path), **request)

    async def calls(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = (await self.control("GET", "/calls")).json()
        return found

    async def fault(self, system: str, kind: str, **values: Any) -> None:
        response = await self.control("PUT", f"/faults/{system}", json={"kind": kind, **values})
        assert response.status_code == 200, response.text

    # CRM

    async def crm(self, path: str, **parameters: str) -> httpx.Response:
        auth = ("switchboard", password("crm"))
        return await self.http.get(self.url("crm", path), params=parameters, auth=auth)

    async def consent(self, path: str, **parameters: str) -> httpx.Response:
        auth = ("switchboard", password("consent"))
        return await self.http.get(self.url("consent", path), params=parameters, auth=auth)

    async def crm_unless(self, known: str, path: str, **parameters: str) -> httpx.Response:
        """The same, but only if its ETag is not *known*."""
        auth, headers = ("switchboard", password("crm")), {"If-None-Match": known}
        return await self.http.get(self.url("crm", path), params=parameters, auth=auth, headers=headers)

    # SOAP

    async def soap(self, system: str, path: str, body: str, *, action: str | None, header: str = "") -> Xml:
        prefixes = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NS.items())
        envelope = f"<soap:Envelope {prefixes}><soap:Header>{header}</soap:Header><soap:Body>{body}</soap:Body></soap:Envelope>"
        return await self.post(system, path, envelope.encode(), action=action)

    async def post(self, system: str, path: str, content: bytes, *, action: str | None) -> Xml:
        headers = {"Content-Type": "text/xml; charset=utf-8"} | ({} if action is None else {"SOAPAction": action})
        response = await self.http.post(self.url(system, path), content=content, headers=headers)
        assert response.headers["content-type"] == "text/xml; charset=utf-8", response.text
        return Xml(response.status_code, etree.fromstring(response.content))

    # Billing

    async def billing(
        self, operation: str, part: str, *, action: str | None = None, system: str = "billing", **header: str
    ) -> Xml:
        header = {"secret": password(system)} | header
        prefix, service = ("bcs", "BcServices") if operation == "QueryCustomerInfo" else ("ars", "ArServices")
        body = (
            f"<{prefix}:{operation}RequestMsg>{billing_header(**header)}"
            f"<{operation}Request>{part}</{operation}Request></{prefix}:{operation}RequestMsg>"
        )
        return await self.soap(system, f"/services/{service}", body, action=action or f'"{operation}"')

    async def customer_info(self, query: str, masks: str = "", *, system: str = "billing") -> Xml:
        return await self.billing("QueryCustomerInfo", f"<bcs:QueryObj>{query}</bcs:QueryObj>{masks}", system=system)

    async def invoices(self, account: str, period: str = EVER, paging: str = "", *, system: str = "billing") -> Xml:
        code = f"<ars:AcctAccessCode><arc:AccountCode>{account}</arc:AccountCode></ars:AcctAccessCode>"
        part = f"{code}<ars:TimePeriod>{period}</ars:TimePeriod>{paging}"
        return await self.billing("QueryInvoice", part, system=system)

    # HSS

    async def login(self, secret: str | None = None) -> "HssSession":
        secret = secret or password("hss")
        body = f"<cai3g:Login><cai3g:userId>switchboard</cai3g:userId><cai3g:pwd>{secret}</cai3g:pwd></cai3g:Login>"
        answer = await self.soap("hss", "/services/CAI3G1.2", body, action="CAI3G#Login")
        return HssSession(self, answer)

    # Recharge

    async def ucip(
        self,
        method: str,
        number: str,
        *,
        agent: str = "UGw Server/4.0/1.0",
        system: str = "recharge",
        changes: Mapping[str, str | None] = MappingProxyType({}),
    ) -> httpx.Response:
        members: dict[str, str | None] = {
            "originNodeType": "<string>EXT</string>",
            "originHostName": "<string>tests</string>",
            "originTransactionID": f"<string>{next(self._transactions)}</string>",
            "originTimeStamp": "<dateTime.iso8601>20261122T12:00:00+0100</dateTime.iso8601>",
            "subscriberNumber": f"<string>{number}</string>",
            "subscriberNumberNAI": "<i4>1</i4>",
        }
        members.update(changes)
        struct = "".join(
            f"<member><name>{name}</name><value>{value}</value></member>" for name, value in members.items() if value
        )
        call = (
            f"<?xml version='1.0'?><methodCall><methodName>{method}</methodName>"
            f"<params><param><value><struct>{struct}</struct></value></param></params></methodCall>"
        )
        auth = ("switchboard", password(system))
        headers = {"Content-Type": "text/xml", "User-Agent": agent}
        return await self.http.post(self.url(system, "/Air"), content=call, headers=headers, auth=auth)

    async def history(
        self,
        number: str,
        *,
        period: str = "",
        action: str = "VoucherRechargeEnquiry",
        system: str = "recharge",
        **header: str,
    ) -> Xml:
        header = {"secret": password(system.replace("recharge", "recharge-history"))} | header
        body = (
            f"<msg:VoucherRechargeEnquiryRequestMsg>{history_header(**header)}<VoucherRechargeEnquiryRequest>"
            f"<acc:SubscriberNo>{number}</acc:SubscriberNo>{period}"
            "</VoucherRechargeEnquiryRequest></msg:VoucherRechargeEnquiryRequestMsg>"
        )
        return await self.soap(system, HISTORY, body, action=action)


class HssSession:
    """A CAI3G login and the calls made under it."""

    def __init__(self, wire: Wire, login: Xml) -> None:
        self._wire = wire
        self.login = login
        self.id = login.text(".//cai3g:sessionId") or "none"
        self.base = int(login.text(".//cai3g:baseSequenceId") or 0)
        self._sequence = itertools.count(self.base)

    def header(self, *, transaction: str = "1", sequence: str | None = None) -> str:
        number = str(next(self._sequence)) if sequence is None else sequence
        return (
            f"<cai3g:SessionId>{self.id}</cai3g:SessionId><cai3g:TransactionId>{transaction}</cai3g:TransactionId>"
            f"<cai3g:SequenceId>{number}</cai3g:SequenceId>"
        )

    async def get(self, key: str, *, header: str | None = None) -> Xml:
        mo_type = f"<cai3g:MOType>Subscription@{GSM}</cai3g:MOType>"
        return await self.call("Get", f"{mo_type}<cai3g:MOId>{key}</cai3g:MOId>", header=header)

    async def search(self, text: str) -> Xml:
        filters = f"<cai3g:filters><cai3g:filter><cai3g:MOAttributes>{text}</cai3g:MOAttributes></cai3g:filter></cai3g:filters>"
        return await self.call("Search", f"<cai3g:MOType>Subscription@{GSM}</cai3g:MOType>{filters}")

    async def logout(self) -> Xml:
        return await self.call("Logout", f"<cai3g:sessionId>{self.id}</cai3g:sessionId>")

    async def call(self, operation: str, inside: str, *, header: str | None = None, action: str | None = None) -> Xml:
        body = f"<cai3g:{operation}>{inside}</cai3g:{operation}>"
        header = self.header() if header is None else header
        return await self._wire.soap(
            "hss", "/services/CAI3G1.2", body, action=action or f"CAI3G#{operation}", header=header
        )


def billing_header(
    *, version: str = "1", sequence: str = "20261122000001", user: str = "SWITCHBOARD", secret: str | None = None,
    entity: str = "101",
) -> str:  # fmt: skip
    return (
        f"<RequestHeader><cbs:Version>{version}</cbs:Version><cbs:BusinessCode>1</cbs:BusinessCode>"
        f"<cbs:MessageSeq>{sequence}</cbs:MessageSeq>"
        f"<cbs:OwnershipInfo><cbs:BEID>{entity}</cbs:BEID></cbs:OwnershipInfo>"
        f"<cbs:AccessSecurity><cbs:LoginSystemCode>{user}</cbs:LoginSystemCode>"
        f"<cbs:Password>{secret or password('billing')}</cbs:Password></cbs:AccessSecurity></RequestHeader>"
    )


def history_header(
    *, command: str = "VoucherRechargeEnquiry", kind: str = "Event", serial: str = "1", secret: str | None = None
) -> str:
    return (
        f"<RequestHeader><com:CommandId>{command}</com:CommandId><com:Version>1</com:Version>"
        "<com:TransactionId>1</com:TransactionId><com:SequenceId>1</com:SequenceId>"
        f"<com:RequestType>{kind}</com:RequestType><com:SessionEntity><com:Name>switchboard</com:Name>"
        f"<com:Password>{secret or password('recharge-history')}</com:Password>"
        f"<com:RemoteAddress>127.0.0.1</com:RemoteAddress></com:SessionEntity>"
        f"<com:SerialNo>{serial}</com:SerialNo></RequestHeader>"
    )


def by_number(national: str) -> str:
    return f"<bcs:SubAccessCode><bcc:PrimaryIdentity>{national}</bcc:PrimaryIdentity></bcs:SubAccessCode>"
