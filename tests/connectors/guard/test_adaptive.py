"""The adaptive limit: by itself, and before a simulated system that suffers when it is given too much."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from connectors.guard.adaptive import Adaptive
from tests.connectors.guard.queueing import SERVERS, USUAL_S, Simulation

CAPACITY = SERVERS / USUAL_S
SEEDS = range(1, 4)


def adapted(seed: int = 1) -> Simulation:
    """A system behind an adaptive limit that has seen a quiet night and a busy morning."""
    found = Simulation(adaptive=Adaptive(least=4, most=200), limit=200, room=256, seed=seed)
    found.run(per_s=CAPACITY * 0.2, seconds=10)
    found.run(per_s=CAPACITY * 0.8, seconds=20)
    return found


def settled(limit: Adaptive, *, took: float, windows: int = 50, begin: float = 0.0) -> int:
    """The limit after so many windows in which all places were used and each call took so long."""
    now = begin
    for _ in range(windows):
        for _ in range(max(30, limit.limit)):
            limit.answered("Get", began=now, now=now + took, at_once=limit.limit)
        now += took + 1
    return limit.limit


@pytest.mark.parametrize("seed", SEEDS)
def test_at_four_times_the_load_nearly_as_much_is_answered_as_the_system_can_and_nearly_as_soon(seed):
    simulation = adapted(seed)
    busy = simulation.run(per_s=CAPACITY * 0.8, seconds=20)
    overload = simulation.run(per_s=CAPACITY * 4, seconds=20)

    assert len(overload.good) >= 0.8 * CAPACITY * 20
    assert overload.p99 <= 2 * busy.p99
    assert 0 == overload.late


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_system_with_too_high_a_fixed_limit_answers_nobody(seed):
    simulation = Simulation(adaptive=None, limit=200, room=256, seed=seed)
    simulation.run(per_s=CAPACITY * 4, seconds=10)

    assert len(simulation.run(per_s=CAPACITY * 4, seconds=20).good) < 0.1 * CAPACITY * 20


@pytest.mark.parametrize("seed", SEEDS)
def test_when_a_slow_time_is_over_as_much_is_answered_as_before(seed):
    simulation = adapted(seed)
    before = simulation.run(per_s=CAPACITY * 0.8, seconds=20)
    simulation.slowness = 10
    simulation.run(per_s=CAPACITY * 0.8, seconds=30)
    simulation.slowness = 1
    simulation.run(per_s=CAPACITY * 0.8, seconds=6)
    after = simulation.run(per_s=CAPACITY * 0.8, seconds=20)

    assert len(after.good) >= 0.95 * len(before.good)
    assert after.p99 <= 1.5 * before.p99


@pytest.mark.parametrize("seed", SEEDS)
def test_a_system_that_has_become_slower_for_good_is_learnt_anew(seed):
    simulation = adapted(seed)
    simulation.slowness = 3
    simulation.run(per_s=CAPACITY, seconds=60)
    later = simulation.run(per_s=CAPACITY, seconds=20)

    assert len(later.good) >= 0.75 * CAPACITY / 3 * 20


def test_it_begins_at_the_lower_bound_and_grows_while_calls_take_their_usual_time():
    limit = Adaptive(least=4, most=50)

    assert 4 == limit.limit
    assert 50 == settled(limit, took=0.1)


def test_places_that_nobody_uses_do_not_grow():
    limit = Adaptive(least=4, most=50)
    for now in range(1000):
        limit.answered("Get", began=now, now=now + 0.1, at_once=3)

    assert 4 == limit.limit


def test_calls_that_take_longer_than_usual_make_fewer_places():
    limit = Adaptive(least=4, most=50)
    settled(limit, took=0.1)

    assert 25 >= settled(limit, took=0.4, windows=5, begin=1e4)
    assert 10 >= settled(limit, took=0.4, windows=5, begin=2e4)


def test_slow_operations_are_not_held_against_quick_ones():
    limit = Adaptive(least=4, most=50)
    now = 0.0
    for number in range(10_000):
        operation, took = ("Get", 0.01) if number % 20 else ("History", 1.0)
        limit.answered(operation, began=now, now=now + took, at_once=limit.limit)
        now += 1.1

    assert 50 == limit.limit


def test_many_calls_that_fail_together_are_one_sign():
    limit = Adaptive(least=4, most=100)
    settled(limit, took=0.1)
    for _ in range(100):
        limit.overloaded(began=1e4, now=1e4 + 1.8)

    assert 70 == limit.limit


def test_a_system_that_never_answers_in_time_is_given_the_least():
    limit = Adaptive(least=4, most=100)
    settled(limit, took=0.1)
    for number in range(20):
        limit.overloaded(began=1e4 + 2 * number, now=1e4 + 2 * number + 1.8)

    assert 4 == limit.limit


@given(
    least=st.integers(1, 20),
    more=st.integers(0, 100),
    calls=st.lists(st.tuples(st.booleans(), st.floats(0, 100), st.floats(0, 10), st.integers(1, 200)), max_size=300),
)
def test_whatever_happens_it_stays_within_its_bounds(least, more, calls):
    limit, now = Adaptive(least=least, most=least + more), 0.0
    for fails, gap, took, at_once in calls:
        now += gap
        if fails:
            limit.overloaded(began=now - took, now=now)
        else:
            limit.answered("Get", began=now - took, now=now, at_once=at_once)
        assert least <= limit.limit <= least + more
