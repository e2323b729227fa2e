"""UCIP's dates: both spellings, the two days that are flags, and nothing else."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.ucip import dates

offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes)))
instants = st.datetimes(
    min_value=dt.datetime.fromisoformat("1970-01-02"),
    max_value=dt.datetime.fromisoformat("9999-12-30"),
    timezones=offsets,
).map(lambda instant: instant.replace(microsecond=0))


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("20140114T14:21:22+0200", "2014-01-14T12:21:22"),
        ("20140114T142122+0200", "2014-01-14T12:21:22"),
        ("20171204T15:36:00-0800", "2017-12-04T23:36:00"),
        ("20140302T12:00:00+0000", "2014-03-02T12:00:00"),
        ("19980817T14:08:59+0130", "1998-08-17T12:38:59"),
        ("20140114T24:00:00+0000", "2014-01-15T00:00:00"),
        ("20371231T12:00:00+0000", "2037-12-31T12:00:00"),
        ("99991230T23:59:59-0000", "9999-12-30T23:59:59"),
        ("20240229T00:00:00+1400", "2024-02-28T10:00:00"),
    ],
)
def test_instants(text, instant):
    expected = dt.datetime.fromisoformat(instant).replace(tzinfo=dt.UTC)

    assert expected == dates.end(text) == dates.start(text)


@pytest.mark.parametrize(
    "text",
    ["99991231T00:00:00+1200", "99991231T12:00:00+0000", "99991231T235959-1400", "99991231T24:00:00-1200"],
)
def test_never_has_no_end_in_any_offset(text):
    assert dates.end(text) is None


@pytest.mark.parametrize("text", ["00000101T12:00:00+0000", "00000101T000000+1200", "99991231T00:00:00+1200"])
def test_the_beginning_of_time_is_no_start(text):
    assert dates.start(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "20140114",
        "20140114T14:21:22",
        "20140114T14:21:22Z",
        "20140114T14:21:22+02",
        "20140114T14:21:22+02:00",
        "20140114T14:21:22 +0200",
        "20140114T14:2122+0200",
        "20140114T1421:22+0200",
        "20140114 14:21:22+0200",
        "2014-01-14T14:21:22+0200",
        " 20140114T14:21:22+0200",
        "20140114T14:21:22+0200\n",
        "20140114T14:21:22.5+0200",
        "20140132T14:21:22+0200",
        "20140631T24:00:00+0200",
        "20140229T12:00:00+0000",
        "20141301T12:00:00+0000",
        "20140014T12:00:00+0000",
        "20140114T24:00:01+0000",
        "20140114T25:00:00+0000",
        "20140114T14:60:00+0000",
        "20140114T14:00:60+0000",
        "20140114T14:21:22+2400",
        "20140114T14:21:22+2200",
        "20140114T14:21:22-1401",
        "20140114T14:21:22+0260",
        "00010101T00:00:00+0100",
        "00000102T12:00:00+0000",
        "99991231T99:00:00+0000",
        "99991231",
        "99991231Tnever",
        "２０140114T14:21:22+0200",
        "04202017:042504",
        "2017-04-21",
    ],
)
def test_what_is_not_such_a_date_is_an_error_that_does_not_quote_it(text):
    for read in (dates.end, dates.start):
        with pytest.raises(dates.DateError) as caught:
            read(text)
        assert not text or text not in str(caught.value)


def test_an_end_before_all_time_is_an_error_and_not_never():
    with pytest.raises(dates.DateError):
        dates.end("00000101T12:00:00+0000")


@given(instants, st.booleans())
def test_what_is_written_reads_back(instant, colons):
    text = dates.write(instant) if colons else dates.write(instant).replace(":", "")

    assert instant == dates.end(text) == dates.start(text)


def test_requests_carry_the_time_in_whole_seconds_with_its_offset():
    at = dt.datetime(2026, 11, 22, 8, 5, 9, 999_999, tzinfo=dt.UTC)

    assert "20261122T08:05:09+0000" == dates.write(at)
    assert "20261122T13:35:09+0530" == dates.write(at.astimezone(dt.timezone(dt.timedelta(hours=5, minutes=30))))


@given(st.text("0123456789T:+-Z ", max_size=24))
def test_any_text_is_an_instant_none_or_an_error(text):
    try:
        found = dates.end(text)
    except dates.DateError:
        return
    assert found is None or found.utcoffset() == dt.timedelta()


@given(st.text("0123456789", min_size=14, max_size=14), st.text("0123456789", min_size=4, max_size=4))
def test_any_digits_are_an_instant_or_an_error(digits, offset):
    text = f"{digits[:8]}T{digits[8:10]}:{digits[10:12]}:{digits[12:]}+{offset}"
    try:
        found = dates.start(text)
    except dates.DateError:
        return
    assert found is None or isinstance(found, dt.datetime)
