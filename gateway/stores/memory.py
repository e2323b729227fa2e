"""Answers kept in this process: aiocache's memory backend, with a bound of our own and without its timers.

The backend keeps everything it is given, and its timers delete whatever is under a key when they fire, also a newer
value; so entries get no timer, carry their own end, and the oldest are dropped beyond the bound.
"""

import collections
from typing import Any

from aiocache import SimpleMemoryCache

from connectors.clock import Clock
from connectors.guard import Answer


class MemoryStore:
    """A bounded store. It never fails and forgets at the latest when the process ends."""

    def __init__(self, *, max_entries: int, clock: Clock) -> None:
        self._cache = SimpleMemoryCache(timeout=0)
        self._ends: collections.OrderedDict[str, float] = collections.OrderedDict()
        self._max_entries = max_entries
        self._clock = clock

    async def get(self, key: str) -> Answer[Any] | None:
        """The answer under *key*, unless its time is over."""
        end = self._ends.get(key)
        if end is None or end <= self._clock.monotonic():
            await self._forget(key)
            return None
        self._ends.move_to_end(key)
        # Past the public `get`: what stands around it (plugins, a time limit, texts for its log) takes longer.
        answer: Answer[Any] | None = await self._cache._get(key)  # noqa: SLF001
        return answer

    async def set(self, key: str, answer: Answer[Any], *, ttl_s: float) -> None:
        """Keep *answer* for *ttl_s* seconds at most."""
        self._ends[key] = self._clock.monotonic() + ttl_s
        self._ends.move_to_end(key)
        await self._cache.set(key, answer)
        while len(self._ends) > self._max_entries:
            await self._forget(next(iter(self._ends)))

    async def _forget(self, key: str) -> None:
        if self._ends.pop(key, None) is not None:
            await self._cache.delete(key)
