"""Scalars: one strict written form each, and refusals that quote nothing of what was written."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from schema.scalars import (
    read_date,
    read_datetime,
    read_decimal,
    read_imsi,
    read_long,
    read_msisdn,
    write_date,
    write_datetime,
    write_decimal,
    write_long,
)

DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, min_value=Decimal("-1e50"), max_value=Decimal("1e50"))
READABLE = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=12)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes)))
INSTANTS = st.datetimes(min_value=dt.datetime(2, 1, 1), max_value=dt.datetime(9998, 12, 31), timezones=ZONES)  # noqa: DTZ001 - hypothesis adds the zone

READERS: list[Callable[[object], object]] = [read_decimal, read_long, read_msisdn, read_imsi, read_datetime, read_date]


def refused(act: Callable[[object], object], value: object) -> str:
    with pytest.raises(GraphQLError) as caught:
        act(value)
    return caught.value.message


class TestDecimal:
    @given(DECIMALS)
    def test_is_written_without_an_exponent(self, value: Decimal) -> None:
        assert set(write_decimal(value)) <= set("-.0123456789")

    @given(READABLE | st.integers(-(10**50), 10**50).map(Decimal))
    def test_reads_back_as_the_same_number(self, value: Decimal) -> None:
        assert value == read_decimal(write_decimal(value))

    def test_keeps_trailing_zeroes(self) -> None:
        assert "12.50" == write_decimal(Decimal("12.50"))

    def test_writes_a_large_round_number_in_full(self) -> None:
        assert "100" == write_decimal(Decimal("1E+2"))

    @pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), 12.5, 12, "12.50", None])
    def test_writes_finite_decimals_only(self, value: object) -> None:
        refused(write_decimal, value)

    @pytest.mark.parametrize(
        "value",
        [
            "",
            ".5",
            "5.",
            "+1",
            "1e3",
            "1_000",
            "1,5",
            " 1",
            "1\n",
            "NaN",
            "Infinity",
            "１２",
            "٣",
            "--1",
            1,
            1.5,
            True,
            None,
        ],
    )
    def test_reads_plain_digits_in_a_string_only(self, value: object) -> None:
        refused(read_decimal, value)


class TestLong:
    @given(st.integers(-(10**40) + 1, 10**40 - 1))
    def test_reads_back_as_the_same_number(self, value: int) -> None:
        assert value == read_long(write_long(value))

    def test_beyond_2_to_the_53_keeps_every_digit(self) -> None:
        assert "9007199254740993" == write_long(2**53 + 1)

    @given(st.integers())
    def test_takes_json_numbers_too(self, value: int) -> None:
        assert value == read_long(value)

    @pytest.mark.parametrize("value", [True, 1.0, "1", None])
    def test_writes_whole_numbers_only(self, value: object) -> None:
        refused(write_long, value)

    @pytest.mark.parametrize("value", [True, 1.0, "1.0", "+1", "1e3", "", " 1", "1\n", "1_0", "１", "9" * 41, None])
    def test_reads_whole_numbers_only(self, value: object) -> None:
        refused(read_long, value)


class TestMsisdn:
    @pytest.mark.parametrize("value", ["99960000042", "+99960000042", "0099960000042", "060000042", "60000042"])
    def test_may_be_written_as_people_do(self, value: str) -> None:
        assert value == read_msisdn(value)

    @pytest.mark.parametrize(
        "value",
        [
            "",
            "12",
            "1" * 21,
            "+",
            "++99960000042",
            "999 6000",
            "999-6000",
            "tel:999",
            "９９９",
            "999\n",
            99960000042,
            None,
        ],
    )
    def test_is_digits_in_a_string_with_at_most_a_plus(self, value: object) -> None:
        refused(read_msisdn, value)


class TestImsi:
    @pytest.mark.parametrize("value", ["999700", "999700000000042"])
    def test_has_6_to_15_digits(self, value: str) -> None:
        assert value == read_imsi(value)

    @pytest.mark.parametrize("value", ["", "99970", "9" * 16, "+999700000000042", "99970000000004x", 999700, None])
    def test_is_nothing_else(self, value: object) -> None:
        refused(read_imsi, value)


class TestDateTime:
    @given(INSTANTS)
    def test_is_the_same_instant_after_writing_and_reading(self, value: dt.datetime) -> None:
        assert value == read_datetime(write_datetime(value))

    @given(INSTANTS)
    def test_is_always_written_in_utc(self, value: dt.datetime) -> None:
        assert write_datetime(value).endswith("Z")

    def test_without_a_zone_is_refused_because_it_would_be_a_guess(self) -> None:
        refused(write_datetime, dt.datetime(2026, 11, 22, 8, 0))  # noqa: DTZ001 - what is tested
        refused(read_datetime, "2026-11-22T08:00:00")

    @pytest.mark.parametrize(
        "value",
        ["2026-11-22T08:00:00Z", "2026-11-22t08:00:00z", "2026-11-22T09:00:00+01:00", "2026-11-22T08:00:00.000Z"],
    )
    def test_is_read_in_every_form_of_rfc_3339(self, value: str) -> None:
        assert dt.datetime(2026, 11, 22, 8, 0, tzinfo=dt.UTC) == read_datetime(value)

    @pytest.mark.parametrize(
        "value",
        [
            "2026-02-30T08:00:00Z",
            "2026-11-22T25:00:00Z",
            "2026-11-22T08:00:00+99:00",
            "2026-11-22 08:00:00Z",
            "2026-11-22",
            "20261122T080000Z",
            "2026-11-22T08:00:00+0100",
            "0001-01-01T00:00:00+01:00",
            "２０２６-11-22T08:00:00Z",
            1795334400,
            None,
        ],
    )
    def test_that_does_not_exist_or_is_written_otherwise_is_refused(self, value: object) -> None:
        refused(read_datetime, value)

    def test_is_written_from_a_time_only(self) -> None:
        refused(write_datetime, dt.date(2026, 11, 22))


class TestDate:
    @given(st.dates())
    def test_reads_back_as_the_same_day(self, value: dt.date) -> None:
        assert value == read_date(write_date(value))

    def test_is_written_from_a_day_and_not_from_an_instant(self) -> None:
        refused(write_date, dt.datetime(2026, 11, 22, tzinfo=dt.UTC))

    @pytest.mark.parametrize(
        "value", ["2026-02-30", "20261122", "2026-W47-7", "2026-11-22T00:00:00Z", "22.11.2026", 1, None]
    )
    def test_that_does_not_exist_or_is_written_otherwise_is_refused(self, value: object) -> None:
        refused(read_date, value)


@pytest.mark.parametrize("read", READERS)
@given(value=(st.text() | st.integers().map(str)).map(lambda text: f"§{text}"))
def test_a_refusal_says_what_to_write_and_quotes_nothing(read: Callable[[object], object], value: str) -> None:
    try:
        read(value)
    except GraphQLError as refusal:
        told = refusal.message.replace('"12.50"', "").replace('"189000000000000721"', "")
        told = told.replace('"2026-11-22T08:00:00Z"', "").replace('"2026-11-22"', "")
        assert " must be " in told
        assert value not in told
