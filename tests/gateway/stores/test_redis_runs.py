"""
What is told to a server is told to the run of it that is meant.

The client makes a connection anew without a word. Where another server has come meanwhile, a drop that is told there by
the names of before would count as told, and what others kept there since would come back.
"""

import asyncio
import dataclasses
import pathlib
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest

from gateway.stores.redis_link import Away, RedisLink
from tests.gateway.stores.redis_server import RedisServer, needs_redis, running
from tests.gateway.stores.replicas import CLOCK, Replica, eventually, replica

pytestmark = needs_redis


@dataclasses.dataclass(frozen=True)
class Way:
    """A path that leads to the first of two servers, and then to the second one, which is empty."""

    path: pathlib.Path
    first: RedisServer
    second: RedisServer

    def leads_to(self, server: RedisServer) -> None:
        new = self.path.with_suffix(".new")
        new.symlink_to(server.socket)
        new.replace(self.path)

    async def turns(self) -> None:
        """Who has a subscription at the first keeps it; every other connection has to be made anew."""
        self.leads_to(self.second)
        self.first.cli("CLIENT", "KILL", "TYPE", "normal")
        # Connections that are known to have ended are made anew without a word; others fail.
        await asyncio.sleep(0.02)


@pytest.fixture
async def way() -> AsyncIterator[Way]:
    async with running() as first, running() as second:
        way = Way(first.folder / "way.sock", first, second)
        way.leads_to(first)
        yield way


@pytest.fixture
async def here(way: Way) -> AsyncIterator[Replica]:
    async with replica(way.first.settings_with(url=f"unix://{way.path}")) as here:
        yield here


async def test_who_drops_at_another_run_than_is_meant_is_not_given_again_what_was_dropped(
    way: Way, here: Replica
) -> None:
    await way.turns()
    async with replica(way.second.settings) as there:
        asked_at = CLOCK.monotonic()
        await here.store.drop(["line:1"])
        await there.keep("a", "the old owner", "line:1", asked_at=asked_at)
        way.first.kill()

        async def is_one_run() -> bool:
            return here.link.is_there and here.link._run == there.link._run

        await eventually(is_one_run)
        assert await here.find("a") is None
        await eventually(lambda: _is_gone(there, "a"))


@pytest.mark.parametrize("told", [lambda link: link.drop(["line:1"]), lambda link: link.drop_all()])
async def test_what_another_run_was_told_is_not_told(
    way: Way, here: Replica, told: Callable[[RedisLink], Coroutine[Any, Any, None]]
) -> None:
    await way.turns()

    with pytest.raises(Away):
        await told(here.link)

    assert not here.link.is_there
    await here.until_there()
    await told(here.link)


async def test_nor_is_what_another_run_was_told_from_the_midst_on(
    way: Way, here: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def turning(**_: object) -> AsyncIterator[bytes]:
        await way.turns()
        yield b"what is kept"

    monkeypatch.setattr(here.link._client, "scan_iter", turning)

    with pytest.raises(Away):
        await here.link.drop_all()


async def _is_gone(replica: Replica, key: str) -> bool:
    return await replica.find_far(key) is None
