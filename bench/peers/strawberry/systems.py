"""The four systems by zeep and httpx, and their replies as the graph's types."""

import base64
import datetime as dt
import os
import pathlib
import zoneinfo
from decimal import Decimal
from typing import Any

import httpx
from lxml import etree
from strawberry.scalars import ID
from zeep import AsyncClient, Settings
from zeep.proxy import AsyncServiceProxy
from zeep.transports import AsyncTransport

from bench.peers.strawberry import types

_WSDL = pathlib.Path(__file__).resolve().parents[3] / "sandbox" / "wsdl"
_UPSTREAM = f"http://127.0.0.1:{os.environ['UPSTREAM']}"
_BILLING = f"http://127.0.0.1:{os.environ['BILLING']}"
_ZONE = zoneinfo.ZoneInfo("Europe/Madrid")
_CURRENCIES = {"1102": "EUR"}
_GSM = "http://schemas.ericsson.com/ema/UserProvisioning/GsmHlr/"
_FIELDS = "id,name,status,statusReason,validFor,characteristic,creditProfile,account"
_LIMITS = httpx.Limits(max_connections=200, max_keepalive_connections=200)
_CONDITIONS = {"cfu": "UNCONDITIONAL", "cfb": "BUSY", "cfnry": "NO_REPLY", "cfnrc": "NOT_REACHABLE"}
_NO_SERVICES = {"imsi", "msisdn", "profileId", "pwd", "stype", "obo", "obi", "obr", "obssm", "obopre", "obopri", "gprs"}
_PARTS_OF_A_SERVICE = ("provisionState", "activationState", "prov")


class Systems:
    """The clients, made once."""

    def __init__(self) -> None:
        self._http = httpx.AsyncClient(base_url=_UPSTREAM, limits=_LIMITS, auth=("switchboard", "secret"))
        self._invoices = _service("cbs_ar.wsdl", "QueryInvoice", f"{_BILLING}/services/ArServices")
        self._hss = _service("cai3g.wsdl", "Get", f"{_UPSTREAM}/services/CAI3G1.2")
        address = f"{_UPSTREAM}/services/CBSInterfaceAccountMgrService"
        self._recharges = _service("acctmgr.wsdl", "VoucherRechargeEnquiry", address)

    async def customer(self, number: str) -> dict[str, Any]:
        """The customer as TMF629 gives it."""
        path = f"/tmf-api/customerManagement/v4/customer/{number}"
        answer = await self._http.get(path, params={"fields": _FIELDS})
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    async def bills(self, account: str, first: int) -> types.Bills:
        """Bills of two years, newest first."""
        start, end = _period()
        reply = await self._invoices.QueryInvoice(
            RequestHeader={
                "Version": "1",
                "BusinessCode": "1",
                "MessageSeq": "1",
                "OwnershipInfo": {"BEID": "101"},
                "AccessSecurity": {"LoginSystemCode": "SWITCHBOARD", "Password": "secret"},
            },
            QueryInvoiceRequest={
                "AcctAccessCode": {"AccountCode": account},
                "TimePeriod": {"StartTime": start, "EndTime": end},
            },
        )
        found = sorted(reply.QueryInvoiceResult.InvoiceInfo, key=lambda each: each.InvoiceDate, reverse=True)
        return types.Bills(total_count=len(found), nodes=[_bill(each) for each in found[:first]])

    async def network(self, msisdn: str) -> types.Network:
        """The subscription of a number."""
        key = etree.Element(f"{{{_GSM}}}msisdn")
        key.text = msisdn
        reply = await self._hss.Get(
            MOType=f"Subscription@{_GSM}",
            MOId={"_value_1": [key]},
            _soapheaders={"sessionId": "secret", "transactionId": 1, "sequenceId": 1},
        )
        body = reply.body if hasattr(reply, "body") else reply
        return _network(body.MOAttributes["_value_1"][0])

    async def recharges(self, msisdn: str, first: int) -> types.Recharges:
        """Recharges of two years, newest first."""
        start, end = _period()
        reply = await self._recharges.VoucherRechargeEnquiry(
            RequestHeader={
                "CommandId": "VoucherRechargeEnquiry",
                "Version": "1",
                "TransactionId": "",
                "SequenceId": "1",
                "RequestType": "Event",
                "SessionEntity": {"Name": "switchboard", "Password": "secret", "RemoteAddress": "127.0.0.1"},
                "SerialNo": "1",
            },
            VoucherRechargeEnquiryRequest={"SubscriberNo": msisdn[3:], "StartTime": start, "EndTime": end},
        )
        found = reply.VoucherRechargeEnquiryResult.RechargeLog
        found = sorted(found, key=lambda each: each.TradeTime, reverse=True)
        return types.Recharges(total_count=len(found), nodes=[_recharge(each) for each in found[:first]])


def opaque(*parts: str) -> ID:
    """An id of the graph."""
    return ID(base64.urlsafe_b64encode("\0".join(parts).encode()).decode())


def moment(text: str | None) -> dt.datetime | None:
    """A time with an offset."""
    return None if text is None else dt.datetime.fromisoformat(text).astimezone(dt.UTC)


def _service(wsdl: str, operation: str, address: str) -> Any:
    client = AsyncClient(  # type: ignore[no-untyped-call]
        str(_WSDL / wsdl),
        transport=AsyncTransport(client=httpx.AsyncClient(limits=_LIMITS)),  # type: ignore[no-untyped-call]
        settings=Settings(strict=False),
    )
    bindings = client.wsdl.bindings.items()
    # `create_service` of the asynchronous client makes a proxy that does not wait.
    return AsyncServiceProxy(client, next(each for _, each in bindings if operation in each.all()), address=address)  # type: ignore[no-untyped-call]


def _period() -> tuple[str, str]:
    now = dt.datetime.now(_ZONE)
    return f"{now - dt.timedelta(days=730):%Y%m%d%H%M%S}", f"{now:%Y%m%d%H%M%S}"


def _instant(text: str | None) -> dt.datetime | None:
    if not text:
        return None
    return dt.datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=_ZONE).astimezone(dt.UTC)


def _money(units: int | None, currency: str) -> types.Money | None:
    return None if units is None else _amount(units, currency)


def _amount(units: int, currency: str) -> types.Money:
    return types.Money(amount=Decimal(units).scaleb(-2), currency=_CURRENCIES.get(str(currency), str(currency)))


def _bill(raw: Any) -> types.Bill:
    return types.Bill(
        id=opaque("bill", raw.AcctCode, str(raw.InvoiceID)),
        bill_number=raw.InvoiceNo,
        account_number=raw.AcctCode,
        status=types.BillStatus(raw.Status),
        period=types.TimePeriod(start=_instant(raw.BillCycleBeginTime), end=_instant(raw.BillCycleEndTime)),
        issued_at=_instant(raw.InvoiceDate),
        due_at=_instant(raw.DueDate),
        amount=_amount(raw.InvoiceAmount, raw.CurrencyID),
        open_amount=_amount(raw.OpenAmount, raw.CurrencyID),
        tax=_money(raw.TaxAmount, raw.CurrencyID),
        lines=[_line(each) for each in raw.InvoiceDetail],
    )


def _line(raw: Any) -> types.BillLine:
    return types.BillLine(
        number=str(raw.InvoiceID),
        category=raw.ServiceCategory,
        charge_code=raw.ChargeCode,
        amount=_amount(raw.ChargeAmount, raw.CurrencyID),
        tax=_money(raw.TaxAmount, raw.CurrencyID),
        discount=_money(raw.DiscountAmt, raw.CurrencyID),
    )


def _network(subscription: Any) -> types.Network:
    leaves = {child.tag.rpartition("}")[2]: child for child in subscription}
    return types.Network(
        imsi=_text(leaves, "imsi"),
        profile_id=_text(leaves, "profileId"),
        subscriber_type=_text(leaves, "stype"),
        barring=types.Barring(
            outgoing=_number(_text(leaves, "obo")),
            incoming=_number(_text(leaves, "obi")),
            roaming=_number(_text(leaves, "obr")),
        ),
        call_forwarding=[_forwarding(leaves[name], said) for name, said in _CONDITIONS.items() if name in leaves],
        services=sorted(_services(leaves), key=lambda each: each.name),
        apns=list(dict.fromkeys(each.text for each in subscription.iter(f"{{{_GSM}}}apnid"))),
        locked=None,
    )


def _forwarding(element: Any, condition: str) -> types.CallForwarding:
    parts = {child.tag.rpartition("}")[2]: child for child in element}
    active = _number(_text(parts, "activationState"))
    return types.CallForwarding(
        condition=condition, active=None if active is None else active == 1, forward_to=_text(parts, "fnum")
    )


def _services(leaves: dict[str, Any]) -> list[types.Service]:
    found = []
    for name in leaves.keys() - _NO_SERVICES - _CONDITIONS.keys():
        parts = {child.tag.rpartition("}")[2]: child for child in leaves[name]}
        if not parts:
            found.append(types.Service(name=name, state=int(leaves[name].text)))
        found += [
            types.Service(name=f"{name}.{part}", state=int(parts[part].text))
            for part in _PARTS_OF_A_SERVICE
            if part in parts
        ]
    return found


def _recharge(raw: Any) -> types.Recharge:
    at = _instant(raw.TradeTime)
    if at is None:
        raise ValueError("a recharge without time")
    return types.Recharge(
        id=opaque("recharge", raw.SubscriberNo, raw.TradeTime, str(raw.Batch), str(raw.Sequence)),
        recharged_at=at,
        result=types.RechargeResult.SUCCEEDED if int(raw.ErrorType) == 0 else types.RechargeResult.FAILED,
        kind=str(raw.RechargeType),
        amount=_money(raw.RechargeAmt, raw.Currency or "EUR"),
        balance_before=_money(raw.OldBalance, raw.Currency or "EUR"),
        balance_after=_money(raw.NewBalance, raw.Currency or "EUR"),
    )


def _text(leaves: dict[str, Any], name: str) -> str | None:
    element = leaves.get(name)
    return None if element is None else element.text


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)
