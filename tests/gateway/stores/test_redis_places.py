"""Places that replicas share, against a real Redis that forgets, dies and comes back."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from connectors.clock import Clock, SystemClock
from connectors.guard.bulkhead import Bulkhead
from connectors.guard.holding import Holding
from connectors.guard.register import Booked, Report
from connectors.guard.shares import Shares
from gateway.stores.redis_client import client
from gateway.stores.redis_places import RedisPlaces
from tests.bars import bar
from tests.connectors.guard.asking import call, unused
from tests.connectors.guard.ledger import Ledger
from tests.connectors.support import FixedClock, Reports
from tests.gateway.stores.redis_server import RedisServer, needs_redis, running

pytestmark = needs_redis

WHOLE = 12
LIVES_S = 60.0


@contextlib.asynccontextmanager
async def places(
    server: RedisServer, *, clock: Clock | None = None, told: Reports | None = None
) -> AsyncIterator[RedisPlaces]:
    """The register as one process sees it."""
    asking = client(server.settings, connections=8)
    try:
        yield RedisPlaces(asking, server.settings, clock=clock or SystemClock(), report=told or Reports())
    finally:
        await asking.aclose()


def report(
    held: int, more: int = 0, *, at_once: int = WHOLE, lives_s: float = LIVES_S, met: float | None = None
) -> Report:
    return Report(
        held=held, more=more, wants=(held, 0, 0, 0, 1), whole=WHOLE, at_once=at_once, lives_s=lives_s, met=met
    )


async def asked(of: RedisPlaces, told: Report, *, system: str = "billing") -> Booked:
    """What is answered by a register that is there."""
    found = await of.report(system, told)
    assert found is not None
    return found


async def test_what_is_granted_is_never_more_than_nobody_holds(server):
    async with places(server) as one, places(server) as other:
        first = await asked(one, report(0, 8))
        second = await asked(other, report(0, 8))

    assert (8, 4) == (first.granted, second.granted)
    assert {(0, 0, 0, 0, 1)} == set(second.wants.values())
    assert {first.me, second.me} == set(second.wants)


async def test_each_system_has_a_register_of_its_own_and_it_goes_when_nobody_reports(server):
    async with places(server) as one:
        await asked(one, report(0, WHOLE))
        assert 5 == (await asked(one, report(0, 5), system="crm")).granted

    assert 0 < int(server.cli("PTTL", "switchboard:places:crm")) <= 2 * LIVES_S * 1000


async def test_what_one_leaves_is_free_at_once(server):
    async with places(server) as one, places(server) as other:
        await asked(one, report(0, WHOLE))
        assert 0 == (await asked(other, report(0, 5))).granted
        await one.leave("billing")

        assert 5 == (await asked(other, report(0, 5))).granted


async def test_what_is_not_reported_any_more_ends(server):
    async with places(server) as one, places(server) as other:
        await asked(one, report(0, WHOLE, lives_s=0.8))
        assert 0 == (await asked(other, report(0, 5, lives_s=0.8))).granted
        await asyncio.sleep(0.9)

        assert 5 == (await asked(other, report(0, 5, lives_s=0.8))).granted


async def test_a_report_that_was_overtaken_changes_nothing(server):
    async with places(server) as one, places(server) as other:
        late = next(one._numbers)
        await asked(one, report(0, 10))
        newest, one._numbers = one._numbers, itertools.count(late)
        overtaken = await asked(one, report(0, 1))
        one._numbers = newest

        assert 0 == overtaken.granted
        assert 2 == (await asked(other, report(0, WHOLE))).granted


async def test_who_comes_from_a_register_that_was_lost_gets_no_more_until_everybody_must_have_reported(server):
    async with places(server) as one, places(server) as other:
        first = await asked(one, report(0, 10, lives_s=0.8))
        await asked(other, report(0, 2, lives_s=0.8))
        await asyncio.sleep(0.01)
        server.cli("FLUSHALL")
        met = first.began_s
        assert 0 == (await asked(other, report(2, 9, lives_s=0.8, met=met))).granted
        await asked(one, report(7, 3, lives_s=0.8, met=met))
        await asyncio.sleep(0.9)

        await asked(one, report(7, 0, lives_s=0.8, met=met))
        assert 3 == (await asked(other, report(2, 9, lives_s=0.8, met=met))).granted


async def test_of_a_register_that_is_new_each_gets_no_more_than_it_may_have_at_once(server):
    async with places(server) as one, places(server) as other:
        first = await asked(one, report(0, 10, at_once=4))
        assert 4 == first.granted
        assert 2 == (await asked(one, report(4, 10, at_once=6, met=first.began_s))).granted

        assert 3 == (await asked(other, report(0, 3, at_once=6))).granted


async def test_nothing_is_kept_but_a_systems_name_and_numbers(server):
    async with places(server) as one:
        await asked(one, report(0, 3))

    assert "switchboard:places:billing" == server.cli("KEYS", "*")
    assert set("0123456789abcdef ,\n") >= set(server.cli("HGETALL", "switchboard:places:billing"))


async def test_without_redis_there_is_no_answer_at_once_and_it_is_told_once(server):
    told, clock = Reports(), FixedClock()
    async with places(server, clock=clock, told=told) as one:
        assert await one.report("billing", report(0, 3)) is not None
        server.kill()
        assert await one.report("billing", report(3)) is None
        began = time.monotonic()
        for _ in range(1000):
            assert await one.report("billing", report(3)) is None
        assert time.monotonic() - began < bar(0.5)
        assert ["shared_places_away"] == [event for event, _ in told.events]

        await server.start()
        clock.advance(1.1)
        assert await one.report("billing", report(3)) is not None
    assert ["shared_places_away", "shared_places_back"] == [event for event, _ in told.events]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    steps=st.lists(st.tuples(*[st.integers(0, 2), *[st.integers(0, 14)] * 3, st.sampled_from([None, 1.0])])),
    is_old=st.booleans(),
)
def test_it_books_what_the_register_of_the_tests_books(steps, is_old):
    async def compare() -> None:
        async with running() as server, contextlib.AsyncExitStack() as stack:
            processes = [await stack.enter_async_context(places(server)) for _ in range(3)]
            ledger = Ledger(FixedClock())
            if is_old:
                ledger.began = 0.0
                server.cli("HSET", "switchboard:places:billing", "", "1")
            for number, (who, held, more, at_once, met) in enumerate(steps, 1):
                told = report(held, more, at_once=at_once, met=met)
                found = await asked(processes[who], told)
                expected = ledger.book(processes[who]._me, number, told)
                assert (expected.granted, expected.me, expected.wants) == (found.granted, found.me, found.wants)

    asyncio.run(compare())


class Load:
    """Processes of a gateway that share the places of one system, and what the system sees of them."""

    def __init__(self) -> None:
        self.live = self.most = 0
        self.done: list[int] = []

    async def wants(self, bulkhead: Bulkhead, callers: int, *, seconds: float) -> None:
        """So many callers, each with one call after the other."""
        end, number = time.monotonic() + seconds, len(self.done)
        self.done.append(0)

        async def proceed(_call, _ask):
            self.live += 1
            self.most = max(self.most, self.live)
            try:
                await asyncio.sleep(0.05)
            finally:
                self.live -= 1
            self.done[number] += 1

        async def one() -> None:
            while time.monotonic() < end:
                await bulkhead(call(), unused, proceed=proceed)

        await asyncio.gather(*(one() for _ in range(callers)))


@contextlib.asynccontextmanager
async def bulkheads(server: RedisServer, number: int) -> AsyncIterator[list[Bulkhead]]:
    """So many processes at one system, each with a connection to Redis of its own."""
    # As if there had been others for long: a new register gives no more than parts.
    server.cli("HSET", "switchboard:places:hss", "", "1")
    async with contextlib.AsyncExitStack() as stack:
        found = []
        for _ in range(number):
            holding = Holding(
                system="hss",
                register=await stack.enter_async_context(places(server)),
                whole=WHOLE,
                part=WHOLE // number,
                call_s=0.5,
                shares=Shares(),
                clock=SystemClock(),
            )
            found.append(Bulkhead(max_concurrent=WHOLE, max_waiting=100, holding=holding))
            stack.push_async_callback(found[-1].aclose)
        yield found


async def test_a_busy_process_has_all_places_and_shares_them_when_others_come(server):
    async with bulkheads(server, 3) as (one, other, third):
        alone = Load()
        await alone.wants(one, 20, seconds=0.5)
        together = Load()
        await asyncio.gather(*(together.wants(each, 20, seconds=3) for each in (one, other, third)))

    assert (WHOLE, WHOLE) == (alone.most, together.most)
    assert min(together.done) > 0.5 / bar(1) * max(together.done)
    # Nothing but since when it is there.
    assert "1" == server.cli("HLEN", "switchboard:places:hss")


async def test_the_sum_stays_within_the_whole_while_redis_dies_and_comes_back(server):
    async with bulkheads(server, 3) as processes:
        load = Load()
        loads = [asyncio.create_task(load.wants(each, 10, seconds=5)) for each in processes]
        await asyncio.sleep(1)
        server.kill()
        await asyncio.sleep(1)
        await server.start()
        await asyncio.gather(*loads)

    assert WHOLE == load.most
    assert min(load.done) > 0


async def test_two_processes_have_the_only_place_in_turn(server):
    async with bulkheads(server, 2) as processes:
        load = Load()
        for each in processes:
            each._holding._whole = each._most = 1  # type: ignore[union-attr]
        await asyncio.gather(*(load.wants(each, 3, seconds=8) for each in processes))

    assert 1 == load.most
    assert min(load.done) > 10 / bar(1)


@pytest.mark.parametrize("bad", ["9 nonsense", ""])
async def test_what_is_not_ours_counts_for_nothing(server, bad):
    async with places(server) as one:
        server.cli("HSET", "switchboard:places:billing", "somebody", bad)

        assert WHOLE == (await asked(one, report(0, WHOLE))).granted
