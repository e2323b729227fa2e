"""Numbers in foreign answers: the value the text says, or an error."""

from decimal import Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.lexical import LexicalError, boolean, decimal, integer, scaled, smallest_unit, times

NOT_NUMBERS = [
    "",
    " ",
    "+",
    "-",
    ".",
    "1e3",
    "1E3",
    "NaN",
    "INF",
    "Infinity",
    "1_000",
    "1,000",
    "1 000",
    "0x10",
    "--1",
    "1-",
    "１２",
    "١٢",
    "²",
    "1\u00a0",
    "\u20091",
    "1\x00",
    "1;2",
    "1.2.3",
    "€1",
]


@pytest.mark.parametrize("text", [*NOT_NUMBERS, "10.5", "1."])
def test_not_a_whole_number(text):
    with pytest.raises(LexicalError):
        integer(text)


@pytest.mark.parametrize("text", NOT_NUMBERS)
def test_not_a_decimal_number(text):
    with pytest.raises(LexicalError):
        decimal(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", "0"), ("-0.50", "-0.50"), ("+7", "7"), ("007.10", "7.10"), (".5", "0.5"), ("5.", "5"), (" \t\r\n1\n", "1")],
)
def test_a_decimal_number_keeps_its_digits(text, value):
    assert Decimal(value).as_tuple() == decimal(text).as_tuple()


def test_numbers_without_end_are_refused_before_they_are_computed():
    for text in ("9" * 41, "9" * 100_000):
        with pytest.raises(LexicalError):
            integer(text)
    with pytest.raises(LexicalError):
        decimal("0." + "1" * 61)


@given(st.integers(-(10**39), 10**39), st.sampled_from(["", " ", "\n\t"]))
def test_whole_numbers_are_read_back(number, space):
    assert number == integer(f"{space}{number}{space}")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_decimal_numbers_are_read_back(number):
    assert number == decimal(format(number, "f"))


@given(st.text(max_size=8))
def test_any_text_is_the_number_it_says_or_an_error(text):
    try:
        number = integer(text)
    except LexicalError:
        return
    assert text.strip(" \t\r\n").lstrip("+").isascii()
    assert int(text) == number


@given(st.integers(-(10**40), 10**40), st.integers(0, 6))
def test_money_is_scaled_without_rounding_and_with_all_its_decimals(units, decimals):
    money = scaled(units, decimals)

    assert -decimals == money.as_tuple().exponent
    assert units == int(format(money, "f").replace(".", ""))


@given(st.integers(-(10**40), 10**40) | st.integers(-200, 200), st.integers(0, 6))
def test_money_is_digit_for_digit_what_moving_the_point_gives(units, decimals):
    slowly = Decimal(units).scaleb(-decimals, Context(prec=100))

    assert slowly.as_tuple() == times(smallest_unit(decimals), units).as_tuple() == scaled(units, decimals).as_tuple()


def test_examples_of_money():
    assert ["995.60", "-0.05", "0.00", "7"] == [
        format(money, "f") for money in (scaled(99560, 2), scaled(-5, 2), scaled(0, 2), scaled(7, 0))
    ]


@pytest.mark.parametrize("text", ["true", "1", " 1 "])
def test_true(text):
    assert boolean(text) is True


@pytest.mark.parametrize("text", ["false", "0", "\n0"])
def test_false(text):
    assert boolean(text) is False


@pytest.mark.parametrize("text", ["", "True", "yes", "2", "01"])
def test_neither_true_nor_false(text):
    with pytest.raises(LexicalError):
        boolean(text)


def test_an_error_does_not_quote_the_text():
    with pytest.raises(LexicalError) as caught:
        integer("99960000042x")

    assert "9996" not in str(caught.value)
