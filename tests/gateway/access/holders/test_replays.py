"""Proofs are taken once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.access.holders.replays import ProcessReplays
from gateway.access.tokens.claims import Undecided
from tests.connectors.support import FixedClock

WINDOW_S = 65.0


async def test_a_proof_is_new_once_until_nobody_would_take_it_any_more():
    clock = FixedClock()
    replays = ProcessReplays(clock=clock)

    assert await replays.is_new(b"a", for_s=WINDOW_S)
    clock.advance(WINDOW_S - 0.1)
    assert not await replays.is_new(b"a", for_s=WINDOW_S)
    assert await replays.is_new(b"b", for_s=WINDOW_S)
    clock.advance(0.1)
    assert await replays.is_new(b"a", for_s=WINDOW_S)


async def test_where_there_is_no_room_nobody_is_let_in_rather_than_one_forgotten():
    clock = FixedClock()
    replays = ProcessReplays(clock=clock, most=3)
    assert all([await replays.is_new(bytes([number]), for_s=WINDOW_S) for number in range(3)])
    clock.advance(5)

    with pytest.raises(Undecided) as caught:
        await replays.is_new(b"x", for_s=WINDOW_S)

    assert 60 == caught.value.retry_after_s
    assert not await replays.is_new(bytes([0]), for_s=WINDOW_S)
    clock.advance(60)
    assert await replays.is_new(b"x", for_s=WINDOW_S)
    assert 1 == len(replays._until)


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(0, 40))))
async def test_nothing_is_new_twice_within_its_time(steps):
    clock, last = FixedClock(), dict[int, float]()
    replays = ProcessReplays(clock=clock)
    for name, later in steps:
        clock.advance(later)
        now = clock.monotonic()
        expected = name not in last or now >= last[name] + WINDOW_S
        assert expected == await replays.is_new(bytes([name]), for_s=WINDOW_S)
        if expected:
            last[name] = now
