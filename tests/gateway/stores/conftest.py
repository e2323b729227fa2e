"""What tests of stores share: what a pretend operator answers, a real Redis, and two replicas that share it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.gateway.stores.operator import Seen, everything
from tests.gateway.stores.redis_server import RedisServer, running
from tests.gateway.stores.replicas import Replica, replica


@pytest.fixture(scope="session")
def seen() -> list[Seen]:
    """What the pretend operator answered to everything; asked once."""
    return asyncio.run(everything())


@pytest.fixture
async def server() -> AsyncIterator[RedisServer]:
    """A server of this test's own."""
    async with running() as found:
        yield found


@pytest.fixture
async def one(server: RedisServer) -> AsyncIterator[Replica]:
    """A replica."""
    async with replica(server.settings) as found:
        yield found


@pytest.fixture
async def other(server: RedisServer) -> AsyncIterator[Replica]:
    """Another one."""
    async with replica(server.settings) as found:
        yield found
