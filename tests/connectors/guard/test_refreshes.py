"""Refreshes that failed: their keys rest, longer each time, and not for ever."""

import asyncio
import itertools

import hypothesis
import hypothesis.strategies as st
import pytest
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from connectors.errors import BadData, Busy, Ill, NotKnown, Unavailable, UnderMaintenance
from connectors.guard.refreshes import LEAST_S, MOST_S, Rests
from tests.connectors.guard.windows import Windowed

DOWN = Unavailable("reset", system="hss")
KEYS = st.sampled_from("abcd")


def rested(rests: Rests, key: str, *, since: float) -> float:
    """For how long *key* rests, to a tenth of a second."""
    tenths = itertools.takewhile(lambda tenth: not rests.is_over(key, now=since + tenth / 10), itertools.count())
    return (max(tenths, default=-1) + 1) / 10


def test_a_rest_doubles_with_each_failure_up_to_the_longest() -> None:
    rests, now, lengths = Rests(dice=lambda: 1.0), 100.0, []

    for _ in range(7):
        rests.failed("a", now=now)
        lengths.append(rested(rests, "a", since=now))
        now += lengths[-1]

    assert [1, 2, 4, 8, 16, 30, 30] == lengths
    assert rests.is_over("b", now=now)


def test_keys_that_failed_together_do_not_rest_equally_long() -> None:
    shares = iter((0.0, 0.5, 1.0))
    rests = Rests(dice=lambda: next(shares))

    for key in "abc":
        rests.failed(key, now=0)

    assert [0.5, 0.8, 1.0] == [rested(rests, key, since=0) for key in "abc"]


def test_what_went_well_begins_anew() -> None:
    rests = Rests(dice=lambda: 1.0)
    for _ in range(5):
        rests.failed("a", now=0)

    rests.went_well("a")

    assert rests.is_over("a", now=0)
    rests.failed("a", now=0)
    assert LEAST_S == rested(rests, "a", since=0)


def test_a_failure_long_ago_counts_no_more() -> None:
    rests = Rests(dice=lambda: 1.0)
    for _ in range(5):
        rests.failed("a", now=0)

    rests.failed("a", now=16 + MOST_S + 0.1)

    assert LEAST_S == rested(rests, "a", since=16 + MOST_S + 0.1)


def test_where_the_system_was_not_asked_the_rest_is_short_and_does_not_grow() -> None:
    rests = Rests(dice=lambda: 1.0)
    for _ in range(4):
        rests.failed("a", now=0)

    rests.failed("a", now=0, asked=False)
    assert LEAST_S == rested(rests, "a", since=0)

    rests.failed("a", now=1)
    assert 16 == rested(rests, "a", since=1)


def test_so_many_keys_rest_and_no_more() -> None:
    rests = Rests(most=3)

    for key in "abcde":
        rests.failed(key, now=0)

    assert 3 == len(rests)
    assert [True, True, False, False, False] == [rests.is_over(key, now=0) for key in "abcde"]


class Resting(RuleBasedStateMachine):
    """Failures, successes and time in any order, beside the plain facts of what happened last to each key."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.rests = Rests(most=3)
        self.failed_at: dict[str, float] = {}

    @rule(key=KEYS, asked=st.booleans())
    def one_fails(self, key: str, *, asked: bool) -> None:
        self.rests.failed(key, now=self.now, asked=asked)
        self.failed_at[key] = self.now

        assert not self.rests.is_over(key, now=self.now)

    @rule(key=KEYS)
    def one_goes_well(self, key: str) -> None:
        self.rests.went_well(key)
        self.failed_at.pop(key, None)

        assert self.rests.is_over(key, now=self.now)

    @rule(seconds=st.sampled_from([0.1, 1, 10, 100]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @invariant()
    def nothing_rests_that_has_not_failed_within_the_longest_rest(self) -> None:
        resting = [key for key in "abcd" if not self.rests.is_over(key, now=self.now)]
        assert all(self.now - self.failed_at[key] <= MOST_S for key in resting)
        assert len(self.rests) <= 3


TestResting = Resting.TestCase


async def _asked_within(seconds: int, kept: Windowed, *numbers: str) -> list[int]:
    """How many calls each of so many seconds began, with ten questions about each of *numbers* in it."""
    asked = []
    for _ in range(seconds):
        before = kept.system.asked
        for _ in range(10):
            await asyncio.gather(*(kept.ask(number) for number in numbers))
            await kept.settle()
            kept.clock.advance(0.1)
        asked.append(kept.system.asked - before)
    return asked


@pytest.mark.parametrize("failure", [DOWN, BadData("cut", system="hss"), RuntimeError("a surprise")])
async def test_a_failing_system_is_asked_seldom_for_answers_that_are_kept(failure: Exception) -> None:
    kept = Windowed(fresh_s=1, revalidate_s=1000, attempts=1)
    numbers = [str(number) for number in range(20)]
    await asyncio.gather(*(kept.ask(number) for number in numbers))
    kept.clock.advance(1)
    kept.system.failure = failure

    asked = await _asked_within(60, kept, *numbers)

    assert 20 <= asked[0] <= 2 * 20, "once each at once, and perhaps once more after half a second"
    assert sum(asked) <= 8 * 20, "without rests it would be 12,000"
    assert sum(asked[30:]) >= 20, "and each is still tried now and then"


@pytest.mark.parametrize("kind", [Ill, Busy, UnderMaintenance])
async def test_what_was_refused_without_asking_is_tried_again_within_a_second(kind: type[Unavailable]) -> None:
    kept = Windowed(fresh_s=1, revalidate_s=1000)
    await kept.ask()
    kept.clock.advance(1)
    kept.system.failure = kind("spared", system="hss")
    await _asked_within(20, kept, "42")
    kept.system.failure = None

    await _asked_within(1, kept, "42")

    assert kept.events.told["refreshed"]


async def test_an_answer_that_came_otherwise_ends_the_rest() -> None:
    kept = Windowed(fresh_s=1, revalidate_s=1000, attempts=1)
    await kept.ask()
    kept.clock.advance(1)
    kept.system.failure = DOWN
    await _asked_within(10, kept, "42")
    kept.system.failure = None

    await kept.ask(max_age_s=0)
    kept.clock.advance(1)
    await kept.ask()
    await kept.settle()

    assert 1 == kept.events.told["refreshed"]


async def test_that_it_is_not_known_is_no_failure() -> None:
    kept = Windowed(fresh_s=1, revalidate_s=1000)
    await kept.ask()
    kept.clock.advance(1)
    kept.system.failure = NotKnown("nobody has it", system="hss")
    await kept.ask()
    await kept.settle()

    assert {"stale": 1, "refreshed": 1} == kept.events.told


TestResting.settings = hypothesis.settings(stateful_step_count=40)
