"""
Whether the contestants gave the same answer. Pure.

Each has its own way of ids (left out), of decimals, times and offsets, and Mesh hands on what the systems wrote. All
are brought to one form: money in units of a hundredth, times as instants, services as a mapping.
"""

import datetime as dt
import zoneinfo
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

_ZONE = zoneinfo.ZoneInfo("Europe/Madrid")
_CURRENCIES = {"1102": "EUR"}
_CURRENCY = "EUR"
_CONDITIONS = {"cfu": "UNCONDITIONAL", "cfb": "BUSY", "cfnry": "NO_REPLY", "cfnrc": "NOT_REACHABLE"}
_STATUSES = {"O": "OPEN", "C": "CLOSED"}
_SHOWN_RECHARGES = 20
_LINE_MONEY = ("amount", "tax", "discount")
_DETAIL_MONEY = ("ChargeAmount", "TaxAmount", "DiscountAmt")
_BARRINGS = {"outgoing": "obo", "incoming": "obi", "roaming": "obr"}
_NO_SERVICES = {"imsi", "msisdn", "profileId", "stype", "gprs", *_BARRINGS.values(), *_CONDITIONS}


def plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """An answer in the graph's own words (Switchboard, Strawberry, the Node.js server) in the common form."""
    customer, line = data["customer"], data["line"]
    network, recharges = line["network"], line["recharges"]
    return {
        "customer": _words(customer, "customerNumber", "name", "status", "statusReason")
        | {
            "since": _instant(customer["validFor"]["start"]),
            "characteristics": [(each["name"], each["value"]) for each in customer["characteristics"]],
            "credit": [(_instant(c["judgedAt"]), c["riskRating"], c["score"]) for c in customer["creditProfiles"]],
            "bills": [_bill(each) for each in customer["bills"]["nodes"]],
        },
        "line": {
            "msisdn": line["msisdn"],
            **_words(network, "imsi", "profileId", "subscriberType", "apns"),
            "barring": network["barring"],
            "forwarding": {
                each["condition"]: (each["active"], each["forwardTo"]) for each in network["callForwarding"]
            },
            "services": {each["name"]: each["state"] for each in network["services"]},
            "recharges": [_recharge(each) for each in recharges["nodes"]],
        },
    }


def mesh(data: Mapping[str, Any]) -> dict[str, Any]:
    """Hive's answer, which holds what the systems wrote, in the common form."""
    customer = data["customer"]
    subscription = data["Subscription"]["MOAttributes"]["getResponseSubscription"]
    invoices = customer["invoices"]["QueryInvoiceResult"]["InvoiceInfo"]
    logs = data["VoucherRechargeEnquiry"]["VoucherRechargeEnquiryResult"]["RechargeLog"]
    newest = sorted(logs, key=lambda log: str(log["TradeTime"]), reverse=True)[:_SHOWN_RECHARGES]
    return {
        "customer": {
            "customerNumber": customer["id"],
            **_words(customer, "name", "status", "statusReason"),
            "since": _instant(customer["validFor"]["startDateTime"]),
            "characteristics": [(each["name"], each["value"]) for each in customer["characteristic"]],
            "credit": [
                (_instant(c["creditProfileDate"]), c["creditRiskRating"], c["creditScore"])
                for c in customer["creditProfile"]
            ],
            "bills": [
                _invoice(each) for each in sorted(invoices, key=lambda each: str(each["InvoiceDate"]), reverse=True)
            ],
        },
        "line": {
            "msisdn": subscription["msisdn"],
            "imsi": subscription["imsi"],
            "profileId": subscription["profileId"],
            "subscriberType": subscription["stype"],
            "apns": [each["apnid"] for each in subscription["gprs"]],
            "barring": {ours: subscription[theirs] for ours, theirs in _BARRINGS.items()},
            "forwarding": {
                said: (subscription[name]["activationState"] == 1, subscription[name]["fnum"])
                for name, said in _CONDITIONS.items()
                if subscription[name]
            },
            "services": dict(_services(subscription)),
            "recharges": [_log(each) for each in newest],
        },
    }


def _words(data: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: data[name] for name in names}


def _bill(bill: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **_words(bill, "billNumber", "accountNumber", "status"),
        "period": tuple(_instant(bill["period"][end]) for end in ("start", "end")),
        "times": (_instant(bill["issuedAt"]), _instant(bill["dueAt"])),
        "money": tuple(_units(bill[name]) for name in ("amount", "openAmount", "tax")),
        "lines": [
            (line["number"], line["category"], line["chargeCode"], *(_units(line[name]) for name in _LINE_MONEY))
            for line in bill["lines"]
        ],
    }


def _invoice(raw: Mapping[str, Any]) -> dict[str, Any]:
    currency = _CURRENCIES[str(raw["CurrencyID"])]
    return {
        "billNumber": raw["InvoiceNo"],
        "accountNumber": raw["AcctCode"],
        "status": _STATUSES[raw["Status"]],
        "period": (_local(raw["BillCycleBeginTime"]), _local(raw["BillCycleEndTime"])),
        "times": (_local(raw["InvoiceDate"]), _local(raw["DueDate"])),
        "money": tuple((int(raw[name]), currency) for name in ("InvoiceAmount", "OpenAmount", "TaxAmount")),
        "lines": [
            (
                str(line["InvoiceID"]),
                line["ServiceCategory"],
                line["ChargeCode"],
                *((int(line[name]), currency) for name in _DETAIL_MONEY),
            )
            for line in raw["InvoiceDetail"]
        ],
    }


def _recharge(recharge: Mapping[str, Any]) -> tuple[Any, ...]:
    money = tuple(_units(recharge[name]) for name in ("amount", "balanceBefore", "balanceAfter"))
    return (_instant(recharge["rechargedAt"]), recharge["result"], recharge["kind"], *money)


def _log(log: Mapping[str, Any]) -> tuple[Any, ...]:
    money = tuple(
        (int(log[name]), log["Currency"] or _CURRENCY) for name in ("RechargeAmt", "OldBalance", "NewBalance")
    )
    result = "SUCCEEDED" if int(log["ErrorType"]) == 0 else "FAILED"
    return (_local(log["TradeTime"]), result, str(log["RechargeType"]), *money)


def _services(subscription: Mapping[str, Any]) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for name in subscription.keys() - _NO_SERVICES:
        told = subscription[name]
        if isinstance(told, Mapping):
            found += [(f"{name}.{part}", state) for part, state in told.items() if state is not None]
        elif told is not None:
            found.append((name, told))
    return found


def _units(money: Mapping[str, str]) -> tuple[int, str]:
    return int(Decimal(money["amount"]) * 100), money["currency"]


def _instant(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(text).astimezone(dt.UTC)


def _local(text: str | int) -> dt.datetime:
    return dt.datetime.strptime(str(text), "%Y%m%d%H%M%S").replace(tzinfo=_ZONE).astimezone(dt.UTC)
