"""Single flight: who shares a call, who leaves it, and when it ends."""

import asyncio
import dataclasses
import gc
import random
import traceback
from typing import Any

import pytest

from connectors.errors import DeadlineReached, Unavailable
from connectors.guard import Answer
from connectors.guard.flight import SingleFlight
from schema.parts import PrepaidPart
from tests.connectors.guard.asking import CLOCK, System, call, turns

ACCOUNT = frozenset({PrepaidPart.ACCOUNT})
BOTH = frozenset(PrepaidPart)


@pytest.fixture
def system():
    return System()


@pytest.fixture
def flights():
    return SingleFlight(clock=CLOCK)


@pytest.fixture
def ask(flights, system):
    """Ask as one more caller, in a task of its own."""

    def start(*args: object, **changes):
        return asyncio.ensure_future(flights(call(*args, **changes), system.ask, proceed=system.proceed))

    return start


@pytest.fixture
async def loop_errors():
    """What the event loop had to report: exceptions that nobody took."""
    found: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: found.append(context))
    yield found
    asyncio.get_running_loop().set_exception_handler(None)


async def test_equal_calls_share_one(ask, system):
    callers = [ask("42") for _ in range(1000)]
    await turns()
    system.free.set()

    assert {"answer 1"} == {answer.value for answer in await asyncio.gather(*callers)}
    assert 1 == system.asked


async def test_other_arguments_and_operations_are_other_calls(ask, system):
    callers = [ask("42"), ask("43"), ask("42", operation="Search"), ask("42", "x")]
    system.free.set()

    assert 4 == len({answer.value for answer in await asyncio.gather(*callers)})


async def test_calls_that_may_change_something_are_shared_with_nobody(flights, system):
    change = dataclasses.replace(call("42"), repeatable=False)
    callers = [
        asyncio.ensure_future(flights(each, system.ask, proceed=system.proceed))
        for each in (change, call("42"), change, call("42"))
    ]
    await turns()
    system.free.set()

    answers = [answer.value for answer in await asyncio.gather(*callers)]

    assert 3 == system.asked
    assert answers[1] == answers[3]
    assert 3 == len(set(answers))
    assert not flights._flights


async def test_a_richer_call_in_flight_serves_a_poorer_one(ask, system):
    callers = [ask(parts=BOTH), ask(parts=ACCOUNT), ask()]
    system.free.set()
    await asyncio.gather(*callers)

    assert 1 == system.asked


async def test_a_poorer_call_in_flight_does_not_serve_a_richer_one(ask, system):
    poorer, richer = ask(parts=ACCOUNT), ask(parts=BOTH)
    await turns()
    late = ask(parts=BOTH)
    system.free.set()
    await asyncio.gather(poorer, richer, late)

    assert 2 == system.asked
    assert richer.result().serves(call(parts=BOTH))


async def test_once_answered_the_next_caller_asks_anew(ask, system, flights):
    system.free.set()

    assert ["answer 1", "answer 2"] == [(await ask()).value, (await ask()).value]
    assert not flights._flights


async def test_a_caller_leaves_at_its_deadline_and_the_call_serves_the_others(ask, system):
    hasty, patient = ask(seconds=0.01), ask()

    with pytest.raises(DeadlineReached):
        await hasty
    system.free.set()

    assert "answer 1" == (await patient).value
    assert (1, 0) == (system.asked, system.cancelled)


async def test_after_everybody_left_at_their_deadline_the_call_serves_who_comes_next(ask, system):
    for _ in range(2):
        with pytest.raises(DeadlineReached):
            await ask(seconds=0.005)

    latecomer = ask()
    await turns()
    system.free.set()

    assert "answer 1" == (await latecomer).value


async def test_without_time_left_the_system_is_not_asked(ask, system):
    with pytest.raises(DeadlineReached):
        await ask(seconds=0)

    assert 0 == system.asked


async def test_one_cancelled_caller_of_many_costs_the_others_nothing(ask, system):
    callers = [ask() for _ in range(5)]
    await turns()
    callers[0].cancel()  # The one that started the call.
    await turns()
    system.free.set()

    with pytest.raises(asyncio.CancelledError):
        await callers[0]
    assert {"answer 1"} == {answer.value for answer in await asyncio.gather(*callers[1:])}


@pytest.mark.parametrize("number", [1, 2, 30])
async def test_when_the_last_caller_is_cancelled_the_call_ends(number, ask, system):
    callers = [ask() for _ in range(number)]
    await turns()
    for caller in callers:
        caller.cancel()
    await asyncio.gather(*callers, return_exceptions=True)
    await turns()

    assert (1, 1, 0) == (system.asked, system.cancelled, system.running)


async def test_a_caller_that_comes_while_a_cancelled_call_ends_gets_one_of_its_own(ask, system):
    first = ask()
    await turns()
    first.cancel()
    second = ask()
    await turns()
    system.free.set()

    assert "answer 2" == (await second).value


async def test_a_caller_cancelled_before_it_began_to_wait_does_not_count(ask, system, flights):
    caller = ask()
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    await turns()

    assert not flights._flights
    assert 0 == system.running


@pytest.mark.parametrize("seed", range(20))
async def test_in_any_storm_of_cancellations_and_deadlines_whoever_stays_is_served(
    seed, ask, system, flights, loop_errors
):
    chance = random.Random(seed)
    stayed: list[asyncio.Task[Answer[str]]] = []
    left: list[asyncio.Task[Answer[str]]] = []
    for _ in range(60):
        caller = ask(chance.choice("ab"), parts=chance.choice((ACCOUNT, BOTH)), seconds=chance.choice((0.001, 5, 5)))
        (left if chance.random() < 0.5 else stayed).append(caller)
        await turns(chance.randrange(3))
        if left and chance.random() < 0.6:
            chance.choice(left).cancel()
    for caller in left:
        caller.cancel()
    await turns()
    system.free.set()
    outcomes = await asyncio.gather(*stayed, return_exceptions=True)
    await asyncio.gather(*left, return_exceptions=True)
    await turns()

    assert all(isinstance(outcome, DeadlineReached | Answer) for outcome in outcomes)
    assert not flights._flights
    assert 0 == system.running
    assert not loop_errors


async def test_a_failure_reaches_every_caller(ask, system):
    system.failure = Unavailable("reset", system="hss")
    callers = [ask() for _ in range(5)]
    await turns()
    system.free.set()

    assert [system.failure] * 5 == await asyncio.gather(*callers, return_exceptions=True)


async def test_a_failure_that_many_share_keeps_a_short_traceback(ask, system):
    system.failure = KeyError("a mistake of ours")
    callers = [ask() for _ in range(200)]
    await turns()
    system.free.set()
    await asyncio.gather(*callers, return_exceptions=True)

    frames = traceback.extract_tb(system.failure.__traceback__)
    assert len(frames) < 10
    assert "ask" in {frame.name for frame in frames}


async def test_a_failure_nobody_waits_for_is_not_reported_as_unhandled(ask, system, loop_errors):
    system.failure = Unavailable("reset", system="hss")
    with pytest.raises(DeadlineReached):
        await ask(seconds=0.005)
    cancelled = ask()
    await turns()
    hasty = ask(seconds=0.005)
    await asyncio.gather(hasty, return_exceptions=True)
    cancelled.cancel()
    await turns()
    system.free.set()
    await turns()
    del cancelled, hasty
    gc.collect()

    assert not loop_errors


async def test_a_caller_that_was_answered_leaves_no_alarm_behind(ask, system, monkeypatch):
    loop, alarms = asyncio.get_running_loop(), []
    call_later = loop.call_later

    def noted(*args: Any) -> asyncio.TimerHandle:
        alarms.append(call_later(*args))
        return alarms[-1]

    monkeypatch.setattr(loop, "call_later", noted)
    system.free.set()
    await ask()

    assert [True] == [alarm.cancelled() for alarm in alarms]


async def test_closing_ends_calls_and_their_callers_are_told_rather_than_cancelled(ask, system, flights):
    callers = [ask(), ask(), ask("43")]
    await turns()

    await flights.aclose()

    assert [Unavailable] * 3 == [type(error) for error in await asyncio.gather(*callers, return_exceptions=True)]
    assert (2, 0) == (system.cancelled, system.running)
