"""The short way of writing a leaf gives what the scalar's own writer gives, for every value there is."""

import asyncio
import datetime as dt
import zoneinfo
from decimal import Context, Decimal
from typing import Any

import hypothesis
import hypothesis.strategies as st
import pytest

from gateway.execution import run
from schema import scalars
from tests.gateway.execution.both import completion_of
from tests.gateway.execution.zoo import ZOO, Colour, Everything

_COMPLETIONS = {
    name: completion_of(ZOO, f"{{ everything {{ {name} }} }}", {}) for name in ("exact", "at", "day", "big")
}
_EXACT = Context(prec=200)
decimals = st.one_of(
    st.decimals(),
    st.builds(
        lambda sign, digits, exponent: Decimal((sign, digits, exponent)),
        st.integers(0, 1),
        st.lists(st.integers(0, 9), min_size=1, max_size=40).map(tuple),
        st.integers(-60, 60),
    ),
    st.sampled_from(["sNaN", "NaN123", "-Infinity", "0E+3", "-0", "0E-20", "1E-6", "1E-7"]).map(Decimal),
)
zones = st.sampled_from(
    [dt.UTC, dt.timezone(dt.timedelta(0)), dt.timezone(dt.timedelta(hours=8)), zoneinfo.ZoneInfo("Europe/London"), None]
)
times = st.datetimes(timezones=zones)


def _written(field: str, value: Any) -> Any:
    def make() -> Everything:
        found = Everything()
        setattr(found, field, value)
        return found

    result = asyncio.run(run(_COMPLETIONS[field], variables=None, context=make))
    return result.errors[0].message if result.errors else result.data["everything"][field]  # type: ignore[index]


def _expected(write: Any, value: Any) -> Any:
    try:
        return write(value)
    except Exception as error:  # noqa: BLE001 - its message is what is compared.
        return str(error)


@hypothesis.given(decimals)
def test_any_decimal(value: Decimal) -> None:
    assert _expected(scalars.write_decimal, value) == _written("exact", value)


@hypothesis.given(decimals.filter(Decimal.is_finite))
def test_a_decimal_is_written_exactly_and_without_an_exponent(value: Decimal) -> None:
    text = scalars.write_decimal(value)

    assert format(value, "f") == text
    assert set(text) <= set("-.0123456789")
    assert _EXACT.compare_total(Decimal(text), value) == 0 or value.as_tuple().exponent > 0  # type: ignore[operator]


@hypothesis.given(times)
def test_any_time(value: dt.datetime) -> None:
    assert _expected(scalars.write_datetime, value) == _written("at", value)


@hypothesis.given(st.datetimes(timezones=st.just(dt.UTC)))
def test_a_time_in_utc_is_written_as_python_writes_it(value: dt.datetime) -> None:
    assert value.isoformat().replace("+00:00", "Z") == scalars.write_datetime(value)


@hypothesis.given(st.one_of(st.dates(), times))
def test_any_day(value: dt.date) -> None:
    assert _expected(scalars.write_date, value) == _written("day", value)


@hypothesis.given(st.one_of(st.integers(), st.booleans(), st.just(10**4000)))
def test_any_long(value: int) -> None:
    assert _expected(scalars.write_long, value) == _written("big", value)


@pytest.mark.parametrize("member", Colour)
async def test_every_member_of_an_enum_by_its_name_in_the_graph(member: Colour) -> None:
    made = completion_of(ZOO, "{ everything { colour } }", {})

    result = await run(made, variables=None, context=lambda: Everything(colour=member))

    assert {"everything": {"colour": {"RED": "RED", "BLUE": "AZURE"}[member.name]}} == result.data


class Loud(str):
    """Text that is not of the very class `str`."""

    __slots__ = ()


async def test_a_value_of_a_subclass_goes_the_long_way() -> None:
    made = completion_of(ZOO, "{ everything { text key } }", {})

    result = await run(made, variables=None, context=lambda: Everything(text=Loud("loud"), key=Loud("k")))  # type: ignore[arg-type]

    assert {"everything": {"text": "loud", "key": "k"}} == result.data
