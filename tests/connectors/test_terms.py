"""Terms: one deadline, divided where calls wait for each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.terms import Criticality, Terms
from tests.connectors.support import FixedClock


def test_a_call_that_others_wait_for_gets_a_part_of_what_is_left() -> None:
    clock = FixedClock()
    whole = Terms.after(2.0, clock)

    first = whole.before_others(clock)
    clock.advance(first.remaining(clock))
    second = whole.before_others(clock)

    assert pytest.approx(1.4) == first.at - 1000
    assert pytest.approx(0.42) == second.remaining(clock)
    assert pytest.approx(0.6) == whole.remaining(clock)


def test_everything_but_the_deadline_stays() -> None:
    whole = Terms(at=1002.0, criticality=Criticality.BATCH, max_age_s=5.0)

    part = whole.before_others(FixedClock())

    assert (Criticality.BATCH, 5.0) == (part.criticality, part.max_age_s)


@given(st.floats(-10, 100), st.lists(st.floats(0, 10), max_size=5))
def test_a_part_never_ends_later_than_the_whole_nor_before_now_unless_that_is_over(
    seconds: float, steps: list[float]
) -> None:
    clock = FixedClock()
    whole = Terms.after(seconds, clock)
    for step in (0.0, *steps):
        clock.advance(step)
        part = whole.before_others(clock)
        assert part.at <= whole.at
        assert part.at >= min(clock.monotonic(), whole.at)
        assert (part.remaining(clock) > 0) == (whole.remaining(clock) > 0)
