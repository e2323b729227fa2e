"""ETags: what is one, what we never send back, and which two name one state."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.etag import readable, same


@pytest.mark.parametrize("header", ['"1"', 'W/"1"', '""', '"2026-11-22T08:00:00Z;gzip"', f'"{"x" * 254}"'])
def test_a_strong_or_weak_one_is_read_as_it_is(header: str) -> None:
    assert header == readable(header)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "1",
        '"1',
        '1"',
        'w/"1"',
        'W/ "1"',
        '"1", "2"',
        '"1"2"',
        '"a b"',
        '"1"\r\nX-Evil: 1',
        '"1\r\nX-Evil: 1"',
        '"1"\n',
        '"\x00"',
        '"\x7f"',
        '"é"',
        f'"{"x" * 255}"',
        f'"{"x" * 10_000}"',
        "*",
    ],
)
def test_anything_else_is_none(header: str | None) -> None:
    assert readable(header) is None


@given(st.text(st.sampled_from('"W/ax,* \r\n\t\x00\x7f\xe9中'), max_size=12))
def test_what_is_read_fits_into_a_header_and_is_a_single_one(header: str) -> None:
    found = readable(header)

    assert found is None or (found.isascii() and found.isprintable() and " " not in found and 2 == found.count('"'))


@pytest.mark.parametrize(
    ("one", "other", "are"),
    [('"1"', '"1"', True), ('W/"1"', '"1"', True), ('W/"1"', 'W/"1"', True), ('"1"', '"2"', False), ('""', "", False)],
)
def test_a_weak_and_a_strong_one_may_name_one_state(one: str, other: str, *, are: bool) -> None:
    assert are == same(one, other) == same(other, one)
