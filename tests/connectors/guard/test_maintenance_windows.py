"""Maintenance windows by the calendar: what cron says in a zone, on nights when the clock changes as on others."""

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pydantic import ValidationError

from connectors.guard.maintenance_windows import WindowSettings, stretch

MADRID = zoneinfo.ZoneInfo("Europe/Madrid")
MINUTE = dt.timedelta(minutes=1)


def window(cron, minutes, zone="Europe/Madrid"):
    return WindowSettings.model_validate({"cron": cron, "zone": zone, "minutes": minutes})


def madrid(year, month, day, hour, minute, *, fold=0):
    return dt.datetime(year, month, day, hour, minute, tzinfo=MADRID, fold=fold).astimezone(dt.UTC)


def begins_on(day, hour, minute):
    """The oracle: the instant that a clock on the wall first shows this time or, where it never does, goes past it."""
    wall = dt.datetime.combine(day, dt.time(hour, minute))
    instant = dt.datetime.combine(day, dt.time(), tzinfo=MADRID).astimezone(dt.UTC)
    while instant.astimezone(MADRID).replace(tzinfo=None) < wall:
        instant += MINUTE
    return instant


def test_a_window_is_where_the_wall_clock_says():
    windows = [window("0 2 * * *", 120)]

    before = stretch(windows, madrid(2026, 7, 1, 1, 59))
    assert (False, madrid(2026, 7, 1, 2, 0)) == (before.within, before.until)
    inside = stretch(windows, madrid(2026, 7, 1, 2, 0))
    assert (True, madrid(2026, 7, 1, 4, 0)) == (inside.within, inside.until)
    assert not stretch(windows, madrid(2026, 7, 1, 4, 0)).within


@pytest.mark.parametrize("change", [dt.date(2026, 3, 29), dt.date(2026, 10, 25)], ids=["forward", "back"])
@given(
    hour=some.integers(0, 5),
    minute=some.integers(0, 59),
    minutes=some.integers(1, 1440),
    after=some.integers(-2 * 1440, 2 * 1440),
)
def test_around_both_changes_of_the_clock_it_is_where_the_wall_clock_says(change, hour, minute, minutes, after):
    now = dt.datetime.combine(change, dt.time(), tzinfo=dt.UTC) + after * MINUTE
    days = [change + dt.timedelta(days=each) for each in range(-5, 6)]
    lasts = minutes * MINUTE
    within = any(begin <= now < begin + lasts for begin in (begins_on(day, hour, minute) for day in days))

    found = stretch([window(f"{minute} {hour} * * *", minutes)], now)

    assert within == found.within
    assert found.holds(now)
    assert not found.holds(found.until)


@given(
    crons=some.lists(
        some.sampled_from(
            ["0 2 * * *", "30 2 * * *", "*/20 * * * *", "15 1-4 * * SUN", "0 0 1 * *", "5 4 * * MON-FRI"]
        ),
        min_size=1,
        max_size=3,
    ),
    minutes=some.sampled_from([1, 15, 30, 90, 1440]),
    start=some.sampled_from([dt.date(2026, 3, 29), dt.date(2026, 10, 25), dt.date(2026, 7, 5)]),
    after=some.integers(-1440, 1440),
)
def test_nothing_changes_within_a_stretch_and_something_does_at_its_end(crons, minutes, start, after):
    windows = [window(cron, minutes) for cron in crons]
    now = dt.datetime.combine(start, dt.time(), tzinfo=dt.UTC) + after * MINUTE
    found = stretch(windows, now)
    length = min(found.until - now, dt.timedelta(days=1))

    for part in (0.0, 0.01, 0.3, 0.7, 0.999):
        assert found.within == stretch(windows, now + part * length).within
    if found.until - now <= dt.timedelta(days=1):
        assert found.within != stretch(windows, found.until).within


def test_every_hour_means_every_hour_that_passes_also_the_one_that_comes_twice():
    windows = [window("0 * * * *", 10)]

    assert stretch(windows, madrid(2026, 10, 25, 2, 5)).within
    assert stretch(windows, madrid(2026, 10, 25, 2, 5, fold=1)).within


def test_windows_that_touch_or_overlap_are_one():
    windows = [window("0 2 * * *", 60), window("0 3 * * *", 60), window("30 3 * * *", 60)]

    assert madrid(2026, 7, 1, 4, 30) == stretch(windows, madrid(2026, 7, 1, 2, 15)).until


def test_windows_without_an_end_are_looked_at_again_after_a_day():
    found = stretch([window("* * * * *", 5)], madrid(2026, 7, 1, 2, 0))

    assert found.within
    assert dt.timedelta(days=1) < found.until - found.since < dt.timedelta(days=1, minutes=7)


def test_a_clock_that_was_set_back_is_noticed():
    found = stretch([window("0 2 * * *", 60)], madrid(2026, 7, 1, 2, 30))

    assert not found.holds(madrid(2026, 7, 1, 2, 29))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"cron": "0 2 * *"}, "not five fields; write minute, hour, day, month and weekday"),
        ({"cron": "0 0 2 * * *"}, "not five fields"),
        ({"cron": "@daily"}, "not five fields"),
        ({"cron": "0 25 * * *"}, "its hour cannot be read; write something like `0 2 "),
        ({"cron": "0 2 * * FUNDAY"}, "its day-of-week cannot be read"),
        ({"cron": "0 2 30 2 *"}, "its day-of-month cannot be read|there is no such day"),
        ({"zone": "Europe/Atlantis"}, "not a time zone; use a name such as Europe/Madrid"),
        ({"minutes": 0}, "greater than or equal to 1"),
        ({"minutes": 1441}, "less than or equal to 1440"),
    ],
)
def test_a_mistake_is_told_with_what_to_write_instead(wrong, told):
    with pytest.raises(ValidationError, match=told):
        WindowSettings.model_validate({"cron": "0 2 * * *", "zone": "Europe/Madrid", "minutes": 60} | wrong)
