"""What is kept for good about who ran a command, and why: nobody's number is in it."""

import pytest

from gateway.hand import holds_number


@pytest.mark.parametrize(
    "why",
    [
        "about 99960000001",
        "+999 6000 0001",
        "(9996) 000 0001",
        "9996-0000-001",
        "9996\u20130000\u2013001",
        "９９９６００００００１",
        "9996-01-01 0001",
        "2026-03-01 12345678",
    ],
)
def test_what_may_be_a_subscribers_number_is_seen_however_it_is_written(why: str) -> None:
    assert holds_number(why)


@pytest.mark.parametrize(
    "why", ["INC-4711", "the night of 2026-03-01 to 2026-03-02", "since 2026-03-01 10:30", "v1.2.3, 1234567 times"]
)
def test_tickets_dates_and_short_figures_are_none(why: str) -> None:
    assert not holds_number(why)
