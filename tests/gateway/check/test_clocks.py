"""A system's clock against ours, by the Date of its answer: seconds are cut off, and the answer takes its time."""

import datetime as dt

import pytest

from gateway.check.clocks import finding, skew
from gateway.check.rows import State

NOW = dt.datetime(2026, 11, 22, 8, 0, 0, tzinfo=dt.UTC)


def _skew(date: str, *, took_s: float = 0.0, from_s: float = 0.0) -> float | None:
    sent = NOW + dt.timedelta(seconds=from_s)
    found = skew(date, sent_at=sent, answered_at=sent + dt.timedelta(seconds=took_s))
    return None if found is None else found.total_seconds()


def test_the_same_time_is_no_difference() -> None:
    assert 0 == _skew("Sun, 22 Nov 2026 08:00:00 GMT")


def test_what_the_cut_off_second_may_hide_is_no_difference() -> None:
    assert 0 == _skew("Sun, 22 Nov 2026 08:00:00 GMT", from_s=0.99)


def test_a_date_within_a_slow_answer_is_no_difference() -> None:
    assert 0 == _skew("Sun, 22 Nov 2026 08:00:07 GMT", took_s=9)


def test_ahead_counts_from_the_answer() -> None:
    assert 21 == _skew("Sun, 22 Nov 2026 08:00:30 GMT", took_s=9)


def test_behind_counts_from_the_question() -> None:
    assert -29 == _skew("Sun, 22 Nov 2026 07:59:30 GMT", took_s=9)


@pytest.mark.parametrize("date", [None, "", "yesterday", "0", "Sun, 99 Nov 2026 08:00:00 GMT"])
def test_a_date_that_is_none_tells_nothing(date: str | None) -> None:
    assert skew(date, sent_at=NOW, answered_at=NOW) is None


@pytest.mark.parametrize(
    ("seconds", "state"),
    [(None, None), (5, None), (-5, None), (6, State.WARNING), (-60, State.WARNING), (61, State.ERROR)],
)
def test_five_seconds_are_well_and_a_minute_is_not(seconds: int | None, state: State | None) -> None:
    found = finding(None if seconds is None else dt.timedelta(seconds=seconds))

    assert state == (found and found.state)


@pytest.mark.parametrize(("seconds", "told"), [(90, "90 s ahead of"), (-150, "2 min behind"), (7300, "2 h ahead of")])
def test_the_amount_and_the_direction_are_told(seconds: int, told: str) -> None:
    found = finding(dt.timedelta(seconds=seconds))

    assert found is not None
    assert f"Its clock is {told} ours." == found.why
