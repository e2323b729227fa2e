"""Bulkhead: how many calls a system has to bear at once, and how many more may wait for a place."""

import asyncio
from typing import TYPE_CHECKING, Any

from connectors.errors import Unavailable
from connectors.guard.answer import Answer, Call
from connectors.guard.watch import Unwatched, Watcher

if TYPE_CHECKING:
    from connectors.guard.pipeline import Ask, Proceed


class Bulkhead:
    """At most *max_concurrent* calls at once; beyond *max_waiting* waiters a call is refused at once."""

    def __init__(self, *, system: str, max_concurrent: int, max_waiting: int, watcher: Watcher | None = None) -> None:
        self._system = system
        self._places = asyncio.Semaphore(max_concurrent)
        self._max_waiting = max_waiting
        self._waiting = 0
        self._watcher = watcher or Unwatched()

    async def __call__(self, call: Call, ask: "Ask", *, proceed: "Proceed") -> Answer[Any]:
        """
        Proceed once there is a place.

        The wait has an end: every call ahead holds its place no longer than the system's time limit, and the number
        of calls ahead is bounded.
        """
        if self._places.locked() and self._waiting >= self._max_waiting:
            self._watcher.turned_away(call)
            raise Unavailable("too many calls are waiting", system=self._system, operation=call.operation)
        if self._places.locked():
            await self._queue()
        else:
            await self._places.acquire()
        try:
            return await proceed(call, ask)
        finally:
            self._places.release()

    async def _queue(self) -> None:
        self._waiting += 1
        self._watcher.waits(1)
        try:
            await self._places.acquire()
        finally:
            self._waiting -= 1
            self._watcher.waits(-1)
