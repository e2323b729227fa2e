"""Times of a TMF server: the instant that was meant, or an error that names the member."""

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.json import JsonError, JsonObject
from connectors.tmf.dates import day, day_of, instant, instant_of, period

MADRID = zoneinfo.ZoneInfo("Europe/Madrid")
NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
UTC = dt.UTC
YEAR_2 = dt.datetime.fromisoformat("0002-01-01")
YEAR_9998 = dt.datetime.fromisoformat("9998-12-31")

offsets = st.builds(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes)), st.integers(-840, 840))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2018-06-12T00:00:00.000Z", dt.datetime(2018, 6, 12, tzinfo=UTC)),
        ("2018-06-12T01:30:00+02:00", dt.datetime(2018, 6, 11, 23, 30, tzinfo=UTC)),
        ("2018-06-12T01:30:00-0530", dt.datetime(2018, 6, 12, 7, 0, tzinfo=UTC)),
        ("2018-06-12T01:30Z", dt.datetime(2018, 6, 12, 1, 30, tzinfo=UTC)),
        ("2018-06-12t01:30:09z", dt.datetime(2018, 6, 12, 1, 30, 9, tzinfo=UTC)),
        ("2018-06-12T01:30:09.5Z", dt.datetime(2018, 6, 12, 1, 30, 9, 500_000, tzinfo=UTC)),
        ("2018-12-31T23:59:59.999999999Z", dt.datetime(2018, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)),
        ("2020-02-29T12:00:00+14:00", dt.datetime(2020, 2, 28, 22, 0, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_in_every_form_in_use(text, expected):
    assert expected == instant(text, zone=None)


@given(st.datetimes(min_value=YEAR_2, max_value=YEAR_9998, timezones=offsets))
def test_an_instant_survives_writing_and_reading(moment):
    assert moment == instant(moment.isoformat(), zone=None)
    assert UTC == instant(moment.isoformat(), zone=MADRID).tzinfo


@given(
    st.datetimes(min_value=YEAR_2, max_value=YEAR_9998, timezones=st.just(UTC)),
    st.integers(0, 24),
    st.sampled_from("0129-:.+TZ x\u0661٣"),
)
def test_a_time_with_one_sign_changed_is_never_read_as_something_else(moment, position, sign):
    text = moment.isoformat(timespec="milliseconds")
    mutated = text[:position] + sign + text[position + 1 :]
    try:
        found = instant(mutated, zone=None)
    except JsonError:
        return
    # `fromisoformat` is the other opinion.
    assert found == dt.datetime.fromisoformat(mutated.upper())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2018-06-12",
        "2018-06-12 00:00:00Z",
        "2018-06-31T00:00:00Z",
        "2019-02-29T00:00:00Z",
        "2018-13-01T00:00:00Z",
        "2018-06-12T24:00:00Z",
        "2018-06-12T00:60:00Z",
        "2018-06-12T23:59:60Z",
        "2018-06-12T00:00:00+15:00",
        "2018-06-12T00:00:00+02:60",
        "2018-06-12T00:00:00+02",
        "2018-06-12T00:00:00.Z",
        "2018-06-12T00:00.5",
        "2018-6-12T00:00:00Z",
        "20180612T000000Z",
        "１８-06-12T00:00:00Z",
        "2018-06-12T00:00:00Z ",
        "2018-06-12T00:00:00Z\n",
        "1528761600000",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+02:00",
        "9999-12-31T23:59:59-02:00",
    ],
)
def test_what_is_no_instant_is_refused(text):
    with pytest.raises(JsonError):
        instant(text, zone=None)


def test_a_time_without_zone_needs_the_setting():
    with pytest.raises(JsonError, match="set `zone`"):
        instant("2018-06-12T00:00:00", zone=None)

    assert dt.datetime(2018, 6, 11, 22, tzinfo=UTC) == instant("2018-06-12T00:00:00", zone=MADRID)


def test_a_local_time_that_occurs_twice_is_the_first_of_the_two():
    assert dt.datetime(2024, 10, 27, 0, 30, tzinfo=UTC) == instant("2024-10-27T02:30:00", zone=MADRID)


def test_a_local_time_that_never_was_is_read_by_the_clock_of_the_winter():
    assert dt.datetime(2024, 3, 31, 1, 30, tzinfo=UTC) == instant("2024-03-31T02:30:00", zone=MADRID)


@pytest.mark.parametrize(
    ("members", "start", "end"),
    [
        ({"startDateTime": "2020-01-01T00:00:00Z"}, dt.datetime(2020, 1, 1, tzinfo=UTC), None),
        ({"endDateTime": "2020-01-01T00:00:00Z"}, None, dt.datetime(2020, 1, 1, tzinfo=UTC)),
        (
            {"startDateTime": "2020-01-01T00:00:00Z", "endDateTime": "9999-12-31T23:59:59-05:00"},
            dt.datetime(2020, 1, 1, tzinfo=UTC),
            None,
        ),
        (
            {"startDateTime": "0001-01-01T00:00:00", "endDateTime": "2020-01-01T00:00:00Z"},
            None,
            dt.datetime(2020, 1, 1, tzinfo=UTC),
        ),
        (
            {"startDateTime": "2020-01-01T00:00:00Z", "endDateTime": None},
            dt.datetime(2020, 1, 1, tzinfo=UTC),
            None,
        ),
    ],
)
def test_a_missing_end_of_a_period_is_open(members, start, end):
    found = period(JsonObject({"validFor": members}), "validFor", zone=None)

    assert found is not None
    assert (start, end) == (found.start, found.end)


@pytest.mark.parametrize("members", [{}, {"validFor": None}, {"validFor": {}}])
def test_a_period_without_ends_is_none(members):
    assert period(JsonObject(members), "validFor", zone=None) is None


def test_an_error_names_the_member_and_not_the_time():
    with pytest.raises(JsonError) as caught:
        period(JsonObject({"validFor": {"endDateTime": "tomorrow"}}), "validFor", zone=None)
    assert "validFor.endDateTime is not an ISO 8601 date and time" == str(caught.value)

    with pytest.raises(JsonError, match=r"^birthDate is not a date of our calendar$"):
        day_of(JsonObject({"birthDate": "1990-02-30"}), "birthDate", zone=None)
    with pytest.raises(JsonError, match=r"^creditProfileDate has no time zone; set `zone`$"):
        instant_of(JsonObject({"creditProfileDate": "1990-02-03T00:00:00"}), "creditProfileDate", zone=None)


@pytest.mark.parametrize(
    "text",
    [
        "1967-09-26",
        "1967-09-26T00:00:00Z",
        "1967-09-26T00:00:00",
        "1967-09-26T23:00:00",
        "1967-09-26T00:00:00.000+02:00",
        "1967-09-26T05:00:00.246Z",
        "1967-09-26T09:59:59Z",
    ],
)
def test_a_birthday_is_the_day_as_written(text):
    assert dt.date(1967, 9, 26) == day(text, zone=None)


def test_a_birthday_written_as_utc_of_local_midnight_needs_the_zone():
    with pytest.raises(JsonError, match="set `zone`"):
        day("1967-09-25T23:00:00Z", zone=None)

    assert dt.date(1967, 9, 26) == day("1967-09-25T23:00:00Z", zone=MADRID)


@given(st.dates(min_value=dt.date(1900, 1, 1)), st.sampled_from([MADRID, NEW_YORK]))
def test_every_day_survives_as_date_and_as_midnight(birthday, zone):
    assert birthday == day(birthday.isoformat(), zone=zone)
    assert birthday == day(f"{birthday.isoformat()}T00:00:00.000Z", zone=zone)


@pytest.mark.parametrize(
    "text", ["1990-02-30", "1990", "26/09/1967", "9999-12-31T23:59:00Z", "1990-02-03T00:00:00+99:00"]
)
def test_what_is_no_day_is_refused(text):
    with pytest.raises(JsonError):
        day(text, zone=MADRID)
