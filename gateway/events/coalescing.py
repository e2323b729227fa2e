"""
Whoever has changed waits here for being forgotten: once, however often it is said, and never more than a bound.

A storm of events, such as a billing run makes, becomes few invalidations of many subjects.
"""

import asyncio
from collections.abc import Collection

from connectors.guard.subject import Subject
from gateway.control.invalidation import Forget
from gateway.log import logger
from resolvers.errors import where

MOST_WAITING = 10_000
"""Subjects; who comes beyond them is to come again later."""


class Coalescing:
    """Has *forget* forget those that wait, one batch after the other."""

    def __init__(self, forget: Forget, *, most_waiting: int = MOST_WAITING) -> None:
        self._forget = forget
        self._most_waiting = most_waiting
        self._waiting: set[Subject] = set()
        self._batch: asyncio.Future[None] | None = None
        self._working: asyncio.Task[None] | None = None

    def offer(self, subjects: Collection[Subject]) -> asyncio.Future[None] | None:
        """
        Have *subjects* forgotten soon; None when too many wait already.

        What is given is done when they are forgotten, and fails as forgetting did. Whoever waits for it shields it.
        """
        together = self._waiting.union(subjects)
        if len(together) > max(self._most_waiting, len(subjects) if not self._waiting else 0):
            return None
        self._waiting = together
        if self._batch is None:
            self._batch = asyncio.get_running_loop().create_future()
        if self._working is None:
            self._working = asyncio.create_task(self._work())
        return self._batch

    async def aclose(self) -> None:
        """Forget those that wait still, and end."""
        if self._working is not None:
            await asyncio.gather(self._working, return_exceptions=True)

    async def _work(self) -> None:
        try:
            while self._batch is not None:
                subjects, batch = self._waiting, self._batch
                self._waiting, self._batch = set(), None
                try:
                    await self._forget(subjects)
                except Exception as exc:  # noqa: BLE001 - it is raised where somebody waits for this batch
                    # Here, as nobody may be waiting any more, and once, however many do.
                    logger().error("event_not_done", kind=type(exc).__name__, where=where(exc))
                    batch.set_exception(exc)
                    # Asked for here, too, for the same reason.
                    batch.exception()
                else:
                    batch.set_result(None)
        finally:
            self._working = None
