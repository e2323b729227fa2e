import datetime as dt
import zoneinfo
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from connectors.acctmgr.mapping import Reading, history_reader, read_recharges
from connectors.huawei import LocalTime, MoneyTable
from connectors.numbering import NumberForm
from connectors.soap.cutting import RowsAreCut
from connectors.xml import Node, XmlError, parse
from schema.money import Money
from schema.recharge import Recharge, RechargeResult
from schema.source import Source
from tests.connectors.acctmgr.fake import ACCOUNT, NIL, XSI, log
from tests.connectors.support import NOW, PLAN

SOURCE = Source(system="history", operation="VoucherRechargeEnquiry", fetched_at=NOW)
READING = Reading(
    history=history_reader(LocalTime(zone=zoneinfo.ZoneInfo("Europe/Madrid"), none=("20370101", "19700101"))),
    table=MoneyTable(currencies={"EUR": "EUR", "1153": "USD"}, decimals=2),
    currency="EUR",
    numbering=PLAN,
    number_form=NumberForm.NATIONAL_SIGNIFICANT,
    succeeded=frozenset({"0"}),
)


def result(*logs: str) -> etree._Element:
    return etree.fromstring(f'<Result xmlns:acc="{ACCOUNT}" xmlns:xsi="{XSI}">{"".join(logs)}</Result>')


def read(*logs: str) -> tuple[Recharge, ...]:
    return read_whole(result(*logs))


def read_whole(whole: etree._Element) -> tuple[Recharge, ...]:
    return read_recharges(Node(parse(etree.tostring(whole))), READING, msisdn="99960000042", source=SOURCE)


def euro(text: str) -> Money:
    return Money(amount=Decimal(text), currency="EUR")


def test_a_recharge_is_read_by_field():
    (found,) = read(log())

    assert ("recharge", "history") == (found.ref.kind, found.ref.system)
    assert ("99960000042", "20261107131410", "26571", "700001") == found.ref.key
    assert dt.datetime(2026, 11, 7, 12, 14, 10, tzinfo=dt.UTC) == found.recharged_at
    assert (RechargeResult.SUCCEEDED, "1", "26571") == (found.result, found.kind, found.voucher_batch)
    assert (euro("10.00"), euro("18.51"), euro("28.51")) == (found.amount, found.balance_before, found.balance_after)


@pytest.mark.parametrize("said", [NIL, None, ""])
def test_amounts_that_are_nil_absent_or_empty_are_not_told(said):
    (found,) = read(log(RechargeAmt=said, OldBalance=said, NewBalance=said))

    assert (None, None, None) == (found.amount, found.balance_before, found.balance_after)


@pytest.mark.parametrize(("said", "currency"), [(None, "EUR"), ("", "EUR"), ("EUR", "EUR"), ("1153", "USD")])
def test_a_currency_is_the_one_told_or_the_configured_one(said, currency):
    (found,) = read(log(Currency=said))

    assert found.amount is not None
    assert currency == found.amount.currency


@pytest.mark.parametrize("said", ["1", "7", "-1"])
def test_any_error_type_but_that_of_success_is_a_failure(said):
    (found,) = read(log(ErrorType=said, Batch="", Sequence=""))

    assert RechargeResult.FAILED is found.result
    assert found.voucher_batch is None


def test_recharges_come_newest_first():
    days = [3, 9, 1]

    found = read(*(log(TradeTime=f"202611{day:02}120000", Sequence=str(day)) for day in days))

    assert [9, 3, 1] == [recharge.recharged_at.day for recharge in found]


def test_equal_recharges_without_a_voucher_get_keys_of_their_own():
    found = read(*(log(Batch="", Sequence="", OldBalance=str(before)) for before in (0, 1000, 2000)))

    assert 3 == len({recharge.ref for recharge in found})


def test_a_voucher_that_failed_twice_in_a_second_is_two_recharges():
    found = read(log(ErrorType="5"), log(ErrorType="5", OldBalance="1850"))

    assert 2 == len({recharge.ref for recharge in found})


def test_records_that_differ_only_in_what_is_not_read_are_two():
    found = read(log(Batch="", Sequence=""), log(Batch="", Sequence="", Validity="30"))

    assert 2 == len({recharge.ref for recharge in found})


def test_a_currency_that_nobody_knows_is_no_matter_where_no_amount_is_told():
    (found,) = read(log(RechargeAmt=NIL, OldBalance=NIL, NewBalance=NIL, Currency="978"))

    assert found.amount is None


def test_no_records_are_an_empty_history():
    assert () == read()


@pytest.mark.parametrize(
    ("logs", "said"),
    [
        ([log(SubscriberNo="60000043")], "SubscriberNo is not the one asked about"),
        ([log(), log(SubscriberNo="60000043", Sequence="2")], "SubscriberNo is not the one asked about"),
        ([log(SubscriberNo=None)], "SubscriberNo is missing"),
        ([log(SubscriberNo="99960000042")], "number_form"),
        ([log(), log()], "RechargeLog occurs twice"),
        ([log(), log(OldBalance="1850")], "RechargeLog occurs twice"),
        ([log(ErrorType="5"), log(ErrorType="5")], "RechargeLog occurs twice"),
        ([log(Batch="", Sequence="")] * 2, "RechargeLog occurs twice"),
        ([log().replace("RechargeLog", "RechargeLogs")], "RechargeLog stands where none is expected"),
        ([f"<Wrapper>{log()}</Wrapper>"], "RechargeLog stands where none is expected"),
        ([log(TradeTime=None)], "TradeTime is missing"),
        ([log(TradeTime="2026-11-07")], "TradeTime is not a time"),
        ([log(TradeTime="19700101020000")], "TradeTime is missing or no time"),
        ([log(ErrorType=None)], "ErrorType is missing"),
        ([log(RechargeAmt="10.00")], "RechargeAmt is not a whole number"),
        ([log(RechargeAmt="1e3")], "RechargeAmt is not a whole number"),
        ([log(RechargeAmt="10<?x y?>00")], "RechargeAmt holds more than text"),
        ([log(NewBalance="9223372036854775808")], "NewBalance is larger"),
        ([log(Currency="978")], "`currencies`"),
    ],
)
def test_what_cannot_be_trusted_is_refused(logs, said):
    with pytest.raises(XmlError, match=said):
        read(*logs)


@given(data=st.data())
def test_a_doubled_element_is_never_read_as_two(data):
    whole = result(log(), log(Sequence="2", TradeTime="20261001000000"))
    right = read_whole(whole)
    doubled = data.draw(st.sampled_from(list(whole.iterdescendants())))
    doubled.addnext(etree.fromstring(etree.tostring(doubled)))

    try:
        found = read_whole(whole)
    except XmlError:
        return

    assert right == found


@given(units=st.integers(min_value=-(2**63), max_value=2**63 - 1))
def test_every_amount_is_exact(units):
    (found,) = read(log(RechargeAmt=str(units)))

    assert found.amount is not None
    assert units == found.amount.amount * 100


def test_rows_that_were_cut_are_not_compared_word_for_word():
    element = parse(etree.tostring(result(log(Batch="", Sequence=""), log(Batch="", Sequence=""))))
    for row, told in zip(element, READING.history(element).logs, strict=True):
        setattr(row, "text", [told])  # noqa: B010 - As `cutting` leaves it; the stubs know texts only.
        del row[:]

    with pytest.raises(RowsAreCut):
        read_recharges(Node(element), READING, msisdn="99960000042", source=SOURCE)
