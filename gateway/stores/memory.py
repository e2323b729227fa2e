"""Answers kept in this process: aiocache's memory backend, with bounds of our own and without its timers.

The backend keeps everything it is given, and its timers delete whatever is under a key when they fire, also a newer
value; so entries get no timer and carry their own end. Beyond the bounds what was not used for longest goes first.
"""

import asyncio
import collections
import heapq
import itertools
from collections.abc import Collection
from typing import Any, Final

from aiocache import SimpleMemoryCache

from connectors.clock import Clock
from connectors.guard import Answer
from connectors.guard.drops import Drops
from gateway.stores.weight import weight_of

MAX_BYTES: Final = 256 * 1024 * 1024

_EACH: Final = 1_000
"""About what an entry takes beside its value: key, end, place, and its part of the index."""

_EACH_TAG: Final = 400
"""About what a tag takes that nothing else has."""

_DROPPED_S: Final = 60.0
"""For how long it is known what was dropped: longer than nearly every call takes."""

_AT_ONCE: Final = 1_000
"""Entries that are dropped before others have their turn."""


class _Entry:
    __slots__ = ("end", "number", "size", "tags")

    def __init__(self, end: float, tags: tuple[str, ...], size: int, number: int) -> None:
        self.end = end
        self.tags = tags
        self.size = size
        self.number = number


class MemoryStore:
    """
    A store of *max_entries* answers that take about *max_bytes* at most.

    It never fails and forgets at the latest when the process ends. An answer whose time is over is let go when it is
    asked for, or when others come; nobody waits for that.
    """

    def __init__(self, *, max_entries: int, clock: Clock, max_bytes: int = MAX_BYTES) -> None:
        self._cache = SimpleMemoryCache(timeout=0)
        self._entries: collections.OrderedDict[str, _Entry] = collections.OrderedDict()
        self._ends: list[tuple[float, int, str]] = []
        self._tagged: dict[str, set[str]] = {}
        self._drops = Drops(remembered_s=_DROPPED_S)
        self._numbers = itertools.count()
        self._bytes = 0
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._clock = clock

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def size_bytes(self) -> int:
        """About how much memory what is kept takes."""
        return self._bytes

    async def get(self, key: str) -> Answer[Any] | None:
        """The answer under *key*, unless its time is over."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry.end <= self._clock.monotonic():
            await self._forget(key)
            return None
        self._entries.move_to_end(key)
        # Past the public `get`: what stands around it (plugins, a time limit, texts for its log) takes longer.
        answer: Answer[Any] | None = await self._cache._get(key)  # noqa: SLF001
        return answer

    async def set(
        self, key: str, answer: Answer[Any], *, ttl_s: float, asked_at: float, tags: Collection[str] = ()
    ) -> None:
        """Keep *answer* for *ttl_s* seconds at most, unless one of *tags* was dropped after *asked_at*."""
        now = self._clock.monotonic()
        if self._drops.spoil(tags, asked_at=asked_at, now=now):
            return
        entry = _Entry(now + ttl_s, tuple(tags), _size(answer, tags), next(self._numbers))
        await self._forget(key)
        await self._let_go_of_the_old(now)
        if entry.size > self._max_bytes:
            return
        self._note(key, entry)
        await self._cache._set(key, answer)  # noqa: SLF001 - As above.
        while len(self._entries) > self._max_entries or self._bytes > self._max_bytes:
            await self._forget(next(iter(self._entries)))

    async def drop(self, tags: Collection[str]) -> None:
        """Forget everything under any of *tags*."""
        self._drops.note(tags, now=self._clock.monotonic())
        found = {key: self._entries[key] for tag in tags for key in self._tagged.get(tag, ())}
        for count, (key, entry) in enumerate(found.items(), start=1):
            # Meanwhile something newer may have come, which this is not about.
            if self._entries.get(key) is entry:
                await self._forget(key)
            if count % _AT_ONCE == 0:
                await asyncio.sleep(0)

    def _note(self, key: str, entry: _Entry) -> None:
        self._entries[key] = entry
        self._bytes += entry.size
        for tag in entry.tags:
            self._tagged.setdefault(tag, set()).add(key)
        heapq.heappush(self._ends, (entry.end, entry.number, key))

    async def _let_go_of_the_old(self, now: float) -> None:
        """Forget what has ended. Each entry is looked at once, so it costs an answer that is kept next to nothing."""
        while self._ends and self._ends[0][0] <= now:
            _, number, key = heapq.heappop(self._ends)
            entry = self._entries.get(key)
            if entry is not None and entry.number == number:
                await self._forget(key)
        # The ends of entries that went earlier are in the way; without this they would outnumber the others.
        if len(self._ends) > 2 * len(self._entries) + _AT_ONCE:
            self._ends = [(entry.end, entry.number, key) for key, entry in self._entries.items()]
            heapq.heapify(self._ends)

    async def _forget(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        self._bytes -= entry.size
        for tag in entry.tags:
            keys = self._tagged[tag]
            keys.discard(key)
            if not keys:
                del self._tagged[tag]
        await self._cache._delete(key)  # noqa: SLF001 - As above.


def _size(answer: Answer[Any], tags: Collection[str]) -> int:
    return weight_of(answer.value) + _EACH + _EACH_TAG * len(tags)
