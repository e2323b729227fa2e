"""What a system says of the freshness of its answers, read strictly."""

import pytest

from connectors.cache_control import fresh_for


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("max-age=60", 60),
        ("Private, Max-Age=60", 60),
        ('max-age="60"', 60),
        ("max-age=60, max-age=5", 5),
        ("max-age=0, must-revalidate", 0),
        ("no-store", 0),
        ("NO-CACHE , max-age=60", 0),
        ('no-cache="set-cookie", max-age=60', 0),
        ("s-maxage=5", None),
        ("x-max-age=5", None),
        ("max-age=-1", None),
        ("max-age=1e3", None),
        ("max-age=٣", None),
        ("max-age=99999999999", None),
        ("max-age", None),
        ("stale-if-error=5", None),
    ],
)
def test_only_what_is_surely_meant_counts(header: str | None, seconds: float | None) -> None:
    assert seconds == fresh_for(header)
