"""The budget: how many calls get through, who of them, and what happens while the shared count is away."""

import asyncio
import bisect
import collections
import dataclasses
import random
import time

import pytest
from pydantic import ValidationError

from connectors.clock import SystemClock
from connectors.errors import Busy
from connectors.guard import GuardSettings, guard_for
from connectors.guard.budget import Budget
from connectors.guard.flight import SingleFlight
from connectors.guard.gcra import Gcra
from connectors.guard.rates import Rates
from connectors.guard.shares import BudgetSettings
from connectors.guard.watch import Event, Level, Unwatched
from connectors.terms import Criticality
from tests.connectors.guard.asking import CLOCK, call, turns, unused
from tests.connectors.support import DictStore, FixedClock

AGENT, SELF_CARE, PARTNER, BATCH = Criticality


class Shared:
    """A shared count that can go away."""

    def __init__(self, clock: FixedClock | SystemClock) -> None:
        self.clock = clock
        self.here = True
        self.asked: list[tuple[str, float, float, float]] = []
        self._bucket: Gcra | None = None

    async def take(self, key: str, *, rate: float, burst: float, kept_free: float) -> float | None:
        await asyncio.sleep(0)
        self.asked.append((key, rate, burst, kept_free))
        if not self.here:
            return None
        self._bucket = self._bucket or Gcra(rate=rate, burst=burst)
        return self._bucket.take(self.clock.monotonic(), kept_free=kept_free)


class Told(Unwatched):
    def __init__(self) -> None:
        self.waiting = 0.0
        self.shed: collections.Counter[Criticality] = collections.Counter()

    def tells(self, call, event: Event) -> None:
        if event is Event.OVER_BUDGET:
            self.shed[call.within.criticality] += 1

    def moves(self, level: Level, change: float) -> None:
        self.waiting += change if level is Level.WAITING else 0


def budget(
    *,
    clock: FixedClock | SystemClock | None = None,
    rates: Rates | None = None,
    told: Told | None = None,
    max_waiting: int = 100,
    late_s: float = 0.0,
    **settings: float,
) -> Budget:
    """Of calls that arrive as soon as they are let through, unless *late_s* says otherwise."""
    return Budget(
        system="hss",
        settings=BudgetSettings.model_validate(settings),
        max_waiting=max_waiting,
        clock=clock or FixedClock(),
        rates=rates,
        watcher=told,
        late_s=late_s,
    )


async def through(_call, _ask):
    return "answer"


def ask(stage: Budget, criticality: Criticality = AGENT, proceed=through) -> "asyncio.Future[object]":
    return asyncio.ensure_future(stage(call(criticality=criticality), unused, proceed=proceed))


async def got(stage: Budget, number: int, criticality: Criticality = AGENT) -> int:
    """How many of *number* calls at once are let through."""
    outcomes = await asyncio.gather(*(ask(stage, criticality) for _ in range(number)), return_exceptions=True)
    assert all(outcome == "answer" or isinstance(outcome, Busy) for outcome in outcomes)
    return outcomes.count("answer")


async def test_a_burst_is_let_through_and_what_is_beyond_it_is_refused_at_once():
    stage = budget(calls_per_s=10, burst=5, max_wait_s=0)

    assert 5 == await got(stage, 20)


async def test_what_is_refused_says_when_there_is_a_turn_again():
    stage = budget(calls_per_s=2, burst=1, max_wait_s=0)
    await ask(stage)

    with pytest.raises(Busy) as refused:
        await ask(stage)

    assert 0.5 == pytest.approx(refused.value.retry_after_s)


async def test_the_bucket_fills_with_time():
    clock = FixedClock()
    stage = budget(clock=clock, calls_per_s=10, burst=5, max_wait_s=0)
    await got(stage, 20)
    clock.advance(0.3)

    assert 3 == await got(stage, 20)


async def test_a_call_waits_for_its_turn_if_that_comes_soon():
    stage = budget(clock=SystemClock(), calls_per_s=50, burst=1, max_wait_s=5)
    began = time.monotonic()

    assert 6 == await got(stage, 6)
    assert time.monotonic() - began >= 0.099


async def test_partners_leave_of_the_burst_what_is_kept_free_for_agents():
    stage = budget(calls_per_s=10, burst=20, max_wait_s=0)

    assert [4, 10, 4, 2] == [await got(stage, 30, each) for each in reversed(Criticality)]


@pytest.mark.parametrize("burst", [1, 2, 5])
async def test_a_class_that_is_alone_gets_the_whole_rate(burst):
    clock = FixedClock()
    stage = budget(clock=clock, calls_per_s=10, burst=burst, max_wait_s=0)
    await got(stage, 10, BATCH)
    passed = 0
    for _ in range(50):
        clock.advance(0.1)
        passed += await got(stage, 3, BATCH)

    assert 50 == passed


async def test_whoever_waits_is_served_by_class():
    stage = budget(clock=SystemClock(), calls_per_s=100, burst=1, max_wait_s=5)
    served: list[Criticality] = []

    async def noted(asked, _ask):
        served.append(asked.within.criticality)

    await ask(stage)
    came = [BATCH, PARTNER, SELF_CARE, AGENT, PARTNER, AGENT]
    callers = [ask(stage, each, noted) for each in came]
    await asyncio.gather(*callers)

    assert sorted(came) == served


async def test_a_call_that_waits_in_vain_is_refused_after_the_longest_wait():
    told = Told()
    stage = budget(told=told, calls_per_s=10, burst=1, max_wait_s=0.15)
    await ask(stage)  # Time stands still: nothing comes into the bucket.
    with pytest.raises(Busy):
        await ask(stage, PARTNER)

    assert (0, 1) == (told.waiting, told.shed[PARTNER])


async def test_a_call_that_waits_moves_up_when_somebody_more_important_wants_it():
    stage, flights = budget(clock=SystemClock(), calls_per_s=50, burst=1, max_wait_s=5), SingleFlight(clock=CLOCK)
    order: list[object] = []

    async def proceed(asked, ask):
        async def noted(asked, _ask):
            order.append(asked.args[0])

        return await stage(asked, ask, proceed=noted)

    def want(what: str, criticality: Criticality) -> "asyncio.Future[object]":
        return asyncio.ensure_future(flights(call(what, criticality=criticality), unused, proceed=proceed))

    await ask(stage)
    callers = [want("a", PARTNER), want("b", BATCH)]
    await turns()
    callers.append(want("b", AGENT))
    await asyncio.gather(*callers)

    assert ["b", "a"] == order


async def test_where_no_more_can_wait_a_partner_makes_room_for_an_agent():
    stage = budget(clock=SystemClock(), calls_per_s=50, burst=1, max_wait_s=5, max_waiting=1)
    await ask(stage)
    partner = ask(stage, PARTNER)
    await turns()
    agent = ask(stage)

    assert [Busy, str] == [type(each) for each in await asyncio.gather(partner, agent, return_exceptions=True)]


async def test_a_system_without_a_budget_has_no_such_stage():
    plain = guard_for("hss", GuardSettings(), clock=CLOCK, store=DictStore())
    bound = guard_for("hss", GuardSettings(budget=BudgetSettings(calls_per_s=1)), clock=CLOCK, store=DictStore())

    async def answer() -> str:
        return "answer"

    for number in range(5):
        await plain.call(call(str(number)), answer)
    await bound.call(call(), answer)
    with pytest.raises(Busy):
        await bound.call(call(), answer)


async def test_the_count_is_shared_while_it_is_there_and_one_part_of_so_many_when_it_is_away():
    clock = FixedClock()
    shared = Shared(clock)
    stage = budget(clock=clock, rates=shared, calls_per_s=40, burst=20, max_wait_s=0, replicas=4)
    assert 20 == await got(stage, 30)
    assert {("hss", 40, 20, 0)} == set(shared.asked)

    clock.advance(10)
    shared.here = False
    assert 5 == await got(stage, 30)
    clock.advance(0.1)
    assert 1 == await got(stage, 30)

    shared.here = True
    assert 20 == await got(stage, 30)


@pytest.mark.parametrize(("replicas", "here", "passed"), [(1, True, 6), (4, True, 6), (1, False, 6), (2, False, 3)])
async def test_what_may_arrive_late_is_not_let_through_at_once(replicas, here, passed):
    shared = Shared(FixedClock())
    shared.here = here
    stage = budget(rates=shared, calls_per_s=40, burst=10, max_wait_s=0, replicas=replicas, late_s=0.1)

    assert passed == await got(stage, 30)


@pytest.mark.parametrize("here", [True, False])
@pytest.mark.parametrize("seed", range(5))
async def test_in_no_second_more_calls_arrive_than_rate_and_burst_however_late_each_is(here, seed):
    clock, chance, arrived = FixedClock(), random.Random(seed), []
    shared = Shared(clock)
    shared.here = here
    replicas = [
        budget(clock=clock, rates=shared, calls_per_s=50, burst=10, max_wait_s=0, replicas=3, late_s=0.1)
        for _ in range(3)
    ]
    for turn in range(480):
        clock.advance(chance.choice([0.005, 0.01, 0.05]) if turn % 80 else 1.0)
        passed = sum([await got(each, 3) for each in replicas])
        # What comes after a pause is held up; later ones are not, or each by itself.
        late_s = 0.1 if turn % 80 < 4 else 0.0
        arrived += [clock.monotonic() + chance.choice([late_s, late_s, chance.uniform(0, 0.1)]) for _ in range(passed)]

    assert 56 <= densest_second(arrived) <= 60


def densest_second(arrived: list[float]) -> int:
    """The most of them within one second."""
    arrived = sorted(arrived)
    return max(number + 1 - bisect.bisect_right(arrived, at - 1.0) for number, at in enumerate(arrived))


async def test_when_the_shared_count_goes_its_burst_is_not_had_a_second_time():
    clock = FixedClock()
    shared = Shared(clock)
    stage = budget(clock=clock, rates=shared, calls_per_s=40, burst=20, max_wait_s=0, replicas=2)
    await got(stage, 30)
    shared.here = False

    assert 0 == await got(stage, 30)


async def test_three_replicas_that_share_a_count_let_through_no_more_than_one_would():
    clock = FixedClock()
    shared = Shared(clock)
    replicas = [budget(clock=clock, rates=shared, calls_per_s=50, burst=10, max_wait_s=0) for _ in range(3)]
    passed = 0
    for _ in range(100):
        passed += sum([await got(each, 5) for each in replicas])
        clock.advance(0.1)

    assert 10 + 50 * 9.9 == pytest.approx(passed, abs=1)


@pytest.mark.parametrize("sharing", [False, True])
async def test_at_ten_times_the_budget_agents_lose_nothing_and_partners_what_is_too_much(sharing):
    clock, told, chance = SystemClock(), Told(), random.Random(1)
    stage = budget(
        clock=clock, rates=Shared(clock) if sharing else None, told=told, calls_per_s=100, burst=20, max_wait_s=0.3
    )
    callers: list[asyncio.Future[object]] = []
    began = time.monotonic()
    while (now := time.monotonic()) - began < 1.5:
        await asyncio.sleep(0.005)
        # What is due since the last turn, however late this turn is: some 40 agents a second and 900 partners.
        due = (time.monotonic() - now) * 900
        callers += [ask(stage, PARTNER) for _ in range(round(due))]
        if chance.random() < due / 900 * 40:
            callers.append(ask(stage, AGENT))
    outcomes = await asyncio.gather(*callers, return_exceptions=True)
    took = time.monotonic() - began

    assert 0 == told.shed[AGENT]
    assert told.shed[PARTNER] > 500
    assert outcomes.count("answer") <= 100 * took + 20
    assert outcomes.count("answer") >= 0.8 * 100 * 1.5


@pytest.mark.parametrize("seed", range(10))
async def test_cancelled_calls_leave_nobody_waiting_and_no_task(seed):
    chance, told = random.Random(seed), Told()
    tasks = asyncio.all_tasks()
    stage = budget(clock=SystemClock(), told=told, calls_per_s=2000, burst=2, max_wait_s=0.05)
    for _ in range(20):
        callers = [ask(stage, chance.choice(list(Criticality))) for _ in range(30)]
        for _ in range(20):
            await turns(chance.randrange(3))
            chance.choice(callers).cancel()
        await asyncio.gather(*callers, return_exceptions=True)
    await turns()

    assert (0, 0) == (told.waiting, len(stage._room))
    assert tasks == asyncio.all_tasks()


async def test_a_budget_that_lets_a_call_through_once_in_an_hour_leaves_no_task_behind():
    tasks = asyncio.all_tasks()
    stage = budget(clock=SystemClock(), calls_per_s=0.0003, burst=1, max_wait_s=10)
    assert stage._limit is not None
    stage._limit = dataclasses.replace(stage._limit, max_wait_s=1e9)
    await ask(stage)
    waiting = ask(stage)
    await turns()
    assert 2 == len(asyncio.all_tasks() - tasks)
    waiting.cancel()
    await turns()

    assert tasks == asyncio.all_tasks()


def test_the_burst_is_what_comes_in_a_fifth_of_a_second_unless_it_is_said():
    assert [10, 1, 3] == [
        BudgetSettings(calls_per_s=50).most_at_once,
        BudgetSettings(calls_per_s=0.5).most_at_once,
        BudgetSettings(calls_per_s=50, burst=3).most_at_once,
    ]


def test_bounds_in_the_wrong_order_are_a_mistake_that_says_what_to_do():
    with pytest.raises(ValidationError, match="at most as much"):
        GuardSettings(min_concurrent=20, max_concurrent=10)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"retry_ratio": 0, "attempts": 3}, "retry_ratio is 0"),
        ({"retry_ratio": 0, "hedge_after_s": {"Get": 0.1}}, "retry_ratio is 0"),
        ({"timeout_s": 1, "hedge_after_s": {"Get": 1}}, "hedge_after_s of `Get`"),
        ({"timeout_s": 1, "breaker": {"slow_s": 1.5}}, "breaker.slow_s"),
    ],
)
def test_what_is_said_and_can_never_be_is_a_mistake_that_says_what_to_do(settings, why):
    with pytest.raises(ValidationError, match=f"{why}.*; (give|leave)"):
        GuardSettings(**settings)


def test_nothing_sent_again_is_a_choice():
    assert not GuardSettings(retry_ratio=0).retry_ratio
    assert not GuardSettings(retry_ratio=0, attempts=1).retry_ratio


async def test_how_long_a_wait_will_be_is_told_by_the_count_that_counts():
    clock = FixedClock()
    shared = Shared(clock)
    stage = budget(clock=clock, rates=shared, calls_per_s=50, burst=1, replicas=10, max_wait_s=0.3)
    await ask(stage)

    # Of the whole the third has its turn in 60 ms; of the tenth that is this process's it would be in 600.
    waiting = []
    for _ in range(3):
        waiting.append(ask(stage))
        await turns(10)
    assert not any(each.done() for each in waiting)

    for each in waiting:
        each.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
