"""Replicas that share a Redis, without gateways around them: a layered store each, and the answers they keep."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from connectors.clock import SystemClock
from connectors.guard import Answer
from gateway.stores.layered import LayeredStore
from gateway.stores.leases import RedisLeases
from gateway.stores.memory import MemoryStore
from gateway.stores.redis import RedisStore
from gateway.stores.redis_link import RedisLink
from gateway.stores.sealing import Sealing
from gateway.stores.settings import RedisSettings
from tests.connectors.support import Reports

CLOCK = SystemClock()


class PlainCodes:
    """Answers whose values msgpack knows."""

    def __init__(self) -> None:
        self.decoded = 0

    def encode(self, answer: Answer[Any]) -> bytes | None:
        return msgspec.msgpack.encode((answer.fetched_at, answer.value))

    def decode(self, data: bytes) -> Answer[Any] | None:
        self.decoded += 1
        fetched_at, value = msgspec.msgpack.decode(data, type=tuple[dt.datetime, Any])
        return Answer(value, fetched_at)


class Replica:
    """One replica's store, its leases and what it reported."""

    def __init__(self, settings: RedisSettings, *, sealing: Sealing | None = None) -> None:
        self.report = Reports()
        self.levels: list[bool] = []
        self.codes = PlainCodes()
        self.link = RedisLink(settings, clock=CLOCK, report=self.report, tells=self.levels.append)
        self.far = RedisStore(self.link, settings, codes=self.codes, clock=CLOCK, sealing=sealing)
        self.store = LayeredStore(near=self._near, far=self.far, near_s=settings.l1_s, clock=CLOCK)
        self.leases = RedisLeases(self.link)

    async def keep(self, key: str, value: object, *tags: str, ttl_s: float = 60, asked_at: float | None = None) -> None:
        asked_at = CLOCK.monotonic() if asked_at is None else asked_at
        await self.store.set(key, Answer(value, CLOCK.now()), ttl_s=ttl_s, asked_at=asked_at, tags=tags)

    async def find(self, key: str) -> Any:
        found = await self.store.get(key)
        return None if found is None else found.value

    async def find_far(self, key: str) -> Any:
        found = await self.far.find(key)
        return None if found is None else found.answer.value

    async def until_there(self, *, there: bool = True, seconds: float = 30.0) -> None:
        async with asyncio.timeout(seconds):
            while self.link.is_there is not there:  # noqa: ASYNC110 - As operators see it: by looking.
                await asyncio.sleep(0.005)

    @staticmethod
    def _near() -> MemoryStore:
        return MemoryStore(max_entries=1000, clock=CLOCK)


@contextlib.asynccontextmanager
async def replica(settings: RedisSettings, *, sealing: Sealing | None = None) -> AsyncIterator[Replica]:
    """A replica that listens for as long as it lasts."""
    found = Replica(settings, sealing=sealing)
    async with found.store.open(found.link):
        # What is asked for in the instant in which the record of drops begins is not kept.
        await asyncio.sleep(0.02)
        yield found


async def eventually(holds: Any, *, seconds: float = 30.0) -> None:
    """Wait until `await holds()` is true."""
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 - Another process: there is nobody to tell us.
            await asyncio.sleep(0.005)
