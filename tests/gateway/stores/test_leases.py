"""Leases in a real Redis, and guards of three replicas that share it."""

import asyncio
import time

import pytest

from connectors.guard import Call, Guard, GuardSettings, Keys, guard_for
from connectors.terms import Terms
from gateway.stores.redis_link import Away
from tests.bars import bar
from tests.gateway.stores.redis_server import RedisServer, needs_redis
from tests.gateway.stores.replicas import CLOCK, Replica, replica

pytestmark = needs_redis


class System:
    """A system that takes its time."""

    def __init__(self, takes_s: float) -> None:
        self.takes_s = takes_s
        self.asked = 0

    async def ask(self) -> str:
        self.asked += 1
        await asyncio.sleep(self.takes_s)
        return "answer"


def _guard(of: Replica, *, timeout_s: float = 1.8) -> Guard:
    settings = GuardSettings(fresh_s={"Get": 30}, expensive=frozenset({"Get"}), timeout_s=timeout_s)
    return guard_for("hss", settings, clock=CLOCK, store=of.store, keys=Keys(b"shared"), leases=of.leases)


def _call(key: str = "42", *, seconds: float = 5.0) -> Call:
    return Call("hss", "Get", (key,), Terms.after(seconds, CLOCK))


async def test_a_lease_is_had_by_one_at_a_time(one: Replica, other: Replica) -> None:
    first = await one.leases.take("a", ttl_s=5)
    assert first is not None
    assert await other.leases.take("a", ttl_s=5) is None
    assert await other.leases.take("b", ttl_s=5) is not None

    await first.release()

    assert await other.leases.take("a", ttl_s=5) is not None


async def test_who_is_late_gives_back_nothing_of_somebody_elses(one: Replica, other: Replica) -> None:
    late = await one.leases.take("a", ttl_s=0.02)
    await asyncio.sleep(0.04)
    assert await other.leases.take("a", ttl_s=5) is not None

    assert late is not None
    await late.release()

    assert await one.leases.take("a", ttl_s=5) is None


async def test_who_waits_is_told_at_once(one: Replica, other: Replica, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.stores.leases._LOOK_S", 10)
    held = await one.leases.take("a", ttl_s=5)
    waiting = asyncio.create_task(other.leases.wait("a", seconds=5))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    assert held is not None
    began = time.perf_counter()

    await held.release()
    await waiting

    assert time.perf_counter() - began < bar(0.1)


async def test_the_lease_of_a_holder_that_died_ends(one: Replica, other: Replica) -> None:
    assert await one.leases.take("a", ttl_s=0.3) is not None
    began = time.perf_counter()

    await other.leases.wait("a", seconds=30)

    assert 0.2 < time.perf_counter() - began < bar(0.3 + 0.25)
    assert await other.leases.take("a", ttl_s=1) is not None


async def test_without_redis_everybody_has_a_lease(server: RedisServer, one: Replica) -> None:
    server.kill()
    await one.until_there(there=False)

    first, second = await one.leases.take("a", ttl_s=5), await one.leases.take("a", ttl_s=5)

    assert first is not None
    assert second is not None
    await first.release()


async def test_who_waits_when_redis_goes_is_let_go(server: RedisServer, one: Replica, other: Replica) -> None:
    assert await one.leases.take("a", ttl_s=30) is not None
    waiting = asyncio.create_task(other.leases.wait("a", seconds=30))
    await asyncio.sleep(0.05)

    server.kill()

    async with asyncio.timeout(bar(2)):
        await waiting


async def test_a_thousand_equal_questions_through_three_replicas_are_one_call(server: RedisServer) -> None:
    system = System(takes_s=0.2)
    async with replica(server.settings) as a, replica(server.settings) as b, replica(server.settings) as c:
        guards = [_guard(each) for each in (a, b, c)]
        answers = await asyncio.gather(*(guards[number % 3].call(_call(), system.ask) for number in range(1000)))

    assert 1 == system.asked
    assert {"answer"} == {answer.value for answer in answers}


async def test_many_different_questions_through_three_replicas_are_one_call_each(server: RedisServer) -> None:
    system = System(takes_s=0.02)
    async with replica(server.settings) as a, replica(server.settings) as b, replica(server.settings) as c:
        guards = [_guard(each) for each in (a, b, c)]
        calls = [guards[number % 3].call(_call(str(number % 10)), system.ask) for number in range(300)]
        await asyncio.gather(*calls)

    assert 10 == system.asked


async def test_without_redis_each_replica_asks_once(server: RedisServer) -> None:
    system = System(takes_s=0.05)
    async with replica(server.settings) as a, replica(server.settings) as b:
        server.kill()
        await a.until_there(there=False)
        await b.until_there(there=False)
        guards = [_guard(a), _guard(b)]
        answers = await asyncio.gather(*(guards[number % 2].call(_call(), system.ask) for number in range(100)))

    assert 2 == system.asked
    assert {"answer"} == {answer.value for answer in answers}


async def test_redis_killed_and_restarted_under_load_is_no_error_and_no_wrong_answer(server: RedisServer) -> None:
    async with replica(server.settings) as a, replica(server.settings) as b:
        guards = [_guard(a), _guard(b)]
        ends = time.monotonic() + 4
        asked = 0

        async def client(number: int) -> None:
            nonlocal asked
            turn = number
            while time.monotonic() < ends:
                turn += 1
                key = str(turn % 200)

                async def ask(told: str = key) -> str:
                    await asyncio.sleep(0.001)
                    return told

                answer = await guards[number % 2].call(_call(key, seconds=2.2), ask)
                assert key == answer.value
                asked += 1
                await asyncio.sleep(0.002)

        async def trouble() -> None:
            for _ in range(2):
                await asyncio.sleep(0.4)
                server.kill()
                await asyncio.sleep(0.4)
                await server.start()
                await asyncio.sleep(0.8)

        await asyncio.gather(trouble(), *(client(number) for number in range(20)))
        await a.until_there()

    assert asked > 1000
    assert "redis_away" in [event for event, _ in a.report.events]


async def test_nothing_but_away_comes_out_of_the_link(server: RedisServer, one: Replica) -> None:
    server.kill()
    with pytest.raises(Away):
        await one.link.get("a")
    with pytest.raises(Away):
        await one.link.take("a", ttl_s=1)
