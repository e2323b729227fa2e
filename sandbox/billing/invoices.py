"""QueryInvoice: the bills of an account whose date is in a period, oldest first; amounts in 1/100."""

import datetime as dt

from sandbox import xmlread
from sandbox.billing import lookup
from sandbox.billing.messages import AR, RefusedError, arc, ars, bare, currency_id, whole_number
from sandbox.huawei_dates import read_stamp, stamp
from sandbox.population import Bill, BillLine, Line, Residents, numbering
from sandbox.xmlread import Element
from sandbox.xmlwrite import Markup

_MAX_ROWS = 500


def query_invoice(people: Residents, request: Element) -> Markup:
    """QueryInvoiceResult for a QueryInvoiceRequest."""
    code = xmlread.child(request, AR, "AcctAccessCode")
    if code is None:
        raise RefusedError.missing("AcctAccessCode")
    begins, ends = read_period(xmlread.child(request, AR, "TimePeriod"))
    found = lookup.by_account_code(people, code)
    payer = found.lines[0]
    bills = [bill for bill in people.bills(found.accounts[0]) if begins <= bill.issued <= ends]
    return paged(
        "QueryInvoiceResult", request, [_invoice(bill, payer) for bill in _page(request, bills)], total=len(bills)
    )


def read_period(parent: Element | None) -> tuple[dt.datetime, dt.datetime]:
    """StartTime and EndTime, both mandatory."""
    moments = []
    for name in ("StartTime", "EndTime"):
        moment = read_stamp(xmlread.child_text(parent, AR, name))
        if moment is None:
            raise RefusedError.missing(name)
        moments.append(moment)
    return moments[0], moments[1]


def paged(name: str, request: Element, rows: list[Markup], *, total: int) -> Markup:
    """A result with its rows and the three numbers of its paging."""
    return bare(
        name,
        rows,
        ars("TotalRowNum", total),
        ars("BeginRowNum", whole_number(request, "BeginRowNum") or 0),
        ars("FetchRowNum", len(rows)),
    )


def _page(request: Element, bills: list[Bill]) -> list[Bill]:
    begin = whole_number(request, "BeginRowNum") or 0
    fetch = whole_number(request, "FetchRowNum")
    return bills[begin : begin + min(_MAX_ROWS if fetch is None else fetch, _MAX_ROWS)]


def _invoice(bill: Bill, payer: Line) -> Markup:
    tax = sum(line.tax for line in bill.lines)
    return ars(
        "InvoiceInfo",
        ars("AcctKey", bill.account.key),
        ars("AcctCode", bill.account.code),
        ars("CustKey", numbering.customer_key(bill.account.customer, bill.account.province)),
        ars("SubKey", payer.key.subscriber_key),
        ars("PrimaryIdentity", payer.national),
        ars("TransType", "BLL"),
        ars("InvoiceID", bill.invoice_id),
        ars("InvoiceNo", bill.number),
        ars("BillCycleID", f"{bill.begins:%Y%m%d}"),
        ars("BillCycleBeginTime", stamp(bill.begins)),
        ars("BillCycleEndTime", stamp(bill.ends)),
        ars("InvoiceAmount", bill.amount),
        ars("OpenAmount", bill.open_amount),
        ars("TaxAmount", tax),
        ars("OpenTaxAmount", 0 if bill.paid else tax),
        ars("DisputeAmount", 0),
        ars("DiscountAmount", sum(line.discount for line in bill.lines)),
        ars("CurrencyID", currency_id(bill.account.province)),
        ars("InvoiceDate", stamp(bill.issued)),
        ars("DueDate", stamp(bill.due)),
        ars("Status", _status(bill)),
        [_detail(bill, line) for line in bill.lines],
        ars("TotalRowNum", len(bill.lines)),
        ars("BillFlag", "N"),
        ars("AdditionalProperty", arc("Code", "B_SUM_S"), arc("Value", "1")),
    )


def _detail(bill: Bill, line: BillLine) -> Markup:
    return ars(
        "InvoiceDetail",
        ars("InvoiceID", line.number),
        ars("ServiceCategory", line.category),
        ars("ChargeCode", line.code),
        ars("ChargeAmount", line.charge),
        ars("DiscountAmt", line.discount),
        ars("OpenAmount", 0 if bill.paid else line.total),
        ars("TaxAmount", line.tax),
        ars("OpenTaxAmount", 0 if bill.paid else line.tax),
        ars("DisputeAmount", 0),
        ars("CurrencyID", currency_id(bill.account.province)),
        ars("Status", _status(bill)),
    )


def _status(bill: Bill) -> str:
    """C closed, O open."""
    return "C" if bill.paid else "O"
