"""What a VoucherRechargeEnquiry reply says, read independently of the connector."""

from collections import Counter
from typing import Any

from tests.connectors.mutants import Mutant
from tests.connectors.trial import Refused
from tests.connectors.witness import Element, Unreadable, soap_body

CURRENCIES = {"MWK": "MWK", "1153": "USD"}
OPERATION = "VoucherRechargeEnquiry"


def recharges(mutant: Mutant, *, number: str, transaction: str) -> list[dict[str, Any]]:
    """Recharges as `plain` gives them."""
    _, body = soap_body(mutant.body, mutant.charset)
    if body.qualified == "http://schemas.xmlsoap.org/soap/envelope/}Fault":
        raise Refused
    if body.name != f"{OPERATION}ResultMsg":
        raise Unreadable("another answer")
    header = body.one("ResultHeader")
    if header.said("TransactionId") not in {None, transaction}:
        raise Unreadable("another transaction")
    if header.must("ResultCode") != "405000000":
        raise Refused
    header.one("TransactionId")
    logs = body.one(f"{OPERATION}Result").all("RechargeLog")
    return sorted(_numbered([_recharge(log, number) for log in logs]), key=repr)


def _recharge(log: Element, number: str) -> dict[str, Any]:
    if log.must("SubscriberNo") != number:
        raise Unreadable("another number")
    currency = CURRENCIES.get(log.said("Currency") or "MWK")
    at = log.moment("TradeTime", east_hours=2)
    if currency is None or at is None:
        raise Unreadable("no currency or no time")
    return {
        "ref": [f"265{number}", log.must("TradeTime"), log.said("Batch") or "", log.said("Sequence") or ""],
        "recharged_at": at,
        "result": "SUCCEEDED" if log.must("ErrorType") == "0" else "FAILED",
        "kind": log.said("RechargeType"),
        "voucher_batch": log.said("Batch"),
        "amount": log.hundredths("RechargeAmt", currency),
        "balance_before": log.hundredths("OldBalance", currency),
        "balance_after": log.hundredths("NewBalance", currency),
    }


def _numbered(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Records of one second and one voucher are told apart by a number, the first by none."""
    seen: Counter[tuple[str, ...]] = Counter()
    for recharge in found:
        key = tuple(recharge["ref"])
        seen[key] += 1
        recharge["ref"] = [*key, str(seen[key])] if seen[key] > 1 else [*key]
    return found
