"""Admission: an ill system is not asked, a probe costs no caller its time, and the queue is no illness."""

import asyncio
import dataclasses
import time

import pytest

from connectors.errors import (
    BadData,
    Busy,
    DeadlineReached,
    Ill,
    Misconfigured,
    NotFresh,
    NotKnown,
    Rejected,
    TimedOut,
    Unavailable,
    UnderMaintenance,
)
from connectors.guard import Answer, Breakers, GuardSettings, State
from connectors.guard.admission import Admission, says
from connectors.guard.breaker import RARE_S, Outcome
from connectors.guard.watch import Event
from tests.bars import bar
from tests.connectors.guard.asking import System, call, turns
from tests.connectors.guard.breaking import Bench
from tests.connectors.support import FixedClock, Reports


async def test_after_twenty_failures_the_system_is_not_asked_and_the_caller_knows_within_a_millisecond():
    bench = Bench()
    await bench.open()
    began = time.perf_counter()
    for _ in range(50):
        with pytest.raises(Ill, match="the system is ill; it is not asked for now"):
            await bench.ask()

    assert time.perf_counter() - began < bar(0.05)
    assert 20 == bench.system.asked
    assert [Event.REFUSED] * 50 == bench.told.events


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (Unavailable, Outcome.FAILED),
        (TimedOut, Outcome.FAILED),
        (BadData, Outcome.FAILED),
        (Rejected, Outcome.WELL),
        (NotKnown, Outcome.WELL),
        (Busy, Outcome.NOTHING),
        (Ill, Outcome.NOTHING),
        (UnderMaintenance, Outcome.NOTHING),
        (NotFresh, Outcome.NOTHING),
        (DeadlineReached, Outcome.NOTHING),
        (Misconfigured, Outcome.NOTHING),
    ],
)
def test_what_each_kind_of_error_says_about_the_system(error, outcome):
    assert outcome is says(error("why", system="hss"))


@pytest.mark.parametrize("error", [Busy, DeadlineReached, Misconfigured, Rejected, NotKnown, ValueError])
async def test_what_is_not_the_systems_illness_opens_nothing(error):
    bench = Bench()
    await bench.fails(ValueError() if error is ValueError else error("why", system="hss"), times=100)

    assert State.CLOSED is bench.state()


async def test_callers_that_hang_up_open_nothing():
    bench = Bench()
    bench.system.free.clear()
    for _ in range(100):
        caller = asyncio.ensure_future(bench.ask())
        await turns()
        caller.cancel()
        await asyncio.gather(caller, return_exceptions=True)
        await turns()

    assert (100, State.CLOSED) == (bench.system.cancelled, bench.state())


async def test_a_caller_does_not_wait_for_the_probe_that_is_made_with_its_question():
    bench = Bench()
    await bench.open()
    bench.clock.advance(4)
    bench.system.free.clear()

    with pytest.raises(Ill):
        await bench.ask()
    await turns()

    assert (21, 1) == (bench.system.asked, bench.system.running)
    bench.system.free.set()
    await turns()
    assert "answer 22" == (await bench.ask()).value
    assert State.CLOSED is bench.state()


async def test_a_caller_of_a_system_that_is_hardly_asked_gets_the_probes_answer():
    bench = Bench()
    await bench.open()
    bench.clock.advance(4 + RARE_S)

    assert "answer 21" == (await bench.ask()).value


async def test_what_changes_something_is_never_done_behind_the_back_of_who_asked_for_it():
    bench = Bench()
    await bench.open()
    bench.clock.advance(4)
    writing = dataclasses.replace(call("new", seconds=1000), repeatable=False)

    assert "answer 21" == (await bench.guard.call(writing, bench.system.ask)).value


async def test_while_it_is_ill_one_call_at_a_time_reaches_it_whoever_comes():
    bench = Bench(max_concurrent=50)
    await bench.open()
    bench.clock.advance(4)
    bench.system.most_at_once = 0
    bench.system.free.clear()
    callers = [asyncio.ensure_future(bench.ask()) for _ in range(200)]
    await asyncio.gather(*callers, return_exceptions=True)
    await turns()

    assert (21, 1) == (bench.system.asked, bench.system.most_at_once)
    await bench.guard.aclose()


async def test_a_probe_whose_caller_hangs_up_frees_its_place():
    bench = Bench()
    await bench.open()
    bench.clock.advance(4 + RARE_S)
    bench.system.free.clear()
    caller = asyncio.ensure_future(bench.ask())
    await turns()
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    await turns()
    assert State.HALF_OPEN is bench.state()
    bench.system.free.set()

    assert ["answer 22", "answer 23"] == [(await bench.ask()).value for _ in range(2)]
    assert State.CLOSED is bench.state()


async def test_a_probe_that_is_refused_further_down_frees_its_place():
    clock = FixedClock()
    breakers = Breakers(clock=clock, report=Reports(), draw=lambda: 1.0)
    admission = Admission(breakers.of("hss", GuardSettings()), clock=clock, max_waiting=256)
    breakers.force("hss", State.OPEN)
    breakers.force("hss", None)

    async def busy(_call, _ask):
        raise Busy("too many calls are waiting", system="hss")

    for _ in range(3):
        with pytest.raises(Ill):
            await admission.admit(call(), System().ask, proceed=busy)
        await turns()
    asked = System()
    asked.free.set()

    async def noted(one, ask):
        return await admission.note(one, ask, proceed=asked.proceed)

    with pytest.raises(Ill):
        await admission.admit(call(), asked.ask, proceed=noted)
    await turns()
    assert 1 == asked.asked


async def test_who_waited_in_the_queue_when_it_opened_does_not_reach_the_system_any_more():
    bench = Bench(max_concurrent=20)
    bench.system.free.clear()
    callers = [asyncio.ensure_future(bench.ask()) for _ in range(200)]
    await turns()
    bench.system.failure = Unavailable("reset", system="hss")
    bench.system.free.set()
    found = await asyncio.gather(*callers, return_exceptions=True)

    # The place of one that has failed is taken by the next before the last of the twenty has failed.
    assert bench.system.asked < 40
    assert 200 - bench.system.asked == sum(isinstance(each, Ill) for each in found)


async def test_waiting_for_a_place_is_not_the_systems_slowness():
    bench = Bench(max_concurrent=1, timeout_s=1)
    bench.system.free.clear()

    class Ticking(System):
        async def ask(self):
            bench.clock.advance(0.1)
            return await super().ask()

    bench.system = Ticking()
    bench.system.free.set()
    await asyncio.gather(*(bench.ask() for _ in range(100)))

    assert State.CLOSED is bench.state()


async def test_slow_answers_are_given_and_open_it():
    bench = Bench(timeout_s=1, breaker={"window_s": 60})

    async def slow():
        bench.clock.advance(0.9)
        return "late"

    for number in range(20):
        answer: Answer[str] = await bench.guard.call(call(str(number), seconds=1000), slow)
        assert "late" == answer.value

    assert State.OPEN is bench.state()


async def test_classes_of_operations_are_ill_by_themselves():
    bench = Bench(breaker={"classes": {"Search": "searches"}})
    await bench.fails(times=20, operation="Search")

    assert (State.OPEN, State.CLOSED) == (bench.state("searches"), bench.state())
    with pytest.raises(Ill):
        await bench.ask("Search")
    assert "answer 21" == (await bench.ask("Get")).value


async def test_switched_off_or_without_a_registry_there_is_no_breaker():
    bench = Bench(breaker={"enabled": False})
    await bench.fails(times=100)

    assert () == bench.breakers.snapshot()
    assert 100 == bench.system.asked


async def test_a_surprise_in_a_probe_nobody_waits_for_frees_its_place_and_disturbs_nobody():
    bench = Bench()
    await bench.open()
    bench.clock.advance(4)
    bench.system.failure = ValueError("a bug of ours")
    with pytest.raises(Ill):
        await bench.ask()
    await turns()
    bench.system.failure = None
    with pytest.raises(Ill):
        await bench.ask()
    await turns()

    assert 22 == bench.system.asked


async def test_closing_the_guard_ends_a_probe():
    bench = Bench()
    await bench.open()
    bench.clock.advance(4)
    bench.system.free.clear()
    with pytest.raises(Ill):
        await bench.ask()
    await turns()
    await bench.guard.aclose()

    assert (0, 1) == (bench.system.running, bench.system.cancelled)
