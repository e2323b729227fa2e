"""QueryInvoice and QueryPaymentLog: bills with their lines, and payments, from the rows of a reply. Pure."""

import datetime as dt
from collections.abc import Callable, Iterable

from connectors.cbs.reading import Reading, unique
from connectors.huawei.entries import entries
from connectors.xml import Node, XmlError
from schema.billing import Bill, BillLine, BillStatus, Payment
from schema.period import TimePeriod
from schema.source import Ref

_BEGINNING = dt.datetime.min.replace(tzinfo=dt.UTC)


def bill_reader(reading: Reading, *, account_number: str) -> Callable[[Node], Bill]:
    """What makes a Bill of an InvoiceInfo; XmlError when it is of another account than asked for."""
    return lambda node: _bill(node, reading, account_number=account_number)


def payment_reader(reading: Reading, *, account_number: str) -> Callable[[Node], Payment]:
    """What makes a Payment of a PaymentInfo, which repeats the account's key but not its number."""
    return lambda node: _payment(node, reading, account_number=account_number)


def arrange_bills(found: Iterable[Bill]) -> tuple[Bill, ...]:
    """Newest first; XmlError when one occurs twice."""
    found = list(found)
    unique((bill.ref.key for bill in found), "InvoiceInfo")
    return tuple(sorted(found, key=lambda bill: bill.issued_at or _BEGINNING, reverse=True))


def arrange_payments(found: Iterable[Payment]) -> tuple[Payment, ...]:
    """Newest first; XmlError when one occurs twice or when they are not all of one account."""
    found = list(found)
    unique((payment.payment_number for payment in found), "PaymentInfo")
    if len({payment.account_key for payment in found}) > 1:
        raise XmlError("AcctKey differs between payments of one account")
    return tuple(sorted(found, key=lambda payment: payment.paid_at, reverse=True))


def _bill(node: Node, reading: Reading, *, account_number: str) -> Bill:
    if node.require_text("AcctCode") != account_number:
        raise XmlError("AcctCode is not the one asked about")
    currency_id = reading.currency_id(node)
    start, end = reading.time.read(node, "BillCycleBeginTime"), reading.time.read(node, "BillCycleEndTime")
    return Bill(
        ref=Ref("bill", reading.system, (account_number, node.text("InvoiceID") or node.require_text("InvoiceNo"))),
        bill_number=node.require_text("InvoiceNo"),
        account_number=account_number,
        status=_status(node, reading),
        period=TimePeriod(start=start, end=end) if start or end else None,
        issued_at=reading.time.read(node, "InvoiceDate"),
        due_at=reading.time.read(node, "DueDate"),
        amount=reading.require_money(node, "InvoiceAmount", currency_id=currency_id),
        open_amount=reading.require_money(node, "OpenAmount", currency_id=currency_id),
        tax=reading.money(node, "TaxAmount", currency_id=currency_id),
        discount=reading.money(node, "DiscountAmount", currency_id=currency_id),
        disputed=reading.money(node, "DisputeAmount", currency_id=currency_id),
        lines=_lines(node, reading, currency_id=currency_id),
        source=reading.source,
    )


def _status(node: Node, reading: Reading) -> BillStatus:
    try:
        return reading.bill_statuses[node.require_text("Status")]
    except KeyError:
        raise XmlError("Status of a bill is not in the setting `bill_statuses`") from None


def _lines(bill: Node, reading: Reading, *, currency_id: str) -> list[BillLine]:
    details = entries(bill, "InvoiceDetail", mark="ChargeAmount")
    # Inside a bill TotalRowNum counts its lines.
    if bill.integer("TotalRowNum") not in {None, len(details)}:
        raise XmlError("the number of InvoiceDetail is not the one the bill tells")
    if len({node.text("CurrencyID") is None for node in details}) > 1:
        raise XmlError("CurrencyID is missing in some of the bill's InvoiceDetail")
    lines = [_line(node, reading, bill_currency_id=currency_id) for node in details]
    unique((line.number for line in lines), "InvoiceDetail")
    return lines


def _line(node: Node, reading: Reading, *, bill_currency_id: str) -> BillLine:
    currency_id = reading.currency_id(node) if node.text("CurrencyID") else bill_currency_id
    return BillLine(
        number=node.require_text("InvoiceID"),
        category=node.text("ServiceCategory"),
        charge_code=node.text("ChargeCode"),
        amount=reading.require_money(node, "ChargeAmount", currency_id=currency_id),
        open_amount=reading.money(node, "OpenAmount", currency_id=currency_id),
        tax=reading.money(node, "TaxAmount", currency_id=currency_id),
        # A line says DiscountAmt where the bill says DiscountAmount.
        discount=reading.money(node, "DiscountAmt", currency_id=currency_id),
    )


def _payment(node: Node, reading: Reading, *, account_number: str) -> Payment:
    number = node.require_text("TransID")
    return Payment(
        ref=Ref("payment", reading.system, (account_number, number)),
        payment_number=number,
        external_reference=node.text("ExtTransID"),
        account_key=node.require_text("AcctKey"),
        paid_at=reading.time.require(node, "PaymentTime"),
        amount=reading.require_money(node, "Amount", currency_id=reading.currency_id(node)),
        method=node.text("PaymentMethod"),
        channel=node.text("PayChannelID"),
        status=node.text("Status"),
        source=reading.source,
    )
