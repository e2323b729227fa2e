"""Bulkhead: places, the queue before them, and that no place is ever lost."""

import asyncio
import itertools
import os
import random

import pytest

from connectors.errors import Busy, Ill, NotKnown, TimedOut, Unavailable, UnderMaintenance
from connectors.guard import Answer
from connectors.guard.bulkhead import Bulkhead
from connectors.guard.flight import SingleFlight
from connectors.guard.watch import Level, Unwatched
from connectors.terms import Criticality
from tests.bars import bar
from tests.connectors.guard.asking import CLOCK, System, call, turns, unused
from tests.connectors.support import FixedClock

AGENT, SELF_CARE, PARTNER, BATCH = Criticality


@pytest.fixture
def system():
    return System()


def asking(bulkhead: Bulkhead, system: System, criticality: Criticality = AGENT) -> "asyncio.Future[Answer[str]]":
    return asyncio.ensure_future(bulkhead(call(criticality=criticality), system.ask, proceed=system.proceed))


class Levels(Unwatched):
    """Adds up what it is told."""

    def __init__(self) -> None:
        self.now = dict.fromkeys(Level, 0.0)

    def moves(self, level: Level, change: float) -> None:
        self.now[level] += change


async def order_of(bulkhead: Bulkhead, classes: list[Criticality]) -> list[Criticality]:
    """In which order callers of these classes are served who came while one call held the place."""
    system, served = System(), []

    async def proceed(asked, _ask):
        served.append(asked.within.criticality)

    first = asking(bulkhead, system)
    await turns()
    callers = [asyncio.ensure_future(bulkhead(call(criticality=each), unused, proceed=proceed)) for each in classes]
    await turns()
    system.free.set()
    await asyncio.gather(first, *callers)
    return served


async def test_no_more_calls_at_once_than_allowed(system):
    bulkhead = Bulkhead(max_concurrent=3, max_waiting=100)
    callers = [asking(bulkhead, system) for _ in range(20)]
    await turns()
    assert 3 == system.asked

    system.free.set()
    await asyncio.gather(*callers)

    assert (20, 3) == (system.asked, system.most_at_once)


async def test_a_call_beyond_the_queue_is_refused_at_once(system):
    bulkhead = Bulkhead(max_concurrent=2, max_waiting=3)
    callers = [asking(bulkhead, system) for _ in range(7)]
    await turns()
    system.free.set()
    outcomes = await asyncio.gather(*callers, return_exceptions=True)

    assert 2 == sum(isinstance(outcome, Unavailable) for outcome in outcomes)
    assert 5 == system.asked


async def test_without_a_queue_a_free_place_is_still_given(system):
    system.free.set()
    bulkhead = Bulkhead(max_concurrent=1, max_waiting=0)

    for _ in range(3):
        await asking(bulkhead, system)

    assert 3 == system.asked


async def test_nobody_waits_longer_than_the_caller_does_or_the_call_may_take():
    system, served = System(), []
    bulkhead = Bulkhead(max_concurrent=1, max_waiting=10, clock=CLOCK, patience_s=0.05)

    async def asked(seconds: float) -> None:
        await bulkhead(call(seconds=seconds), unused, proceed=system.proceed)
        served.append(seconds)

    holder = asyncio.ensure_future(asked(30))
    await turns()
    early, late = asyncio.ensure_future(asked(0.0)), asyncio.ensure_future(asked(30))

    with pytest.raises(Busy):
        await asyncio.wait_for(early, bar(1))
    system.free.set()
    await asyncio.gather(holder, late)
    assert [30, 30] == served


async def test_first_come_first_served(system):
    bulkhead = Bulkhead(max_concurrent=1, max_waiting=10)
    callers = [asking(bulkhead, system) for _ in range(5)]
    await turns()
    system.free.set()

    assert [f"answer {n}" for n in range(1, 6)] == [answer.value for answer in await asyncio.gather(*callers)]


async def test_the_more_important_go_first_and_among_equals_who_came_first():
    came = [BATCH, PARTNER, AGENT, SELF_CARE, PARTNER, AGENT]

    assert sorted(came) == await order_of(Bulkhead(max_concurrent=1, max_waiting=10), came)


async def test_where_no_more_can_wait_the_least_important_that_came_last_makes_room(system):
    bulkhead = Bulkhead(max_concurrent=1, max_waiting=3)
    holder = asking(bulkhead, system)
    await turns()
    partner, batch, last_batch = (asking(bulkhead, system, each) for each in (PARTNER, BATCH, BATCH))
    await turns()
    agent = asking(bulkhead, system)
    await turns()

    with pytest.raises(Busy):
        await asyncio.wait_for(last_batch, bar(1))
    system.free.set()
    assert 4 == len(await asyncio.gather(holder, agent, partner, batch))


@pytest.mark.parametrize("criticality", [PARTNER, BATCH])
async def test_nobody_makes_room_for_an_equal_or_a_less_important_one(criticality, system):
    bulkhead = Bulkhead(max_concurrent=1, max_waiting=2)
    callers = [asking(bulkhead, system), asking(bulkhead, system, PARTNER), asking(bulkhead, system, PARTNER)]
    await turns()

    with pytest.raises(Busy):
        await asking(bulkhead, system, criticality)
    system.free.set()
    await asyncio.gather(*callers)


async def test_a_flood_of_partners_leaves_places_that_an_agent_gets_at_once(system):
    bulkhead = Bulkhead(max_concurrent=10, max_waiting=100)
    partners = [asking(bulkhead, system, PARTNER) for _ in range(50)]
    await turns()
    assert 7 == system.running

    agents = [asking(bulkhead, system) for _ in range(3)]
    await turns()

    assert 10 == system.running
    system.free.set()
    await asyncio.gather(*partners, *agents)


async def test_a_lone_batch_gets_its_answers(system):
    bulkhead = Bulkhead(max_concurrent=10, max_waiting=100)
    callers = [asking(bulkhead, system, BATCH) for _ in range(20)]
    await turns()
    assert 2 == system.running

    system.free.set()
    assert 20 == len(await asyncio.gather(*callers))


async def test_a_call_that_waits_moves_up_when_somebody_more_important_wants_it(system):
    bulkhead, flights, order = Bulkhead(max_concurrent=1, max_waiting=10), SingleFlight(clock=CLOCK), []

    async def proceed(asked, ask):
        async def noted(asked, _ask):
            order.append(asked.args[0])

        return await bulkhead(asked, ask, proceed=noted)

    def want(what: str, criticality: Criticality) -> "asyncio.Future[Answer[str]]":
        asked = call(what, criticality=criticality)
        return asyncio.ensure_future(flights(asked, unused, proceed=proceed))

    holder = asking(bulkhead, system)
    await turns()
    callers = [want("a", PARTNER), want("b", PARTNER), want("c", BATCH)]
    await turns()
    callers.append(want("c", AGENT))
    await turns()
    system.free.set()
    await asyncio.gather(holder, *callers)

    assert ["c", "a", "b"] == order


async def test_a_call_that_becomes_important_gets_a_reserved_place_at_once(system):
    bulkhead, flights = Bulkhead(max_concurrent=2, max_waiting=10), SingleFlight(clock=CLOCK)

    def want(what: str, criticality: Criticality) -> "asyncio.Future[Answer[str]]":
        async def proceed(asked, ask):
            return await bulkhead(asked, ask, proceed=system.proceed)

        asked = call(what, criticality=criticality)
        return asyncio.ensure_future(flights(asked, system.ask, proceed=proceed))

    callers = [want("a", PARTNER), want("b", PARTNER)]
    await turns()
    assert 1 == system.running
    callers.append(want("b", AGENT))
    await turns()

    assert 2 == system.running
    system.free.set()
    await asyncio.gather(*callers)


async def test_an_adaptive_limit_gives_more_places_while_calls_are_quick_and_fewer_when_they_fail():
    clock, levels = FixedClock(), Levels()
    bulkhead = Bulkhead(max_concurrent=50, min_concurrent=4, max_waiting=100, clock=clock, watcher=levels)
    assert 4 == levels.now[Level.PLACES]

    async def quick(_call, _ask):
        await turns(2)
        return "answer"

    for _ in range(200):
        await asyncio.gather(*(bulkhead(call(), unused, proceed=quick) for _ in range(4)))
        clock.advance(0.1)
    grown = levels.now[Level.PLACES]

    async def failing(_call, _ask):
        raise TimedOut("no whole answer in time", system="hss")

    for _ in range(3):
        clock.advance(1)
        await asyncio.gather(bulkhead(call(), unused, proceed=failing), return_exceptions=True)

    assert 4 < grown
    assert levels.now[Level.PLACES] < grown


@pytest.mark.parametrize("error", [Busy, Ill, NotKnown, UnderMaintenance])
async def test_what_says_nothing_of_the_systems_health_leaves_the_limit_alone(error):
    levels = Levels()
    bulkhead = Bulkhead(max_concurrent=50, min_concurrent=4, max_waiting=100, clock=FixedClock(), watcher=levels)
    assert bulkhead._adaptive is not None
    bulkhead._adaptive._exact = 20.0

    async def refused(_call, _ask):
        raise error("said so", system="hss")

    with pytest.raises(error):
        await bulkhead(call(), unused, proceed=refused)

    assert 20 == bulkhead._adaptive.limit


async def test_the_levels_say_what_is_taken_and_what_waits_and_go_back_to_nothing(system):
    levels = Levels()
    bulkhead = Bulkhead(max_concurrent=2, max_waiting=10, watcher=levels)
    callers = [asking(bulkhead, system) for _ in range(5)]
    await turns()
    assert (2, 2, 3) == (levels.now[Level.PLACES], levels.now[Level.IN_USE], levels.now[Level.WAITING])

    callers[-1].cancel()
    system.free.set()
    await asyncio.gather(*callers, return_exceptions=True)
    assert (2, 0, 0) == (levels.now[Level.PLACES], levels.now[Level.IN_USE], levels.now[Level.WAITING])


ROUNDS = 10_000 if os.environ.get("SWITCHBOARD_SOAK") else 300


async def test_no_place_is_lost_in_any_round_of_cancelled_and_failing_calls_of_all_classes():
    chance, levels = random.Random(5), Levels()
    bulkhead = Bulkhead(max_concurrent=3, max_waiting=6, watcher=levels)
    running = itertools.count()

    async def proceed(asked, _ask):
        assert levels.now[Level.IN_USE] <= 3
        await turns(chance.randrange(4))
        if chance.random() < 0.3:
            raise Unavailable("reset", system="hss")
        return next(running)

    for _ in range(ROUNDS):
        callers = [
            asyncio.ensure_future(bulkhead(call(criticality=chance.choice(list(Criticality))), unused, proceed=proceed))
            for _ in range(chance.randrange(1, 16))
        ]
        cancelled = set()
        for _ in range(chance.randrange(8)):
            await turns(chance.randrange(3))
            cancelled.add(victim := chance.choice(callers))
            victim.cancel()
        async with asyncio.timeout(10):  # Whoever waits for a lost place would wait for ever.
            outcomes = dict(zip(callers, await asyncio.gather(*callers, return_exceptions=True), strict=True))
        for caller, outcome in outcomes.items():
            assert caller in cancelled or isinstance(outcome, int | Unavailable)
        assert (0, 0) == (levels.now[Level.IN_USE], levels.now[Level.WAITING])
        assert (0, 0) == (bulkhead._places.held, len(bulkhead._room))


@pytest.mark.parametrize("seed", range(20))
async def test_no_place_is_lost_in_a_storm_of_cancelled_and_failing_calls(seed):
    chance = random.Random(seed)
    bulkhead = Bulkhead(max_concurrent=3, max_waiting=1000)

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
