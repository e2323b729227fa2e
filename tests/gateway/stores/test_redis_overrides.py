"""Overrides in a real Redis: what one replica says the others hold, also after the server was away or lost everything."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from gateway.overrides.document import NOTHING, with_put
from gateway.overrides.shelf import ShelfAway
from gateway.stores.redis_client import client
from gateway.stores.redis_overrides import RedisOverrides
from gateway.stores.sealing import Plain, Sealed, Sealing
from tests.gateway.overrides.saying import DESK, SHOP, hand
from tests.gateway.overrides.test_keeper import ALICE, Process
from tests.gateway.stores import redis_server
from tests.gateway.stores.redis_server import RedisServer

pytestmark = redis_server.needs_redis

ONE = with_put(NOTHING, SHOP, hand())


@contextlib.asynccontextmanager
async def shelf(server: RedisServer, sealing: Sealing | None = None) -> AsyncIterator[RedisOverrides]:
    to = client(server.settings, connections=4)
    try:
        yield RedisOverrides(to, server.settings, sealing=sealing or Plain())
    finally:
        await to.aclose()


async def test_what_is_put_is_found_and_only_once_there():
    async with redis_server.running() as server, shelf(server) as one, shelf(server) as other:
        assert await one.find(NOTHING.stamp) is None
        assert NOTHING == await one.find("else")
        assert await one.put(ONE, instead_of=NOTHING.stamp)
        assert ONE == await other.find(NOTHING.stamp)
        assert await other.find(ONE.stamp) is None
        assert not await other.put(with_put(NOTHING, DESK, hand(mark="o")), instead_of=NOTHING.stamp)


async def test_of_many_at_once_one_is_taken():
    documents = [with_put(NOTHING, SHOP, hand(mark=str(number))) for number in range(20)]
    async with redis_server.running() as server, shelf(server) as one:
        done = await asyncio.gather(*(one.put(each, instead_of=NOTHING.stamp) for each in documents))

        assert 1 == sum(done)
        assert documents[done.index(True)] == await one.find("")


async def test_it_is_sealed_where_answers_are_and_what_others_put_there_is_not_believed():
    key = SecretStr("k" * 40).get_secret_value().encode()
    async with redis_server.running() as server, shelf(server, Sealed([key])) as one:
        await one.put(ONE, instead_of=NOTHING.stamp)
        assert "shop" not in server.cli("HGET", "switchboard:overrides", "document")
        assert ONE == await one.find("")
        server.cli("HSET", "switchboard:overrides", "document", ONE.model_dump_json(), "stamp", "9:x")
        with pytest.raises(ShelfAway, match="cannot be read"):
            await one.find("")


async def test_a_server_that_hangs_is_away_within_a_second():
    async with redis_server.running() as server, shelf(server) as one:
        await one.find("")
        server.hold()
        for attempt in (one.find(""), one.put(ONE, instead_of=NOTHING.stamp)):
            with pytest.raises(ShelfAway, match="does not answer"):
                async with asyncio.timeout(1):
                    await attempt


async def test_replicas_keep_what_held_while_it_is_gone_and_give_it_back_when_it_comes_empty():
    async with redis_server.running() as server, shelf(server) as a, shelf(server) as b:
        one, other = Process(a), Process(b)
        await one.keeper.put(SHOP, ALICE)
        await other.keeper.look()
        server.kill()
        await other.keeper.look()
        held = other.holds
        await server.start()
        await asyncio.gather(one.keeper.look(), other.keeper.look())
        later = Process(a)
        await later.keeper.look()

        assert {SHOP.said} == held == later.holds == one.holds
        assert 1 == one.told("overrides_put_back") + other.told("overrides_put_back")
