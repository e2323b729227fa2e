"""A Redis that answers, and too late: it costs no more than a dead one, and it is told as one."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from gateway.stores.redis_link import Away
from tests.bars import bar
from tests.gateway.stores.redis_server import RedisServer, Slow, needs_redis
from tests.gateway.stores.replicas import Replica, eventually, replica

pytestmark = needs_redis


@pytest.fixture
async def slow(server: RedisServer) -> AsyncIterator[Slow]:
    """A long way to a server; short until it is told to be long."""
    async with Slow(server).open() as found:
        yield found


async def test_who_gets_no_place_in_time_leaves_and_doubts_nobody(one: Replica) -> None:
    """
    All places are held by what may take long, such as drops.
    """
    for _ in range(16):
        await one.link._places.acquire()
    began = time.perf_counter()

    async with asyncio.timeout(30):
        outcomes = await asyncio.gather(*(one.link.get(f"k{n}") for n in range(50)), return_exceptions=True)

    assert time.perf_counter() - began < bar(0.15 + 0.1)
    assert {Away} == {type(each) for each in outcomes}
    assert one.link.is_there
    for _ in range(16):
        one.link._places.release()
    await one.keep("a", 1)
    assert 1 == await one.find_far("a")


async def test_one_that_answers_too_late_every_time_is_gone_and_told_once(slow: Slow) -> None:
    async with replica(slow.settings_with(timeout_s=0.05)) as found:
        await found.until_there()
        slow.seconds = 0.2
        await _ask_for(found, seconds=2.5)

        assert not found.link.is_there
        assert ["redis_there", "redis_away"] == [event for event, _ in found.report.events]
        assert "TimeoutError" == found.report.events[-1][1]["why"]

        slow.seconds = 0.0
        await found.until_there()
        await found.keep("a", 1)
        assert 1 == await found.find_far("a")


async def test_one_hiccup_is_a_doubt_and_no_more(slow: Slow) -> None:
    async with replica(slow.settings_with(timeout_s=0.1)) as found:
        await found.until_there()
        slow.seconds = 0.3
        assert await found.find_far("a") is None
        await asyncio.sleep(0.05)
        slow.seconds = 0.0

        async def is_settled() -> bool:
            return found.link._doubts is None

        await eventually(is_settled)
        assert found.link.is_there
        assert ["redis_there"] == [event for event, _ in found.report.events]


async def _ask_for(found: Replica, *, seconds: float) -> None:
    """As callers do: again and again, whatever comes of it."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        await found.find_far("a")
        await asyncio.sleep(0.01)
