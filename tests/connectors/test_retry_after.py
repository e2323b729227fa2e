"""What an HTTP answer says of asking again."""

import math

import pytest

from connectors.retry_after import retry_after_s

DATE = "Sun, 22 Nov 2026 08:00:00 GMT"


@pytest.mark.parametrize("status", [502, 503])
def test_a_system_that_cannot_answer_now_may_be_asked_again_at_once(status: int) -> None:
    assert 0.0 == retry_after_s(status, {})


@pytest.mark.parametrize("status", [200, 400, 404, 408, 429, 500, 504])
def test_any_other_status_says_nothing_of_asking_again(status: int) -> None:
    assert retry_after_s(status, {}) is None


@pytest.mark.parametrize("status", [429, 502, 503])
@pytest.mark.parametrize(("said", "seconds"), [("0", 0.0), ("7", 7.0), (" 120 ", 120.0)])
def test_a_time_that_is_named_holds(status: int, said: str, seconds: float) -> None:
    assert seconds == retry_after_s(status, {"retry-after": said})


@pytest.mark.parametrize("status", [200, 404, 500, 504])
def test_a_time_behind_any_other_status_is_not_looked_at(status: int) -> None:
    assert retry_after_s(status, {"retry-after": "1"}) is None


def test_a_date_is_measured_against_the_systems_own_clock() -> None:
    later = {"retry-after": "Sun, 22 Nov 2026 08:01:30 GMT", "date": DATE}

    assert 90.0 == retry_after_s(503, later)
    assert 0.0 == retry_after_s(503, {**later, "date": "Sun, 22 Nov 2026 09:00:00 GMT"})


@pytest.mark.parametrize(
    "said",
    [
        "soon",
        "-1",
        "1.5",
        "1e3",
        "٣",
        "",
        "9" * 5000,
        "Sun, 99 Nov 2026 08:00:00 GMT",
        "Mon, 01 Jan 99999999999999 00:00:00 GMT",
        DATE,
    ],
)
def test_a_time_that_cannot_be_read_is_never(said: str) -> None:
    assert math.inf == retry_after_s(503, {"retry-after": said})
