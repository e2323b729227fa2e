"""A proof that one replica was shown is known to the other, and what becomes of that while Redis is away."""

import asyncio

from gateway.access.holders.replays import ProcessReplays
from gateway.stores.redis_replays import RedisReplays
from tests.connectors.support import FixedClock
from tests.gateway.stores.redis_server import RedisServer
from tests.gateway.stores.replicas import Replica


def replays(replica: Replica) -> RedisReplays:
    return RedisReplays(replica.link, near=ProcessReplays(clock=FixedClock()))


async def test_a_proof_is_new_once_for_all(one: Replica, other: Replica) -> None:
    first, second = replays(one), replays(other)

    assert [True, False, False] == [await each.is_new(b"a", for_s=60) for each in (first, first, second)]
    assert await second.is_new(b"b", for_s=60)


async def test_of_many_at_once_one_is_the_first(one: Replica, other: Replica) -> None:
    every = await asyncio.gather(*(replays(each).is_new(b"a", for_s=60) for each in [one, other] * 10))

    assert 1 == every.count(True)


async def test_it_is_forgotten_when_nobody_would_take_it_any_more(one: Replica, other: Replica) -> None:
    assert await replays(one).is_new(b"a", for_s=0.05)
    await asyncio.sleep(0.1)

    assert await replays(other).is_new(b"a", for_s=0.05)


async def test_while_redis_is_away_each_knows_its_own(server: RedisServer, one: Replica, other: Replica) -> None:
    first, second = replays(one), replays(other)
    server.kill()

    assert [True, False] == [await first.is_new(b"a", for_s=60) for _ in range(2)]
    assert await second.is_new(b"a", for_s=60)
