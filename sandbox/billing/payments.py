"""QueryPaymentLog: the payments onto an account in a period, newest first; amounts in 1/100."""

from typing import Final

from sandbox import xmlread
from sandbox.billing import lookup
from sandbox.billing.invoices import paged, read_period
from sandbox.billing.messages import AR, RefusedError, ars, currency_id, whole_number
from sandbox.huawei_dates import stamp
from sandbox.population import Line, Payment, Residents, numbering
from sandbox.xmlread import Element
from sandbox.xmlwrite import Markup

_MAX_ROWS: Final = 500


def query_payment_log(people: Residents, request: Element) -> Markup:
    """QueryPaymentLogResult for a QueryPaymentLogRequest; all three paging numbers are mandatory here."""
    code = xmlread.child(request, AR, "AcctAccessCode")
    if code is None:
        raise RefusedError.missing("AcctAccessCode")
    _mandatory(request, "TotalRowNum")
    begin, fetch = _mandatory(request, "BeginRowNum"), _mandatory(request, "FetchRowNum")
    begins, ends = read_period(request)
    found = lookup.by_account_code(people, code)
    made = [payment for payment in people.payments(found.accounts[0]) if begins <= payment.paid <= ends]
    page = made[begin : begin + min(fetch, _MAX_ROWS)]
    rows = [_payment(payment, found.lines[0]) for payment in page]
    return paged("QueryPaymentLogResult", request, rows, total=len(made))


def _mandatory(request: Element, name: str) -> int:
    number = whole_number(request, name)
    if number is None:
        raise RefusedError.missing(name)
    return number


def _payment(payment: Payment, payer: Line) -> Markup:
    return ars(
        "PaymentInfo",
        ars("AcctKey", payment.account.key),
        ars("CustKey", numbering.customer_key(payment.account.customer, payment.account.province)),
        ars("SubKey", payer.key.subscriber_key),
        ars("PrimaryIdentity", payer.national),
        ars("TransID", payment.number),
        ars("TransType", "PPM"),
        ars("ExtTransID", payment.reference),
        ars("PaymentTime", stamp(payment.paid)),
        ars("Amount", payment.amount),
        ars("CurrencyID", currency_id(payment.account.province)),
        ars("OriAmount", payment.amount),
        ars("PaymentDetail", ars("ApplyType", "2"), ars("ApplyAmount", payment.amount)),
        ars("PaymentMethod", payment.method),
        ars("PayChannelID", "3"),
        ars("AccessMode", "3"),
        ars("Status", "N"),
        ars("OperID", "102"),
        ars("DeptID", "101"),
        ars("TotalPaymentAmount", payment.amount),
        ars("CurAmount", 0),
    )
