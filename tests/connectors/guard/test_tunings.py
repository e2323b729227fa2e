"""What is said over limits and cache times holds at once: of what is kept, of who waits, and of guards made later."""

import asyncio
import datetime as dt
from typing import Any

import pytest

from connectors.errors import Busy, Unavailable
from connectors.guard import CacheTimes, Call, GuardSettings, SystemLimits, Tuning, Tunings, guard_for, source_of
from connectors.guard.adaptive import Adaptive
from connectors.guard.freshness import EVERY
from connectors.guard.gcra import Gcra
from connectors.guard.record import recorded
from gateway.stores.memory import MemoryStore
from tests.connectors.guard.asking import CLOCK, System, call, turns
from tests.connectors.guard.ledger import Ledger, Line
from tests.connectors.support import NOW, DictStore, FixedClock, soon


class Kept:
    """A system whose answers are numbered, behind a guard that keeps them by *windows*."""

    def __init__(self, **windows: Any) -> None:
        self.clock, self.tunings, self.asked, self.failing = FixedClock(), Tunings(), 0, False
        self.settings = GuardSettings.model_validate({"jitter": 0, **windows})
        self._guard = guard_for(
            "crm",
            self.settings,
            clock=self.clock,
            store=MemoryStore(max_entries=100, clock=self.clock),
            tuned=self.tunings.of("crm", self.settings),
        )

    def say(self, *, of: str = EVERY, **times: float) -> None:
        self.tunings.set({"crm": Tuning(times={of: CacheTimes.model_validate(times)})} if times else {})

    async def ask(self, operation: str = "Get") -> Any:
        return (await self._guard.call(Call("crm", operation, ("c1",), soon(self.clock)), self._wire)).value

    async def source(self) -> Any:
        return (await self._guard.call(Call("crm", "Get", ("s",), soon(self.clock)), self._sourced)).value

    async def _wire(self) -> int:
        self.asked += 1
        if self.failing:
            raise Unavailable("reset", system="crm")
        return self.asked

    async def _sourced(self) -> Any:
        return source_of("crm", "Get", settings=self.settings, clock=self.clock)


async def test_a_shorter_fresh_time_is_that_of_what_is_kept_already():
    system = Kept(fresh_s={"Get": 60})
    await system.ask()
    system.clock.advance(10)
    system.say(fresh_s=20)
    assert 1 == await system.ask()
    system.clock.advance(10)

    assert 2 == await system.ask()


async def test_a_shorter_window_for_failures_is_too():
    system = Kept(fresh_s={"*": 1}, stale_s={"*": 600})
    await system.ask()
    system.clock.advance(100)
    system.failing = True
    assert 1 == await system.ask()
    system.say(stale_s=50)

    with pytest.raises(Unavailable):
        await system.ask()


async def test_where_nothing_is_to_be_kept_nothing_is_given_and_nothing_older_comes_back():
    system = Kept(fresh_s={"*": 60}, stale_s={"*": 60})
    await system.ask()
    system.say(fresh_s=0, stale_s=0)
    assert [2, 3] == [await system.ask(), await system.ask()]
    system.say()

    assert 4 == await system.ask()
    assert 4 == await system.ask()


async def test_what_was_never_kept_is_while_it_is_said():
    system = Kept()
    assert [1, 2] == [await system.ask(), await system.ask()]
    system.say(of="Get", fresh_s=30)
    assert [3, 3] == [await system.ask(), await system.ask()]
    assert [4, 5] == [await system.ask("Other"), await system.ask("Other")]
    system.say()

    assert 6 == await system.ask()


async def test_a_longer_time_is_that_of_what_comes_from_now_on():
    system = Kept(fresh_s={"*": 10})
    await system.ask()
    system.say(fresh_s=100)
    system.clock.advance(10)
    assert 2 == await system.ask()
    system.clock.advance(99)

    assert 2 == await system.ask()


async def test_what_must_be_live_is_never_kept():
    system = Kept()
    system.say(fresh_s=30)

    assert [1, 2] == [await system.ask("check"), await system.ask("check")]


async def test_callers_are_told_the_shorter_time():
    system = Kept(fresh_s={"*": 60})
    await system.ask()
    system.clock.advance(5)
    system.say(fresh_s=20)
    with recorded() as record:
        await system.ask()

    assert NOW + dt.timedelta(seconds=20) == record.fresh_until


async def test_an_answer_made_of_what_is_kept_is_not_given_again_under_other_times():
    system = Kept(fresh_s={"*": 60})
    first = await system.ask()
    with recorded() as record:
        await system.ask()
    (relied,) = record.whole
    assert await relied.holds()
    system.say(of="Other", fresh_s=1)
    system.say(fresh_s=20)

    assert not await relied.holds()
    assert first == await system.ask()


async def test_a_source_is_fresh_for_the_time_that_holds():
    system = Kept(fresh_s={"*": 60})
    system.say(fresh_s=7)
    found = await system.source()

    assert NOW + dt.timedelta(seconds=7) == found.fresh_until
    assert {"crm"} == set(system.tunings.other_times)
    system.say()
    assert {} == system.tunings.other_times


async def test_limits_leave_what_is_remembered_of_kept_answers():
    system = Kept(fresh_s={"*": 60})
    await system.ask()
    with recorded() as record:
        await system.ask()
    (relied,) = record.whole
    system.tunings.set({"crm": Tuning(SystemLimits(max_concurrent=1))})

    assert await relied.holds()


class Asked:
    """A system behind a guard whose limits are *settings*; each call waits until it is let go."""

    def __init__(self, register: Line | None = None, **settings: Any) -> None:
        self.system, self.tunings = System(), Tunings()
        usual = GuardSettings.model_validate(settings)
        self.guard = guard_for(
            "hss",
            usual,
            clock=CLOCK,
            store=DictStore(),
            places=register,
            tuned=self.tunings.of("hss", usual),
        )
        self.callers: list[asyncio.Future[Any]] = []

    def say(self, **limits: Any) -> None:
        self.tunings.set({"hss": Tuning(SystemLimits.model_validate(limits))} if limits else {})

    async def come(self, number: int) -> int:
        """So many more callers; how many calls are under way then."""
        first = len(self.callers)
        self.callers += [
            asyncio.ensure_future(self.guard.call(call(first + each), self.system.ask)) for each in range(number)
        ]
        await turns(20)
        return self.system.running

    async def leave(self) -> list[Any]:
        """All calls end; what became of them."""
        self.system.free.set()
        outcomes = await asyncio.gather(*self.callers, return_exceptions=True)
        await self.guard.aclose()
        return outcomes


async def test_more_places_are_had_by_those_who_wait_already():
    asked = Asked(max_concurrent=2)
    assert 2 == await asked.come(6)
    asked.say(max_concurrent=5)
    await turns(20)

    assert 5 == asked.system.running
    assert 6 == sum(not isinstance(each, Exception) for each in await asked.leave())


async def test_fewer_places_end_no_call_and_begin_none():
    asked = Asked(max_concurrent=4)
    assert 4 == await asked.come(4)
    asked.say(max_concurrent=1)
    assert 4 == await asked.come(2)
    asked.say()
    await turns()

    assert 4 == asked.system.running
    assert 6 == len(await asked.leave())
    assert 4 == asked.system.most_at_once


async def test_places_are_of_all_processes_together():
    asked = Asked(max_concurrent=2, replicas=3)
    assert 1 == await asked.come(10)
    asked.say(max_concurrent=12)
    await turns(20)

    assert 4 == asked.system.running
    await asked.leave()


async def test_where_there_is_a_register_it_is_told_of_the_whole_that_holds():
    ledger = Ledger(FixedClock())
    ledger.began = 0.0
    line = Line(ledger, "a")
    asked = Asked(line, max_concurrent=10, replicas=3)
    await asked.come(20)
    await asyncio.sleep(0.3)
    assert 10 == asked.system.running
    asked.say(max_concurrent=6)
    await asyncio.sleep(0.3)

    assert (6, 2) == (line.reports[-1].whole, line.reports[-1].at_once)
    asked.say(max_concurrent=14)
    await asyncio.sleep(0.4)
    assert 14 == asked.system.running
    await asked.leave()


async def test_what_was_found_out_between_two_bounds_is_kept():
    limit = Adaptive(least=4, most=40)
    now = 0.0
    for _ in range(20):
        for _ in range(40):
            limit.answered("Get", began=now, now=now + 0.1, at_once=4 if now == 0 else limit.limit)
        now += 1
    grown = limit.limit
    assert grown > 10
    limit.rebound(least=4, most=60)
    assert grown == limit.limit
    limit.rebound(least=2, most=8)

    assert 8 == limit.limit


async def test_a_limit_that_is_found_out_may_become_one_that_is_said():
    asked = Asked(max_concurrent=16, min_concurrent=4)
    assert 4 == await asked.come(20)
    asked.say(max_concurrent=3)
    asked.system.free.set()
    await turns(30)
    asked.system.free.clear()
    asked.system.most_at_once = 0

    assert 3 == await asked.come(10)
    await asked.leave()


async def test_calls_a_second_are_limited_while_it_is_said():
    asked = Asked(max_concurrent=100)
    assert 10 == await asked.come(10)
    # Three at once, because of a fourth it is not known how late it arrives: it waits, and the others are refused.
    asked.say(calls_per_s=1, burst=4)
    assert 13 == await asked.come(10)
    asked.say()
    assert 19 == await asked.come(5)

    assert 6 == sum(isinstance(each, Busy) for each in await asked.leave())


async def test_who_waits_for_a_turn_has_it_when_there_is_no_limit_any_more():
    asked = Asked(max_concurrent=100, budget={"calls_per_s": 0.5, "burst": 1, "max_wait_s": 10})
    assert 1 == await asked.come(3)
    asked.say(calls_per_s="unlimited")
    await turns(20)

    assert 3 == asked.system.running
    await asked.leave()


async def test_calls_a_second_are_of_all_processes_together():
    asked = Asked(max_concurrent=100, replicas=4)
    asked.say(calls_per_s=1, burst=24)

    assert 5 <= await asked.come(20) <= 6
    await asked.leave()


@pytest.mark.parametrize(
    ("taken", "rate", "burst", "left"), [(0, 1, 5, 5), (0, 1, 40, 20), (15, 1, 5, 5), (18, 1, 5, 2), (18, 100, 40, 2)]
)
def test_a_bucket_of_another_size_holds_no_more_than_the_one_before(taken, rate, burst, left):
    before = Gcra(rate=10, burst=20)
    for _ in range(taken):
        assert before.take(1000.0) == 0
    bucket = before.rebound(1000.0, rate=rate, burst=burst)
    got = 0
    while bucket.take(1000.0) == 0:
        got += 1

    assert left == got


def test_a_guard_that_is_made_later_hears_what_was_said_before():
    tunings = Tunings()
    tunings.set({"crm": Tuning(SystemLimits(max_concurrent=3))})
    crm, hss = tunings.of("crm", GuardSettings()), tunings.of("hss", GuardSettings())

    assert (3, 16) == (crm.now.max_concurrent, hss.now.max_concurrent)
    assert 3 == tunings.now("crm", GuardSettings()).max_concurrent
    assert 5 == tunings.now("crm", GuardSettings(max_concurrent=5)).max_concurrent
    assert 16 == tunings.now("gone", GuardSettings()).max_concurrent


def test_while_one_guard_is_left_for_another_both_hear():
    tunings = Tunings()
    before, after = tunings.of("crm", GuardSettings()), tunings.of("crm", GuardSettings(max_concurrent=9))
    tunings.set({"crm": Tuning(SystemLimits(calls_per_s=5), {EVERY: CacheTimes(fresh_s=1)})})

    assert ({"*": 1}, 16) == (before.now.fresh_s, before.now.max_concurrent)
    assert ({"*": 1}, 9) == (after.now.fresh_s, after.now.max_concurrent)
    assert after is tunings.other_times["crm"]


def test_a_guard_that_came_to_nothing_is_forgotten_and_the_one_in_use_hears_on():
    tunings = Tunings()
    used = tunings.of("crm", GuardSettings())
    tunings.of("crm", GuardSettings(max_concurrent=9))
    tunings.set({"crm": Tuning(SystemLimits(max_concurrent=3))})

    assert 3 == used.now.max_concurrent
    assert 1 == len(tunings._of("crm"))


def test_a_change_between_the_making_of_a_guard_and_its_first_call_is_not_lost():
    tunings = Tunings()
    found = tunings.of("crm", GuardSettings())
    tunings.set({"crm": Tuning(SystemLimits(max_concurrent=3))})
    heard: list[GuardSettings] = []
    found.tells(heard.append)

    assert [3] == [each.max_concurrent for each in heard]


def test_times_that_cannot_be_leave_the_usual_ones_and_say_why():
    tunings = Tunings()
    usual = GuardSettings(fresh_s={"Get": 60}, expensive=frozenset({"Get"}))
    heard: list[GuardSettings] = []
    found = tunings.of("crm", usual)
    found.tells(heard.append)
    said = Tuning(SystemLimits(max_concurrent=3), {EVERY: CacheTimes(fresh_s=0)})
    why = tunings.set({"crm": said})
    tunings.set({"crm": said})

    assert "expensive" in why["crm"]
    assert (3, {"Get": 60}) == (found.now.max_concurrent, found.now.fresh_s)
    assert [16, 3] == [each.max_concurrent for each in heard]
    assert {} == tunings.set({})
    assert usual == found.now


def test_a_system_may_refuse_what_the_settings_of_all_allow():
    def check(guard: GuardSettings) -> None:
        if guard.fresh_s:
            raise ValueError("not of this one")

    tunings = Tunings()
    found = tunings.of("consent", GuardSettings(), check=check)

    assert {"consent": "not of this one"} == tunings.set({"consent": Tuning(times={EVERY: CacheTimes(fresh_s=9)})})
    assert {} == found.now.fresh_s
