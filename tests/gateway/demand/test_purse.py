"""Budgets that replicas share in a real Redis: how often it is asked, how much is let in, and while it is away."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from connectors.clock import Clock, SystemClock
from gateway.demand.budget import Admitted, Refused
from gateway.demand.leases import Leased
from gateway.demand.purse import SharedPurse
from gateway.stores.redis_rates import RedisRates
from tests.bars import bar
from tests.connectors.support import FixedClock, Reports
from tests.gateway.stores.redis_server import RedisServer, needs_redis, running

SETTLING_S = 0.3


class Asked:
    """Whether and how often the shared budget is asked, one at a time."""

    def __init__(self, rates: RedisRates) -> None:
        self._rates = rates
        self.times = self.at_once = self.most_at_once = 0

    async def lease(self, key: str, *, rate: float, burst: float, need: float, want: float) -> Leased | None:
        self.times += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return await self._rates.lease(key, rate=rate, burst=burst, need=need, want=want)
        finally:
            self.at_once -= 1


@pytest.fixture
async def server() -> AsyncIterator[RedisServer]:
    async with running() as found:
        yield found


@pytest.fixture
async def client(server: RedisServer) -> AsyncIterator[Redis]:
    found = Redis(unix_socket_path=str(server.socket), retry=Retry(NoBackoff(), 0))
    # Everybody has counted here for long.
    await found.set("sb:rates-since", "1")
    yield found
    await found.aclose()


def rates(client: Redis, clock: Clock | None = None) -> RedisRates:
    return RedisRates(
        client,
        namespace="sb",
        clock=clock or SystemClock(),
        report=Reports(),
        settling_s=SETTLING_S,
        timeout_s=bar(0.15),
    )


def purse(leases: Asked, *, rate: float = 10, bucket: int = 1000, most: int = 500, parts: int = 1) -> SharedPurse:
    return SharedPurse(
        "client:shop", rate=rate, bucket=bucket, most=most, parts=parts, clock=SystemClock(), leases=leases
    )


async def spent(budget: SharedPurse, *, cost: int, times: int, actual: int | None = None) -> int:
    """How many of so many operations are let in, one after the other."""
    let_in = 0
    for _ in range(times):
        found = await budget.admit(cost)
        if isinstance(found, Admitted):
            let_in += 1
            found.by.settle(time.monotonic(), reserved=cost, actual=cost if actual is None else actual)
    return let_in


@needs_redis
async def test_replicas_share_one_budget(client):
    purses = [purse(Asked(rates(client)), rate=0.1, parts=3) for _ in range(3)]
    let_in = [await spent(each, cost=10, times=20) for each in purses * 4]

    # What a replica that asks no more has leased is a third of a quarter.
    assert 100 - 3 * 9 <= sum(let_in) <= 100
    assert [b"sb:rate:client:shop", b"sb:rates-since"] == sorted(await client.keys("*"))


@needs_redis
async def test_few_operations_ask_and_those_that_are_refused_do_not(client):
    leases = Asked(rates(client))
    budget = purse(leases, rate=0.1)
    assert 100 == await spent(budget, cost=10, times=100)
    asked = leases.times
    assert 0 == await spent(budget, cost=10, times=1000)

    assert asked <= 5
    assert leases.times <= asked + 1


@needs_redis
async def test_what_an_operation_did_not_cost_is_spent_by_the_next_without_asking(client):
    leases = Asked(rates(client))
    budget = purse(leases, rate=0.1)

    assert 200 == await spent(budget, cost=100, times=200, actual=2)
    assert leases.times <= 4


@needs_redis
async def test_of_many_at_once_one_asks_at_a_time_and_no_more_is_leased_than_one_lease(client):
    leases = Asked(rates(client))
    budget = purse(leases, rate=0.1)
    found = await asyncio.gather(*(budget.admit(50) for _ in range(60)))

    assert 20 == sum(isinstance(each, Admitted) for each in found)
    assert 1 == leases.most_at_once
    assert leases.times <= 5


@needs_redis
async def test_whoever_is_refused_is_told_when_it_fits(client):
    budget = purse(Asked(rates(client)), rate=1000, bucket=100, most=100)
    assert isinstance(await budget.admit(100), Admitted)
    refused = await budget.admit(100)
    assert isinstance(refused, Refused)
    assert 0 < refused.retry_after_s <= 0.1
    await asyncio.sleep(refused.retry_after_s + 0.005)

    assert isinstance(await budget.admit(100), Admitted)


@needs_redis
async def test_while_redis_is_away_each_process_has_its_part_and_no_second_burst(server, client):
    clocks = [FixedClock() for _ in range(2)]
    purses = [purse(Asked(rates(client, clock)), rate=0.01, most=10, parts=2) for clock in clocks]
    shared = sum([await spent(each, cost=10, times=30) for each in purses])
    server.kill()
    alone = sum([await spent(each, cost=10, times=200) for each in purses])

    # Each has counted what it was given: what is left is what its part has beyond that, and what was leased ahead.
    assert shared == 60
    assert shared + alone <= 100 + 2 * 13
    assert alone >= 40 - 4


@needs_redis
async def test_a_budget_is_kept_while_redis_dies_and_comes_back(server, client):
    counted = [rates(client) for _ in range(3)]
    purses = [purse(Asked(each), rate=600, bucket=60, most=6, parts=3) for each in counted]
    let_in = 0

    async def flood(seconds: float) -> None:
        nonlocal let_in
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for each in purses:
                found = await each.admit(6)
                if isinstance(found, Admitted):
                    let_in += 6
                    found.by.settle(time.monotonic(), reserved=6, actual=6)
            await asyncio.sleep(0.002)

    began = time.monotonic()
    await flood(0.4)
    server.kill()
    await flood(0.4)
    await server.start()
    await flood(1.5)
    took = time.monotonic() - began
    for each in counted:
        await each.aclose()

    # A burst at the start, what was leased, what a process counts itself, and one burst for a Redis that has forgotten.
    assert let_in <= 600 * took + 3 * 60 + 3 * 5
    # On a busy machine nobody may have asked for a part of the time.
    assert let_in >= 0.5 / bar(1) * 600 * took


@needs_redis
async def test_another_size_holds_at_once(client):
    budget = purse(Asked(rates(client)), rate=0.1)
    assert 100 == await spent(budget, cost=10, times=150)
    budget.change(rate=1000, bucket=2000, most=500)
    refused = await budget.admit(10)
    assert isinstance(refused, Refused)
    assert refused.retry_after_s <= 0.01
    await asyncio.sleep(0.06)

    assert 5 == await spent(budget, cost=10, times=5)


@needs_redis
async def test_a_shared_bucket_gives_what_is_needed_up_to_what_is_wanted(client):
    shared = rates(client)

    async def lease(need: float, want: float) -> Leased:
        found = await shared.lease("client:shop", rate=0.1, burst=100, need=need, want=want)
        assert found is not None
        return found

    assert (0.0, 60.0) == (await lease(10, 60))[:2]
    assert (0.0, 40.0) == (await lease(10, 60))[:2]
    refused = await lease(10, 60)
    assert 100 == pytest.approx(refused.wait_s, abs=1)
    assert 0 == refused.granted
    assert 0 <= refused.left < 0.2
