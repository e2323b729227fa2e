import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from connectors.capabilities import Period
from connectors.huawei import LocalTime
from connectors.lexical import LexicalError
from connectors.soap.records import compiled, element, record
from connectors.xml import Element, XmlError, parse

MADRID = LocalTime(zone=zoneinfo.ZoneInfo("Europe/Madrid"), none=("20370101", "19700101"))


@record
class Row:
    at: dt.datetime | None = element("At", read="time")


@record
class Dated:
    at: dt.datetime = element("At", read="instant")


def read(time: LocalTime, text: str) -> dt.datetime | None:
    return compiled(Row, using=time.using())(row(text)).at


def require(time: LocalTime, text: str) -> dt.datetime:
    return compiled(Dated, using=time.using())(row(text)).at


def row(text: str) -> Element:
    parent = etree.Element("Row")
    etree.SubElement(parent, "At").text = text
    return parse(etree.tostring(parent))


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("20260301120000", dt.datetime(2026, 3, 1, 11, 0, tzinfo=dt.UTC)),
        ("20260801120000", dt.datetime(2026, 8, 1, 10, 0, tzinfo=dt.UTC)),
        (" 20260801120000\n", dt.datetime(2026, 8, 1, 10, 0, tzinfo=dt.UTC)),
        ("20240229235959", dt.datetime(2024, 2, 29, 22, 59, 59, tzinfo=dt.UTC)),
    ],
)
def test_local_digits_are_an_instant(text, instant):
    assert instant == read(MADRID, text)


@pytest.mark.parametrize(
    "text",
    ["", "20370101000000", "20370101020000", "19700101000000", "19700101020000", "19700101080000", "19700101100000"],
)
def test_never_and_unset_are_no_time_at_whatever_hour_the_system_writes_them(text):
    assert read(MADRID, text) is None
    with pytest.raises(XmlError, match=r"At is missing or (no time|empty)"):
        require(MADRID, text)


@pytest.mark.parametrize(
    "text",
    [
        "2026030112000",
        "202603011200000",
        "20260301 120000",
        "20260301T120000",
        "2026-03-01 12:00:00",
        "2026-03-01 12:00:00.374",
        "20261301120000",
        "20260230120000",
        "20260301240000",
        "20260301126000",
        "20260301120060",
        "00000301120000",
        "10260301120000",
        "18991231235959",
        "20370101990000",
        "19700132000000",
        "２０２６０３０１１２００００",
        "+2026030112000",
        "0",
        "-1",
        "99991231235959x",
    ],
)
def test_anything_else_is_refused_and_not_repeated(text):
    with pytest.raises(XmlError) as caught:
        read(MADRID, text)

    assert text not in str(caught.value)


def test_a_last_day_that_utc_cannot_hold_is_refused():
    chicago = LocalTime(zone=zoneinfo.ZoneInfo("America/Chicago"), none=())

    with pytest.raises(XmlError, match="At is not a possible time"):
        read(chicago, "99991231235959")


def test_the_repeated_hour_is_read_as_its_first_passing():
    assert dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC) == read(MADRID, "20261025023000")


def test_the_hour_that_is_left_out_is_read_by_the_clock_of_the_winter():
    assert dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC) == read(MADRID, "20260329023000")
    assert dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC) == read(MADRID, "20260329033000")


def test_what_means_unset_may_be_a_time_that_no_system_knew_but_not_one_that_cannot_be():
    told = LocalTime(zone=MADRID.zone, none=("00010101",))

    assert read(told, "00010101000000") is None
    with pytest.raises(XmlError, match="At is not a possible time"):
        read(told, "00010101990000")


def test_times_that_are_remembered_are_those_that_are_read_anew():
    using = MADRID.using()
    texts = ["20260301120000", "20370101000000", "20261025023000"] * 2

    assert [MADRID.parse(text) for text in texts] == [using["time"](text) for text in texts]


@pytest.mark.parametrize("text", ["20260230120000", "2026-03-01"])
def test_what_is_no_time_is_none_when_it_comes_again(text):
    using = MADRID.using()

    for _ in range(2):
        with pytest.raises(LexicalError):
            using["time"](text)


def test_a_period_is_rounded_outwards_to_whole_seconds():
    start = dt.datetime(2026, 8, 1, 10, 0, 0, 900_000, tzinfo=dt.UTC)
    end = dt.datetime(2026, 8, 1, 10, 59, 59, 1, tzinfo=dt.UTC)

    assert ("20260801120000", "20260801130000") == MADRID.bounds(Period(start=start, end=end), now=end)


def test_a_period_of_whole_seconds_is_written_as_it_is():
    start, end = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2026, 2, 1, tzinfo=dt.UTC)

    assert ("20260101010000", "20260201010000") == MADRID.bounds(Period(start=start, end=end), now=end)


def test_an_open_period_goes_on_until_it_is_asked_about() -> None:
    start, now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2026, 2, 1, tzinfo=dt.UTC)

    assert MADRID.bounds(Period(start=start), now=now) == MADRID.bounds(Period(start=start, end=now), now=now)


ZONES = st.sampled_from(
    ["Europe/Madrid", "UTC", "Asia/Kathmandu", "America/Chicago", "Pacific/Apia", "Africa/Blantyre"]
)


@given(
    instant=st.datetimes(min_value=dt.datetime(1980, 1, 1), max_value=dt.datetime(2036, 1, 1)),  # noqa: DTZ001
    name=ZONES,
)
def test_what_is_written_is_read_again_but_for_the_repeated_hour(instant, name):
    zone = zoneinfo.ZoneInfo(name)
    instant = instant.replace(tzinfo=dt.UTC, microsecond=0)
    time = LocalTime(zone=zone, none=("20370101", "19700101"))

    again = read(time, time.write(instant))

    assert again is not None
    assert instant - again == (dt.timedelta(hours=1) if instant.astimezone(zone).fold else dt.timedelta())


def by_its_parts(text: str, zone: zoneinfo.ZoneInfo) -> dt.datetime | None:
    """The plain way to read the digits, and the slow one; None for what is no time."""
    year, month, day, hour, minute, second = int(text[:4]), *(int(text[at : at + 2]) for at in range(4, 14, 2))
    try:
        local = dt.datetime(year, month, day, hour, minute, second, tzinfo=zone)
        return local.astimezone(dt.UTC) if year >= 1900 else None
    except (ValueError, OverflowError):
        return None


CLOCKS = st.datetimes(min_value=dt.datetime(1, 1, 1), max_value=dt.datetime(9999, 12, 31, 23, 59, 59))  # noqa: DTZ001
DIGITS = st.one_of(
    st.from_regex(r"(19|20)[0-9]{2}(0[0-9]|1[0-3])[0-3][0-9][0-2][0-9][0-6][0-9][0-6][0-9]", fullmatch=True),
    st.from_regex(r"[0-9]{14}", fullmatch=True),
    CLOCKS.map(lambda clock: clock.isoformat().translate(str.maketrans("", "", "-:T"))[:14]),
)


def assert_read_by_its_parts(text: str, zone: zoneinfo.ZoneInfo) -> None:
    expected = by_its_parts(text, zone)
    try:
        found = LocalTime(zone=zone, none=()).parse(text)
    except LexicalError:
        found = None
    assert found == expected
    assert found is None or found.tzinfo is dt.UTC


@given(text=DIGITS, name=ZONES)
def test_fourteen_digits_are_what_their_parts_are(text, name):
    assert_read_by_its_parts(text, zoneinfo.ZoneInfo(name))


@pytest.mark.parametrize(
    "day", ["20260329", "20261025", "20260308", "20261101", "20111230", "20111231", "99991231", "19000101"]
)
@pytest.mark.parametrize("name", ["Europe/Madrid", "America/Chicago", "Pacific/Apia", "Asia/Kathmandu", "UTC"])
def test_every_quarter_of_days_on_which_zones_change_is_what_its_parts_are(day, name):
    for hour in range(25):
        for minute in (0, 15, 30, 45, 59, 60):
            assert_read_by_its_parts(f"{day}{hour:02}{minute:02}00", zoneinfo.ZoneInfo(name))


@given(text=st.text(max_size=16))
def test_no_text_is_read_as_a_time_unless_it_is_fourteen_digits(text):
    try:
        found = read(MADRID, text)
    except (XmlError, ValueError):  # lxml itself refuses control characters.
        return
    stripped = text.strip(" \t\r\n")
    assert found is None or (len(stripped) == 14 and stripped.isascii() and stripped.isdigit())
