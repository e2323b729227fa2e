from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from connectors.huawei import MoneyTable
from connectors.huawei.money import amount, require_amount
from connectors.xml import Node, XmlError
from schema.money import Money

TABLE = MoneyTable(currencies={"1102": "EUR", "1153": "KWD"}, decimals=2, decimals_by_id={"1153": 3})
LONGS = st.integers(min_value=-(2**63), max_value=2**63 - 1)


def row(inner: str) -> Node:
    return Node(etree.fromstring(f"<Row>{inner}</Row>"))


def test_units_become_money_with_all_their_digits():
    assert Money(amount=Decimal("995.60"), currency="EUR") == TABLE.money(99560, "1102")
    assert "1.00" == str(TABLE.money(100, "1102").amount)


def test_a_currency_may_have_decimals_of_its_own():
    assert Money(amount=Decimal("99.560"), currency="KWD") == TABLE.money(99560, "1153")


def test_an_unknown_currency_id_names_the_setting_and_not_the_id():
    with pytest.raises(XmlError, match="not in the setting `currencies`") as caught:
        TABLE.money(1, "8800123456")

    assert "8800" not in str(caught.value)


@given(units=LONGS)
def test_every_long_is_exact(units):
    assert units == TABLE.money(units, "1102").amount * 100


@given(units=LONGS)
def test_every_long_is_read_from_its_digits(units):
    assert units == require_amount(row(f"<A> {units}\n</A>"), "A")


@pytest.mark.parametrize(
    "inner", ["", "<A/>", "<A> </A>", '<A x:nil="true" xmlns:x="http://www.w3.org/2001/XMLSchema-instance"/>']
)
def test_no_amount_is_none_or_an_error_where_one_must_be(inner):
    assert amount(row(inner), "A") is None
    with pytest.raises(XmlError, match="A is missing or empty"):
        require_amount(row(inner), "A")


@pytest.mark.parametrize(
    "text",
    [
        "10<?x y?>05", "10<!-- -->05", "10<b/>05", "<b>10</b>", "NaN", "INF", "-INF", "1e3", "1E3", "1_000", "1,000",
        "1 000", "10.05", "10.", ".5", "0x10", "１０", "١٠", "+-1", "--1", "1-", "ten", "\N{NO-BREAK SPACE}10",
        "9223372036854775808", "-9223372036854775809", "1" * 41,
    ],
)  # fmt: skip
def test_anything_but_an_xsd_long_is_refused(text):
    with pytest.raises(XmlError, match=r"^A (is|holds)"):
        amount(row(f"<A>{text}</A>"), "A")


def test_two_amounts_of_one_name_are_refused():
    with pytest.raises(XmlError, match="A occurs more than once"):
        amount(row("<A>1</A><A>1</A>"), "A")


@pytest.mark.parametrize(
    ("text", "value"), [("+7", 7), ("007", 7), ("-0", 0), ("<![CDATA[7]]>", 7), ("1<![CDATA[2]]>3", 123)]
)
def test_other_ways_to_write_a_long_are_read(text, value):
    assert value == amount(row(f"<A>{text}</A>"), "A")
