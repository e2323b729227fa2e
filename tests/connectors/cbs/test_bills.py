import datetime as dt

import pytest

from connectors.xml import XmlError
from schema.billing import BillStatus
from tests.connectors.cbs import replies
from tests.connectors.cbs.reading import euro, read_bills, read_payments


def test_a_bill_is_read_by_field():
    (bill,) = read_bills(replies.invoice(replies.detail(), replies.detail("502", DiscountAmt="-5", OpenAmount=None)))

    assert ("bill", "billing", ("A1000042", "500")) == (bill.ref.kind, bill.ref.system, bill.ref.key)
    assert ("00000007", "A1000042", BillStatus.OPEN) == (bill.bill_number, bill.account_number, bill.status)
    assert (euro("12.50"), euro("12.50"), euro("2.17")) == (bill.amount, bill.open_amount, bill.tax)
    assert (euro("0.00"), euro("0.00")) == (bill.discount, bill.disputed)
    assert dt.datetime(2026, 11, 2, 7, 30, tzinfo=dt.UTC) == bill.issued_at
    assert dt.datetime(2026, 11, 25, 23, tzinfo=dt.UTC) == bill.due_at
    assert bill.period is not None
    assert dt.datetime(2026, 9, 30, 22, tzinfo=dt.UTC) == bill.period.start
    assert dt.datetime(2026, 10, 31, 23, tzinfo=dt.UTC) == bill.period.end
    assert ["501", "502"] == [line.number for line in bill.lines]
    line = bill.lines[1]
    assert ("C03", "C_VOICE", euro("12.50")) == (line.category, line.charge_code, line.amount)
    assert (None, euro("2.17"), euro("-0.05")) == (line.open_amount, line.tax, line.discount)


def test_bills_come_newest_first_and_undated_ones_last():
    dates = ["20260901000000", None, "20261101000000", "20261001000000"]
    rows = [replies.invoice(InvoiceID=str(index), InvoiceDate=date) for index, date in enumerate(dates)]

    assert ["2", "3", "0", "1"] == [bill.ref.key[1] for bill in read_bills(*rows)]


def test_a_bill_without_an_id_is_known_by_its_number():
    (bill,) = read_bills(replies.invoice(InvoiceID=None))

    assert ("A1000042", "00000007") == bill.ref.key


def test_a_line_may_have_a_currency_of_its_own_or_that_of_the_bill():
    (own,) = read_bills(replies.invoice(replies.detail(CurrencyID="1153"), replies.detail("2")))
    (none,) = read_bills(replies.invoice(replies.detail(CurrencyID=None), replies.detail("2", CurrencyID=None)))

    assert ["USD", "EUR"] == [line.amount.currency for line in own.lines]
    assert ["EUR", "EUR"] == [line.amount.currency for line in none.lines]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (replies.invoice(AcctCode="A1000043"), "AcctCode is not the one asked about"),
        (replies.invoice(AcctCode=None), "AcctCode is missing"),
        (replies.invoice(InvoiceNo=None), "InvoiceNo is missing"),
        (replies.invoice(Status="X"), "`bill_statuses`"),
        (replies.invoice(Status=None), "Status is missing"),
        (replies.invoice(InvoiceAmount=None), "InvoiceAmount is missing"),
        (replies.invoice(InvoiceAmount="12.50"), "InvoiceAmount is not a whole number"),
        (replies.invoice(OpenAmount="1e3"), "OpenAmount is not a whole number"),
        (replies.invoice(TaxAmount="NaN"), "TaxAmount is not a whole number"),
        (replies.invoice(CurrencyID=None), "CurrencyID is missing"),
        (replies.invoice(CurrencyID="978"), "`currencies`"),
        (replies.invoice(DueDate="20260230000000"), "DueDate is not a possible time"),
        (replies.invoice(replies.detail(), lines=2), "the number of InvoiceDetail"),
        (replies.invoice(replies.detail(), replies.detail(), lines=1), "the number of InvoiceDetail"),
        (replies.invoice(replies.detail(ChargeAmount=None)), "ChargeAmount is missing"),
        (replies.invoice(replies.detail(InvoiceID=None)), "InvoiceID is missing"),
        (replies.invoice(replies.detail(), replies.detail("2", CurrencyID=None)), "CurrencyID is missing in some"),
        (replies.invoice(replies.detail(), replies.detail()), "InvoiceDetail occurs twice"),
        (replies.invoice(replies.result("Wrapper", replies.detail())), "InvoiceDetail stands where none is expected"),
    ],
)
def test_what_cannot_be_trusted_is_refused(row, said):
    with pytest.raises(XmlError, match=said):
        read_bills(row)


def test_the_same_bill_twice_is_refused():
    with pytest.raises(XmlError, match="InvoiceInfo occurs twice"):
        read_bills(replies.invoice(), replies.invoice())


def test_a_payment_is_read_by_field():
    (payment,) = read_payments(replies.payment())

    assert ("payment", "billing", ("A1000042", "140023")) == (payment.ref.kind, payment.ref.system, payment.ref.key)
    assert ("140023", "NBM1", "101000001000042") == (
        payment.payment_number,
        payment.external_reference,
        payment.account_key,
    )
    assert dt.datetime(2026, 11, 7, 12, 14, 10, tzinfo=dt.UTC) == payment.paid_at
    assert euro("100.50") == payment.amount
    assert ("1001", "3", "N") == (payment.method, payment.channel, payment.status)


def test_payments_come_newest_first():
    rows = [replies.payment(str(day), PaymentTime=f"202611{day:02}120000") for day in (3, 9, 1)]

    assert ["9", "3", "1"] == [payment.payment_number for payment in read_payments(*rows)]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([replies.payment(), replies.payment()], "PaymentInfo occurs twice"),
        ([replies.payment(), replies.payment("2", AcctKey="9")], "AcctKey differs"),
        ([replies.payment(PaymentTime="19700101020000")], "PaymentTime is missing or no time"),
        ([replies.payment(TransID=None)], "TransID is missing"),
        ([replies.payment(Amount=None)], "Amount is missing"),
        ([replies.payment(AcctKey=None)], "AcctKey is missing"),
    ],
)
def test_payments_that_cannot_be_trusted_are_refused(rows, said):
    with pytest.raises(XmlError, match=said):
        read_payments(*rows)
