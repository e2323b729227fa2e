"""Commands that are cancelled at any instant: whoever asks next over the same connection gets the own value."""

import asyncio
import os
import random
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from gateway.stores.redis_client import client
from tests.gateway.stores.redis_server import RedisServer, needs_redis

pytestmark = needs_redis

COMMANDS = 20_000 if os.environ.get("SWITCHBOARD_SOAK") else 2_000
AT_ONCE = 8
KEYS = 60


def _own(number: int, value: object) -> bool:
    return isinstance(value, bytes) and value.startswith(f"{number}|".encode())


@pytest.fixture
async def asked(server: RedisServer) -> AsyncIterator[Redis]:
    # Fewer connections than commands at once: each is used by somebody else at once.
    found = client(server.settings, connections=AT_ONCE // 2)
    for number in range(KEYS):
        # Some are so long that they come in many pieces.
        await found.set(f"k{number}", f"{number}|".encode() * (1, 300, 40_000)[number % 3])
    yield found
    await found.aclose(close_connection_pool=True)


async def _cancelled(asking: "asyncio.Task[object]", chance: random.Random) -> bool:
    """Whether it was, at an instant by chance: so many turns of the loop, or up to a millisecond, after it began."""
    for _ in range(chance.randrange(8)):
        await asyncio.sleep(0)
    if chance.random() < 0.5:
        await asyncio.sleep(chance.random() * 0.001)
    was_told = asking.cancel()
    await asyncio.wait([asking])
    assert asking.cancelled() is was_told, "a cancellation was swallowed"
    return was_told


async def test_nobody_reads_the_answer_to_a_command_that_was_cancelled(asked: Redis) -> None:
    chance = random.Random(7)
    echo = asked.register_script("return ARGV[1] .. '|'")
    counted = {True: 0, False: 0}

    async def ask(number: int) -> object:
        if number % 2:
            return await asked.get(f"k{number}")
        return await echo(args=[number])

    async def one_after_the_other() -> None:
        for _ in range(COMMANDS // AT_ONCE):
            asking = asyncio.create_task(ask(chance.randrange(KEYS)))
            counted[await _cancelled(asking, chance)] += 1
            number = chance.randrange(KEYS)
            assert _own(number, await ask(number))

    await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))

    # Enough of both, or this says nothing.
    assert min(counted.values()) > COMMANDS / 10
    pool = asked.connection_pool
    assert not pool._in_use_connections
