"""W3C trace context: what is read of a caller's headers, and what is as good as absent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.telemetry.traceparent import TraceParent, new, read, read_state

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GOOD = f"00-{TRACE}-{SPAN}-01"


def test_a_wellformed_header_names_the_trace_the_span_and_the_decision() -> None:
    assert TraceParent(TRACE, SPAN, sampled=True) == read(GOOD)
    assert TraceParent(TRACE, SPAN, sampled=False) == read(f"00-{TRACE}-{SPAN}-00")
    assert TraceParent(TRACE, SPAN, sampled=True) == read(f"00-{TRACE}-{SPAN}-03"), "other flags are not ours"
    assert TraceParent(TRACE, SPAN, sampled=True) == read(f" {GOOD}\t")


def test_a_later_version_is_read_as_far_as_it_is_known() -> None:
    assert TraceParent(TRACE, SPAN, sampled=True) == read(f"cc-{TRACE}-{SPAN}-01-what-the-future-will-be-like")
    assert TraceParent(TRACE, SPAN, sampled=True) == read(f"01-{TRACE}-{SPAN}-01")


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "00",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE}-{SPAN}-1",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE[:-1]}-{SPAN}-01",
        f"00_{TRACE}_{SPAN}_01",
        f"{GOOD},{GOOD}",
        f"{GOOD}\n",
        f"00-{TRACE}-{SPAN}-٠١",
        f"cc-{TRACE}-{SPAN}-01-" + "x" * 600,
    ],
)
def test_anything_else_is_as_good_as_absent(header: str | None) -> None:
    assert read(header) is None


@given(st.text(max_size=80))
def test_no_text_at_all_makes_reading_fail(text: str) -> None:
    found = read(text)
    assert found is None or read(str(found)) == found
    assert all(" " <= character <= "~" for character in read_state(text))


def test_what_is_written_is_what_is_read() -> None:
    assert GOOD == str(read(GOOD))
    begun = new()
    assert begun == read(str(begun))
    assert not begun.sampled
    assert begun != new()


def test_the_state_goes_on_as_it_is_without_empty_members() -> None:
    assert "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE" == read_state("rojo=00f067aa0ba902b7 ,, congo=t61rcWkgMzE")


@pytest.mark.parametrize(
    "state", [None, "", "rojo", "a=b=c", "a=1\r\nX-Evil: 1", "a=" + "x" * 600, ",".join(f"k{n}=1" for n in range(33))]
)
def test_a_state_that_is_malformed_or_too_long_is_dropped(state: str | None) -> None:
    assert "" == read_state(state)
