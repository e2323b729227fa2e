"""Retries: which failures are asked again, when, and never more than a part of all questions."""

import asyncio
import contextlib
import dataclasses
import math
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from connectors.errors import (
    BadData,
    Busy,
    ConnectorError,
    DeadlineReached,
    Misconfigured,
    NotFresh,
    NotKnown,
    Rejected,
    TimedOut,
    Unavailable,
    UnderMaintenance,
)
from connectors.guard import Answer, Call
from connectors.guard.retries import Again, Retries, RetryBudget
from connectors.guard.watch import Event, Unwatched
from tests.connectors.guard.asking import CLOCK, call, unused

KINDS = [TimedOut, DeadlineReached, Busy, UnderMaintenance, NotFresh]


def reset(retry_after_s: float | None = 0.0) -> Unavailable:
    return Unavailable("ReadError", system="hss", operation="Get", retry_after_s=retry_after_s)


class Told(Unwatched):
    def __init__(self) -> None:
        self.events: list[Event] = []

    def tells(self, _call: Call, event: Event) -> None:
        self.events.append(event)


class Flaky:
    """Fails in the given ways, one after the other, and then answers."""

    def __init__(self, *failures: BaseException) -> None:
        self.failures = list(failures)
        self.asked = 0

    async def proceed(self, _call: Call, _ask: object) -> Answer[str]:
        self.asked += 1
        if self.failures:
            raise self.failures.pop(0)
        return Answer(value=f"answer {self.asked}", fetched_at=CLOCK.now())


async def asked(flaky: Flaky, asking: Call | None = None, *, watcher: Told | None = None, **settings: Any) -> Any:
    """What asking comes to; waits are as short as they may be."""
    budget = settings.pop("budget", None) or RetryBudget(ratio=0.1, now=CLOCK.monotonic())
    stage = Retries(
        attempts=settings.pop("attempts", 2), budget=budget, clock=CLOCK, watcher=watcher, randomness=lambda: 0.0
    )
    return (await stage(asking or call(), unused, proceed=flaky.proceed)).value


async def test_a_read_that_was_cut_is_asked_once_more() -> None:
    flaky, told = Flaky(reset()), Told()

    assert "answer 2" == await asked(flaky, watcher=told)
    assert [Event.RETRIED] == told.events


async def test_the_last_failure_is_the_callers() -> None:
    flaky = Flaky(reset(), last := reset())

    with pytest.raises(Unavailable) as caught:
        await asked(flaky)

    assert last is caught.value
    assert 2 == flaky.asked


@pytest.mark.parametrize("attempts", [1, 2, 3])
async def test_a_question_is_sent_as_often_as_may_be(attempts: int) -> None:
    flaky = Flaky(*(reset() for _ in range(5)))

    with pytest.raises(Unavailable):
        await asked(flaky, attempts=attempts)

    assert attempts == flaky.asked


@pytest.mark.parametrize("kind", [*KINDS, BadData, Rejected, NotKnown, Misconfigured])
async def test_what_was_refused_or_took_its_time_is_not_asked_again(kind: type[ConnectorError]) -> None:
    # Even where somebody says that it may be: a stage that turns callers away tells them when to come again.
    flaky = Flaky(kind("", system="hss", retry_after_s=0.0))

    with pytest.raises(kind):
        await asked(flaky)

    assert 1 == flaky.asked


async def test_a_failure_of_which_nobody_says_that_it_passes_is_not_asked_again() -> None:
    # An open breaker, a fault that means "ill".
    flaky = Flaky(reset(None))

    with pytest.raises(Unavailable):
        await asked(flaky)

    assert 1 == flaky.asked


async def test_what_may_have_changed_something_is_never_sent_twice() -> None:
    flaky = Flaky(reset())

    with pytest.raises(Unavailable):
        await asked(flaky, dataclasses.replace(call(), repeatable=False))

    assert 1 == flaky.asked


async def test_a_caller_that_leaves_while_the_next_try_is_waited_for_is_cancelled() -> None:
    flaky = Flaky(reset(0.5))
    caller = asyncio.ensure_future(asked(flaky))
    await asyncio.sleep(0.01)
    caller.cancel()

    with pytest.raises(asyncio.CancelledError):
        await caller
    assert 1 == flaky.asked


async def test_a_cancelled_try_is_not_made_again() -> None:
    flaky = Flaky(asyncio.CancelledError())

    with pytest.raises(asyncio.CancelledError):
        await asked(flaky)

    assert 1 == flaky.asked


# What is decided, without any waiting.


def wait_s(error: ConnectorError, *, left_s: float = 2.0, drawn: float = 0.0, **made: Any) -> float | None:
    made = {"tries": 1, "before_s": None} | made
    again = Again(3, RetryBudget(ratio=0.1, now=0.0), lambda: drawn)
    return again.wait_s(error, now=100.0, ends=100.0 + left_s, **made)


def test_a_wait_is_between_the_shortest_and_three_times_the_one_before() -> None:
    assert pytest.approx(0.02) == wait_s(reset(), drawn=0.0)
    assert pytest.approx(0.06) == wait_s(reset(), drawn=1.0)
    assert pytest.approx(0.15) == wait_s(reset(), drawn=1.0, tries=2, before_s=0.05)
    assert pytest.approx(0.2) == wait_s(reset(), drawn=1.0, tries=2, before_s=0.15)


def test_a_system_that_names_a_time_is_not_asked_before() -> None:
    assert pytest.approx(1.02) == wait_s(reset(1.0))


@pytest.mark.parametrize("seconds", [1.95, 2.0, 3600.0, math.inf])
def test_a_time_that_the_caller_does_not_have_is_not_waited_for(seconds: float) -> None:
    assert wait_s(reset(seconds)) is None


@pytest.mark.parametrize(("left_s", "asks"), [(0.08, True), (0.06, False), (0.0, False), (-1.0, False)])
def test_without_room_for_another_try_none_is_made(left_s: float, *, asks: bool) -> None:
    assert asks == (wait_s(reset(), left_s=left_s) is not None)


def test_what_is_not_asked_again_costs_nothing() -> None:
    budget = RetryBudget(ratio=0.1, now=0.0)
    again = Again(2, budget, lambda: 0.0)
    for error in (reset(math.inf), reset(None), Busy("", system="hss", retry_after_s=0.0)):
        assert again.wait_s(error, tries=1, before_s=None, now=0.0, ends=1.0) is None
    assert again.wait_s(reset(), tries=2, before_s=0.05, now=0.0, ends=1.0) is None

    assert [True, True, True, False] == [budget.spend(0.0) for _ in range(4)]


@given(
    tries=st.integers(1, 4),
    after_s=st.none() | st.floats(0, 5),
    before_s=st.none() | st.floats(0.02, 0.2),
    drawn=st.floats(0, 1, exclude_max=True),
    left_s=st.floats(-1, 5),
)
def test_no_try_begins_too_early_or_too_late(
    tries: int, after_s: float | None, before_s: float | None, drawn: float, left_s: float
) -> None:
    found = wait_s(reset(after_s), tries=tries, before_s=before_s, drawn=drawn, left_s=left_s)

    if found is not None:
        assert tries < 3
        assert after_s is not None
        assert after_s + 0.02 <= found <= after_s + 0.2
        assert found < left_s


# The budget.


def test_a_system_where_everything_fails_is_not_asked_more_often_than_what_was_saved() -> None:
    budget = RetryBudget(ratio=0.1, now=0.0)
    for _ in range(1000):
        budget.earn()

    # Over a hundred seconds; a token in ten of them comes back with time.
    assert 10 <= sum(budget.spend(number / 100) for number in range(10_000)) <= 10 + 10


@pytest.mark.parametrize("share", [0.02, 0.1, 0.2, 0.5, 0.9])
def test_whatever_share_fails_no_more_than_a_tenth_is_sent_again(share: float) -> None:
    budget, dice, retries, failed = RetryBudget(ratio=0.1, now=0.0), random.Random(7), 0, 0
    for _ in range(20_000):
        if dice.random() >= share:
            budget.earn()
        else:
            failed += 1
            retries += budget.spend(0.0)

    assert retries <= 0.1 * 20_000 + 3
    if share <= 0.02:
        assert retries == failed
    elif share == 0.1:
        assert retries >= 0.95 * failed


@pytest.mark.parametrize("ratio", [0.5, 1.0])
def test_a_greater_ratio_pays_for_more(ratio: float) -> None:
    budget = RetryBudget(ratio=ratio, now=0.0)
    while budget.spend(0.0):
        pass
    budget.earn()

    assert (1 if ratio == 0.5 else 10) == sum(budget.spend(0.0) for _ in range(20))


@pytest.mark.parametrize(
    ("failures", "earns"),
    [([], True), ([NotKnown("", system="hss")], True), ([reset()], False), ([BadData("", system="hss")], False)],
)
async def test_only_a_question_that_is_answered_the_first_time_earns(failures: list[Exception], *, earns: bool) -> None:
    budget = RetryBudget(ratio=0.9, now=CLOCK.monotonic())
    before = budget._tokens
    with contextlib.suppress(ConnectorError):
        await asked(Flaky(*failures), budget=budget)

    assert earns == (budget._tokens > before)


def test_a_system_that_is_seldom_asked_has_a_retry_every_ten_seconds() -> None:
    budget = RetryBudget(ratio=0.1, now=0.0)
    while budget.spend(0.0):
        pass

    assert [False, True, False, True] == [budget.spend(at) for at in (9.0, 10.1, 15.0, 20.2)]


def test_without_a_ratio_nothing_is_sent_again() -> None:
    budget = RetryBudget(ratio=0.0, now=0.0)

    assert not any(budget.spend(at) for at in (0.0, 1000.0))


class Budget(RuleBasedStateMachine):
    """Whatever comes in which order, no more is spent than was earned, no more than ten at once, nor than a tenth."""

    def __init__(self) -> None:
        super().__init__()
        self.budget = RetryBudget(ratio=0.1, now=0.0)
        self.now = 0.0
        self.earned = 3.0
        self.spent = 0
        self.burst = 0
        self.questions = 0
        self.seconds = 0.0

    @rule(seconds=st.floats(-5, 50))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds  # A clock that goes back earns nothing.
        self.earned += 0.1 * max(0.0, seconds)
        self.seconds += max(0.0, seconds)
        self.burst = 0

    @rule(count=st.integers(1, 300))
    def questions_are_answered(self, count: int) -> None:
        for _ in range(count):
            self.budget.earn()
        self.earned += count / 9
        self.questions += count
        self.burst = 0

    @rule()
    def one_fails(self) -> None:
        self.questions += 1
        spent = self.budget.spend(self.now)
        self.spent += spent
        self.burst += spent

    @invariant()
    def nothing_is_given_away(self) -> None:
        assert self.spent <= self.earned + 1e-6
        assert self.burst <= 10
        assert self.spent <= 0.1 * self.questions + 3 + 0.1 * self.seconds + 1e-6


TestBudget = Budget.TestCase
