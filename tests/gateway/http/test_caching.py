"""`Cache-Control` of a response, by how long all of it stays fresh."""

import datetime as dt

import pytest

from gateway.http.caching import cache_control
from tests.connectors.support import NOW


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (30, b"private, max-age=30"),
        (1.9, b"private, max-age=1"),
        (0.9, b"no-store"),
        (0, b"no-store"),
        (-5, b"no-store"),
    ],
)
def test_it_says_whole_seconds_and_never_more_than_are_left(seconds: float, said: bytes) -> None:
    assert said == cache_control(NOW + dt.timedelta(seconds=seconds), NOW)


def test_what_nobody_can_say_is_not_kept() -> None:
    assert b"no-store" == cache_control(None, NOW)
