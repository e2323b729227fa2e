"""Parts of what may be under way at once."""

import hypothesis.strategies as st
from hypothesis import given

from gateway.demand.concurrency import Slots, part


@given(concurrent=st.integers(1, 1000), parts=st.integers(1, 200))
def test_a_process_has_at_least_its_even_part_never_more_than_the_whole_and_all_at_most_twice_it(concurrent, parts):
    each = part(concurrent, parts)

    assert 1 <= each <= concurrent
    assert each >= concurrent / parts
    assert each * parts < 2 * concurrent + parts


def test_the_most_at_once_is_remembered():
    slots = Slots(2)
    rooms = []
    for step in (slots.enter, slots.enter, slots.leave):
        step()
        rooms.append(slots.has_room)

    assert [True, False, True] == rooms
    assert (1, 2) == (slots.taken, slots.peak)
