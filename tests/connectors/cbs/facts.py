"""What CBS replies say, read independently of the connector: rows of plain values by exact paths."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests.connectors.mutants import Mutant
from tests.connectors.trial import Refused
from tests.connectors.witness import Element, Unreadable, soap_body

CURRENCIES = {"1102": "MWK", "1153": "USD"}
EAST_HOURS = 2
_MODES = {"0": "PREPAID", "1": "POSTPAID", "2": "HYBRID"}
_STATUSES = {"O": "OPEN", "C": "CLOSED"}


def result(mutant: Mutant, operation: str) -> Element:
    """The result of a success; Refused for any other result code."""
    _, body = soap_body(mutant.body, mutant.charset)
    if body.qualified == "http://schemas.xmlsoap.org/soap/envelope/}Fault":
        raise Refused
    if body.name != f"{operation}ResultMsg":
        raise Unreadable("another answer")
    if body.one("ResultHeader").must("ResultCode") != "0":
        raise Refused
    return body.one(f"{operation}Result")


def bills(pages: Sequence[Element], *, account: str) -> list[dict[str, Any]]:
    """Bills as `plain` gives them."""
    found = [_bill(row, account) for row in _rows(pages, "InvoiceInfo")]
    _unique(tuple(bill["ref"]) for bill in found)
    return _sorted(found)


def payments(pages: Sequence[Element], *, account: str) -> list[dict[str, Any]]:
    """Payments as `plain` gives them."""
    found = [_payment(row, account) for row in _rows(pages, "PaymentInfo")]
    _unique(payment["payment_number"] for payment in found)
    if len({payment["account_key"] for payment in found}) > 1:
        raise Unreadable("payments of two accounts")
    return _sorted(found)


def profile(result: Element, *, number: str) -> dict[str, Any]:
    """A customer with all parts as `plain` gives it, asked by a number as the system writes it."""
    if not result.children:
        raise Refused
    lines = [line for line in result.all("Subscriber") if _numbers(line)]
    if number not in {identity.must("SubIdentity") for line in lines for identity in _numbers(line)}:
        raise Unreadable("somebody else")
    accounts, subscribers = [_account(node) for node in result.all("Account")], [_subscriber(line) for line in lines]
    _unique(account["key"] for account in accounts)
    _unique(subscriber["key"] for subscriber in subscribers)
    return {
        "customer_key": result.one("Customer").must("CustKey"),
        "accounts": _sorted(accounts),
        "subscribers": _sorted(subscribers),
    }


def sum_balance(result: Element, *, key: str) -> dict[str, Any]:
    """QuerySumBalanceAndCredit as `plain` gives it."""
    if result.must("AcctKey") != key:
        raise Unreadable("another account")
    unbilled = [_amount(node, "ChargeAmount") for node in result.all("UnbilledResult")]
    return _balance(result, unbilled=_sorted(unbilled))


def ocs_balance(result: Element, *, key: str) -> dict[str, Any]:
    """QueryOCSBalance as `plain` gives it."""
    entries = [entry for entry in result.all("AcctList") if entry.must("AcctKey") == key]
    if len(entries) != 1:
        raise Unreadable("not one entry of the account")
    return _balance(entries[0], unbilled=None)


def total_balance(result: Element, *, code: str) -> dict[str, Any]:
    """QueryTotalBalance as `plain` gives it."""
    if result.must("AccountCode") != code:
        raise Unreadable("another account")
    entries = result.all("BalanceList")
    _unique(_currency(entry) for entry in entries)
    purses = [
        {"kind": name, "name": None, "total": _amount(entry, name)}
        for entry in entries
        for name in ("Prepayment", "DepositAmount")
        if entry.said(name)
    ]
    return {
        "purses": _sorted(purses),
        "credits": _sorted([_total_credit(entry) for entry in entries]),
        "unbilled": _all_or_none(entries, "UnbilledAmount"),
        "outstanding": _all_or_none(entries, "OutStandingAmount"),
        "overdue": _all_or_none(entries, "OverDueAmount"),
    }


def _rows(pages: Sequence[Element], name: str) -> list[Element]:
    found: list[Element] = []
    totals = set()
    for page in pages:
        rows, total = page.all(name), page.must_whole("TotalRowNum")
        begin, fetched = page.whole("BeginRowNum"), page.whole("FetchRowNum")
        left = total - len(found)
        totals.add(total)
        if begin not in {None, len(found)} or len(totals) > 1 or len(rows) > left:
            raise Unreadable("pages that do not fit")
        if (fetched is not None and len(rows) != min(fetched, left)) or (left and not rows):
            raise Unreadable("rows that do not add up")
        found += rows
        if len(found) == total:
            return found
    raise Unreadable("rows are missing")


def _bill(row: Element, account: str) -> dict[str, Any]:
    if row.must("AcctCode") != account:
        raise Unreadable("another account")
    currency = _currency(row)
    details = row.all("InvoiceDetail")
    if row.whole("TotalRowNum") not in {None, len(details)}:
        raise Unreadable("lines that do not add up")
    lines = [_line(detail, currency) for detail in details]
    _unique(line["number"] for line in lines)
    status = _STATUSES.get(row.must("Status"))
    if status is None:
        raise Unreadable("a status nobody knows")
    return {
        "ref": [account, row.said("InvoiceID") or row.must("InvoiceNo")],
        "bill_number": row.must("InvoiceNo"),
        "account_number": account,
        "status": status,
        "period": _period(row, "BillCycleBeginTime", "BillCycleEndTime"),
        "issued_at": row.moment("InvoiceDate", east_hours=EAST_HOURS),
        "due_at": row.moment("DueDate", east_hours=EAST_HOURS),
        "amount": row.must_hundredths("InvoiceAmount", currency),
        "open_amount": row.must_hundredths("OpenAmount", currency),
        "tax": row.hundredths("TaxAmount", currency),
        "discount": row.hundredths("DiscountAmount", currency),
        "disputed": row.hundredths("DisputeAmount", currency),
        "lines": _sorted(lines),
    }


def _line(detail: Element, bill_currency: str) -> dict[str, Any]:
    currency = _currency(detail) if detail.said("CurrencyID") else bill_currency
    return {
        "number": detail.must("InvoiceID"),
        "category": detail.said("ServiceCategory"),
        "charge_code": detail.said("ChargeCode"),
        "amount": detail.must_hundredths("ChargeAmount", currency),
        "open_amount": detail.hundredths("OpenAmount", currency),
        "tax": detail.hundredths("TaxAmount", currency),
        "discount": detail.hundredths("DiscountAmt", currency),
    }


def _payment(row: Element, account: str) -> dict[str, Any]:
    paid_at = row.moment("PaymentTime", east_hours=EAST_HOURS)
    if paid_at is None:
        raise Unreadable("paid at no time")
    return {
        "ref": [account, row.must("TransID")],
        "payment_number": row.must("TransID"),
        "external_reference": row.said("ExtTransID"),
        "account_key": row.must("AcctKey"),
        "paid_at": paid_at,
        "amount": _amount(row, "Amount"),
        "method": row.said("PaymentMethod"),
        "channel": row.said("PayChannelID"),
        "status": row.said("Status"),
    }


def _numbers(line: Element) -> list[Element]:
    found = line.one("SubscriberInfo").all("SubIdentity")
    return [identity for identity in found if identity.said("SubIdentityType") == "1"]


def _account(node: Element) -> dict[str, Any]:
    info = node.one("AcctInfo")
    basic = info.maybe("AcctBasicInfo")
    return {
        "ref": [info.must("AcctCode")],
        "key": node.must("AcctKey"),
        "account_number": info.must("AcctCode"),
        "name": basic.said("AcctName") if basic else None,
        "payment_mode": _MODES.get(info.said("PaymentType") or ""),
        "currency": _currency(info) if info.said("CurrencyID") else None,
        "bill_cycle": _period(info, "BillCycleOpenDate", "BillCycleEndDate"),
    }


def _subscriber(line: Element) -> dict[str, Any]:
    info = line.one("SubscriberInfo")
    primary = [identity for identity in _numbers(line) if identity.said("PrimaryFlag") == "1"]
    if len(primary) != 1 or not re.fullmatch(r"[0-9]{9}", number := primary[0].must("SubIdentity"), re.ASCII):
        raise Unreadable("no one number")
    keys = [entry.must("AcctKey") for entry in line.all("AcctList")]
    _unique(keys)
    additions = [_offering(node, primary=False) for node in line.all("SupplementaryOffering")]
    return {
        "msisdn": f"265{number}",
        "key": line.must("SubscriberKey"),
        "account_keys": sorted(keys, key=repr),
        "status": info.said("Status"),
        "payment_mode": _MODES.get(line.said("PaymentMode") or ""),
        "brand": info.said("Brand"),
        "activated_at": info.moment("ActivationTime", east_hours=EAST_HOURS),
        "offerings": _sorted([_offering(line.one("PrimaryOffering"), primary=True), *additions]),
    }


def _offering(node: Element, *, primary: bool) -> dict[str, Any]:
    key = node.one("OfferingKey")
    return {
        "offering_id": key.said("OfferingID") or key.must("OfferingCode"),
        "primary": primary,
        "status": node.said("Status"),
        "effective_from": node.moment("EffectiveTime", east_hours=EAST_HOURS),
        "expires_at": node.moment("ExpirationTime", east_hours=EAST_HOURS),
    }


def _balance(account: Element, *, unbilled: list[Any] | None) -> dict[str, Any]:
    purses = [
        {"kind": node.must("BalanceType"), "name": node.said("BalanceTypeName"), "total": _amount(node, "TotalAmount")}
        for node in account.all("BalanceResult")
    ]
    return {
        "purses": _sorted(purses),
        "credits": _sorted([_credit(node) for node in account.all("AccountCredit")]),
        "unbilled": unbilled,
        "outstanding": None,
        "overdue": None,
    }


def _credit(node: Element) -> dict[str, Any]:
    kind = node.said("CreditLimitType")
    if _yes(node, "NoLimitFlag") or node.must_whole("TotalCreditAmount") == -1:
        # No amount is given then, so it does not matter in which currency.
        return {"kind": kind, "unlimited": True, "limit": None, "used": None, "remaining": None}
    currency = _currency(node)
    limit, used, remaining = (
        node.must_hundredths(name, currency) for name in ("TotalCreditAmount", "TotalUsageAmount", "TotalRemainAmount")
    )
    return {"kind": kind, "unlimited": False, "limit": limit, "used": used, "remaining": remaining}


def _total_credit(node: Element) -> dict[str, Any]:
    remaining = node.must_hundredths("AvailableCreditLimit", _currency(node))
    unlimited = _yes(node, "CreditNoLimitFlag") or remaining.startswith("-0.01 ")
    told = None if unlimited else remaining
    return {"kind": None, "unlimited": unlimited, "limit": None, "used": None, "remaining": told}


def _yes(node: Element, name: str) -> bool:
    said = node.said(name)
    if said not in {None, "Y", "N"}:
        raise Unreadable(f"{name} is neither yes nor no")
    return said == "Y"


def _all_or_none(entries: Sequence[Element], name: str) -> list[str] | None:
    found = [_amount(entry, name) for entry in entries if entry.said(name)]
    return _sorted(found) if len(found) == len(entries) else None


def _amount(node: Element, name: str) -> str:
    return node.must_hundredths(name, _currency(node))


def _currency(node: Element) -> str:
    found = CURRENCIES.get(str(node.must_whole("CurrencyID")))
    if found is None:
        raise Unreadable("a currency nobody knows")
    return found


def _period(node: Element, first: str, last: str) -> dict[str, Any] | None:
    start, end = (node.moment(name, east_hours=EAST_HOURS) for name in (first, last))
    return {"start": start, "end": end} if start or end else None


def _unique(values: Iterator[Any] | list[Any] | Callable[[], Any]) -> None:
    found = list(values)  # type: ignore[arg-type]
    if len(set(found)) != len(found):
        raise Unreadable("one of them twice")


def _sorted(values: list[Any]) -> list[Any]:
    return sorted(values, key=repr)
