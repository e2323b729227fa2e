"""QueryInvoice and QueryPaymentLog: bills with their lines, and payments, from the rows of a reply. Pure."""

import datetime as dt
from collections.abc import Callable, Iterable

from connectors.cbs.reading import Reading, Using, unique
from connectors.cbs.rows import Counted
from connectors.huawei.money import LONG, MoneyByCurrency, MoneyByUnits
from connectors.maker import maker_of
from connectors.soap.cutting import Cutter
from connectors.soap.records import compiled, cutter, element, entries, record
from connectors.soap.types import Type
from connectors.xml import Element, XmlError
from schema.billing import Bill, BillLine, BillStatus, Payment
from schema.period import TimePeriod
from schema.source import Ref

_BEGINNING = dt.datetime.min.replace(tzinfo=dt.UTC)
_bill_line = maker_of(BillLine)


@record
class InvoiceDetail:
    """One charge of a bill."""

    number: str = element("InvoiceID")
    category: str | None = element("ServiceCategory")
    charge_code: str | None = element("ChargeCode")
    amount: int = element("ChargeAmount", bits=LONG)
    open_amount: int | None = element("OpenAmount", bits=LONG)
    tax: int | None = element("TaxAmount", bits=LONG)
    # A line says DiscountAmt where the bill says DiscountAmount.
    discount: int | None = element("DiscountAmt", bits=LONG)
    currency_id: str | None = element("CurrencyID", read="currency_id")


@record
class InvoiceInfo:
    """One bill. Inside it TotalRowNum counts its lines."""

    account_number: str = element("AcctCode")
    invoice_id: str | None = element("InvoiceID")
    number: str = element("InvoiceNo")
    status: str = element("Status")
    begins_at: dt.datetime | None = element("BillCycleBeginTime", read="time")
    ends_at: dt.datetime | None = element("BillCycleEndTime", read="time")
    issued_at: dt.datetime | None = element("InvoiceDate", read="time")
    due_at: dt.datetime | None = element("DueDate", read="time")
    amount: int = element("InvoiceAmount", bits=LONG)
    open_amount: int = element("OpenAmount", bits=LONG)
    tax: int | None = element("TaxAmount", bits=LONG)
    discount: int | None = element("DiscountAmount", bits=LONG)
    disputed: int | None = element("DisputeAmount", bits=LONG)
    currency_id: str = element("CurrencyID", read="currency_id")
    total: int | None = element("TotalRowNum")
    details: list[InvoiceDetail] = entries("InvoiceDetail", mark="ChargeAmount")


@record
class Invoices(Counted):
    """QueryInvoiceResult."""

    rows: list[InvoiceInfo] = entries("InvoiceInfo", mark="InvoiceNo")


@record
class PaymentInfo:
    """One payment. It repeats the account's key but not its number."""

    number: str = element("TransID")
    external_reference: str | None = element("ExtTransID")
    account_key: str = element("AcctKey")
    paid_at: dt.datetime = element("PaymentTime", read="instant")
    amount: int = element("Amount", bits=LONG)
    currency_id: str = element("CurrencyID", read="currency_id")
    method: str | None = element("PaymentMethod")
    channel: str | None = element("PayChannelID")
    status: str | None = element("Status")


@record
class PaymentLog(Counted):
    """QueryPaymentLogResult."""

    rows: list[PaymentInfo] = entries("PaymentInfo", mark="TransID")


def invoices_reader(using: Using, type_: Type | None = None) -> Callable[[Element], Invoices]:
    """What reads the results of QueryInvoice, which the WSDL says are of *type_*; made once. Raises WsdlError."""
    return compiled(Invoices, type=type_, using=using)


def payment_log_reader(using: Using, type_: Type | None = None) -> Callable[[Element], PaymentLog]:
    """What reads the results of QueryPaymentLog, which the WSDL says are of *type_*; made once. Raises WsdlError."""
    return compiled(PaymentLog, type=type_, using=using)


def invoices_cutter(using: Using) -> Cutter:
    """What cuts bills and their lines out of replies to QueryInvoice; made once."""
    return cutter(Invoices, at=("QueryInvoiceResult",), using=using)


def payment_log_cutter(using: Using) -> Cutter:
    """What cuts payments out of replies to QueryPaymentLog; made once."""
    return cutter(PaymentLog, at=("QueryPaymentLogResult",), using=using)


def bill_maker(reading: Reading, *, account_number: str) -> Callable[[InvoiceInfo], Bill]:
    """What makes a Bill of an InvoiceInfo; XmlError when it is of another account than asked for."""
    return lambda told: _bill(told, reading, account_number=account_number)


def payment_maker(reading: Reading, *, account_number: str) -> Callable[[PaymentInfo], Payment]:
    """What makes a Payment of a PaymentInfo."""
    return lambda told: _payment(told, reading, account_number=account_number)


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


def _bill(told: InvoiceInfo, reading: Reading, *, account_number: str) -> Bill:
    if told.account_number != account_number:
        raise XmlError("AcctCode is not the one asked about")
    money = reading.money[told.currency_id]
    start, end = told.begins_at, told.ends_at
    return Bill(
        ref=Ref("bill", reading.system, (account_number, told.invoice_id or told.number)),
        bill_number=told.number,
        account_number=account_number,
        status=_status(told.status, reading),
        period=TimePeriod(start=start, end=end) if start or end else None,
        issued_at=told.issued_at,
        due_at=told.due_at,
        amount=money[told.amount],
        open_amount=money[told.open_amount],
        tax=money[told.tax],
        discount=money[told.discount],
        disputed=money[told.disputed],
        lines=_lines(told, reading.money),
        source=reading.source,
    )


def _status(code: str, reading: Reading) -> BillStatus:
    try:
        return reading.manner.bill_statuses[code]
    except KeyError:
        raise XmlError("Status of a bill is not in the setting `bill_statuses`") from None


def _lines(bill: InvoiceInfo, money: MoneyByCurrency) -> list[BillLine]:
    details = bill.details
    if bill.total not in {None, len(details)}:
        raise XmlError("the number of InvoiceDetail is not the one the bill tells")
    if len({detail.currency_id is None for detail in details}) > 1:
        raise XmlError("CurrencyID is missing in some of the bill's InvoiceDetail")
    unique((detail.number for detail in details), "InvoiceDetail")
    return [_line(detail, money[detail.currency_id or bill.currency_id]) for detail in details]


def _line(detail: InvoiceDetail, money: MoneyByUnits) -> BillLine:
    return _bill_line(
        number=detail.number,
        category=detail.category,
        charge_code=detail.charge_code,
        amount=money[detail.amount],
        open_amount=money[detail.open_amount],
        tax=money[detail.tax],
        discount=money[detail.discount],
    )


def _payment(told: PaymentInfo, reading: Reading, *, account_number: str) -> Payment:
    return Payment(
        ref=Ref("payment", reading.system, (account_number, told.number)),
        payment_number=told.number,
        external_reference=told.external_reference,
        account_key=told.account_key,
        paid_at=told.paid_at,
        amount=reading.money[told.currency_id][told.amount],
        method=told.method,
        channel=told.channel,
        status=told.status,
        source=reading.source,
    )
