from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.huawei import MoneyTable
from connectors.huawei.money import LONG
from connectors.soap.records import compiled, element, record
from connectors.xml import Element, XmlError, parse
from schema.money import Money

TABLE = MoneyTable(currencies={"1102": "EUR", "1153": "KWD"}, decimals=2, decimals_by_id={"1153": 3})
LONGS = st.integers(min_value=-(2**63), max_value=2**63 - 1)


@record
class May:
    a: int | None = element("A", bits=LONG)


@record
class Must:
    a: int = element("A", bits=LONG)


may, must = compiled(May), compiled(Must)


def amount(inner: str) -> int | None:
    return may(row(inner)).a


def require_amount(inner: str) -> int:
    return must(row(inner)).a


def row(inner: str) -> Element:
    return parse(f"<Row>{inner}</Row>".encode())


def test_units_become_money_with_all_their_digits():
    assert Money(amount=Decimal("995.60"), currency="EUR") == TABLE.money(99560, "1102")
    assert "1.00" == str(TABLE.money(100, "1102").amount)


def test_a_currency_may_have_decimals_of_its_own():
    assert Money(amount=Decimal("99.560"), currency="KWD") == TABLE.money(99560, "1153")


def test_an_unknown_currency_id_names_the_setting_and_not_the_id():
    with pytest.raises(XmlError, match="not in the setting `currencies`") as caught:
        TABLE.money(1, "8800123456")

    assert "8800" not in str(caught.value)


def test_within_one_answer_an_amount_is_made_once_and_in_the_next_one_anew():
    one, other = TABLE.for_one_answer(), TABLE.for_one_answer()

    assert one["1102"][100] is one["1102"][100]
    assert one["1102"][100] == other["1102"][100]
    assert one["1102"][100] is not other["1102"][100]


def test_amounts_of_two_currencies_are_kept_apart_and_no_amount_is_no_money():
    money = TABLE.for_one_answer()

    assert ["1.00 EUR", "0.100 KWD"] == [
        f"{each.amount} {each.currency}" for each in (money["1102"][100], money["1153"][100])
    ]
    assert money["1102"][None] is None


@given(units=LONGS, decimals=st.integers(0, 6))
def test_money_is_what_its_class_makes(units, decimals):
    table = MoneyTable(currencies={"1102": "EUR"}, decimals=decimals)
    digits = f"{abs(units):0{decimals + 1}}"
    point = len(digits) - decimals
    text = f"{'-' if units < 0 else ''}{digits[:point]}.{digits[point:]}".removesuffix(".")

    made = table.for_one_answer()["1102"][units]

    called = Money(amount=Decimal(text), currency="EUR")
    assert type(called) is type(made)
    assert vars(called) == vars(made)
    assert text == str(made.amount)


@given(units=LONGS)
def test_every_long_is_exact(units):
    assert units == TABLE.money(units, "1102").amount * 100


@given(units=LONGS)
def test_every_long_is_read_from_its_digits(units):
    assert units == require_amount(f"<A> {units}\n</A>")


@pytest.mark.parametrize(
    "inner", ["", "<A/>", "<A> </A>", '<A x:nil="true" xmlns:x="http://www.w3.org/2001/XMLSchema-instance"/>']
)
def test_no_amount_is_none_or_an_error_where_one_must_be(inner):
    assert amount(inner) is None
    with pytest.raises(XmlError, match="A is missing or empty"):
        require_amount(inner)


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
        amount(f"<A>{text}</A>")


def test_two_amounts_of_one_name_are_refused():
    with pytest.raises(XmlError, match="A occurs more than once"):
        amount("<A>1</A><A>1</A>")


@pytest.mark.parametrize(
    ("text", "value"), [("+7", 7), ("007", 7), ("-0", 0), ("<![CDATA[7]]>", 7), ("1<![CDATA[2]]>3", 123)]
)
def test_other_ways_to_write_a_long_are_read(text, value):
    assert value == amount(f"<A>{text}</A>")
