"""Bulkhead: places, the queue before them, and that no place is ever lost."""

import asyncio
import random

import pytest

from connectors.errors import Unavailable
from connectors.guard import Answer
from connectors.guard.bulkhead import Bulkhead
from tests.connectors.guard.asking import System, call, turns, unused


@pytest.fixture
def system():
    return System()


def asking(bulkhead: Bulkhead, system: System) -> "asyncio.Future[Answer[str]]":
    return asyncio.ensure_future(bulkhead(call(), system.ask, proceed=system.proceed))


async def test_no_more_calls_at_once_than_allowed(system):
    bulkhead = Bulkhead(system="hss", max_concurrent=3, max_waiting=100)
    callers = [asking(bulkhead, system) for _ in range(20)]
    await turns()
    assert 3 == system.asked

    system.free.set()
    await asyncio.gather(*callers)

    assert (20, 3) == (system.asked, system.most_at_once)


async def test_a_call_beyond_the_queue_is_refused_at_once(system):
    bulkhead = Bulkhead(system="hss", max_concurrent=2, max_waiting=3)
    callers = [asking(bulkhead, system) for _ in range(7)]
    await turns()
    system.free.set()
    outcomes = await asyncio.gather(*callers, return_exceptions=True)

    assert 2 == sum(isinstance(outcome, Unavailable) for outcome in outcomes)
    assert 5 == system.asked


async def test_without_a_queue_a_free_place_is_still_given(system):
    system.free.set()
    bulkhead = Bulkhead(system="hss", max_concurrent=1, max_waiting=0)

    for _ in range(3):
        await asking(bulkhead, system)

    assert 3 == system.asked


async def test_first_come_first_served(system):
    bulkhead = Bulkhead(system="hss", max_concurrent=1, max_waiting=10)
    callers = [asking(bulkhead, system) for _ in range(5)]
    await turns()
    system.free.set()

    assert [f"answer {n}" for n in range(1, 6)] == [answer.value for answer in await asyncio.gather(*callers)]


@pytest.mark.parametrize("seed", range(20))
async def test_no_place_is_lost_in_a_storm_of_cancelled_and_failing_calls(seed):
    chance = random.Random(seed)
    bulkhead = Bulkhead(system="hss", max_concurrent=3, max_waiting=1000)

    async def proceed(_call, _ask):
        await turns(chance.randrange(4))
        if chance.random() < 0.3:
            raise Unavailable("reset", system="hss")
        return "answer"

    callers = [asyncio.ensure_future(bulkhead(call(), unused, proceed=proceed)) for _ in range(80)]
    while not all(caller.done() for caller in callers):
        await turns(chance.randrange(3))
        chance.choice(callers).cancel()
    await asyncio.gather(*callers, return_exceptions=True)

    system = System()
    later = [asking(bulkhead, system) for _ in range(5)]
    await turns()
    assert 3 == system.running
    system.free.set()
    await asyncio.gather(*later)
