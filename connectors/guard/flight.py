"""
Single flight: identical calls in flight share one.

The shared call belongs to no caller. A caller leaves at its deadline and the call runs on, because others may want
the answer; a caller that is cancelled (its client hung up) ends the call only when nobody else waits for it.
Who comes after something has changed does not share what was asked for before. What may change something itself, and so
is not repeatable, is shared with nobody.
"""

import asyncio
import dataclasses
import functools
import types
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from connectors.clock import Clock
from connectors.errors import DeadlineReached, Unavailable
from connectors.guard.answer import Answer, Call
from connectors.guard.changes import Changes
from connectors.guard.standing import STANDING, Standing
from connectors.guard.watch import Event, Unwatched, Watcher
from schema.parts import Part

if TYPE_CHECKING:
    from connectors.guard.pipeline import Ask, Proceed


@dataclasses.dataclass(slots=True, eq=False)
class _Flight:
    parts: frozenset[Part]
    task: asyncio.Task[Answer[Any]]
    standing: Standing
    asked_at: float
    waiters: set[asyncio.Future[None]] = dataclasses.field(default_factory=set)
    raised_at: types.TracebackType | None = None


class SingleFlight:
    """
    Calls in flight by their question. A call for more parts is a question of its own.

    *changes* are those that this process hears of; without them a call is shared until it ends.
    """

    def __init__(self, *, clock: Clock, watcher: Watcher | None = None, changes: Changes | None = None) -> None:
        self._changes = changes
        self._clock = clock
        self._watcher = watcher or Unwatched()
        self._flights: dict[Hashable, list[_Flight]] = {}

    async def __call__(self, call: Call, ask: "Ask", *, proceed: "Proceed") -> Answer[Any]:
        """Join a flight that brings what *call* needs, or start one."""
        remaining = call.within.remaining(self._clock)
        if remaining <= 0:
            raise DeadlineReached("no time left to ask", system=call.system, operation=call.operation)
        flight = self._joined(call) if call.repeatable else None
        if flight is None:
            return await self._landed(self._start(call, ask, proceed), call, within_s=remaining)
        # Whom its answer names is not known before it comes.
        is_doubtful = self._changes is not None and self._changes.any_since(flight.asked_at)
        answer = await self._landed(flight, call, within_s=remaining)
        if is_doubtful and self._is_outdated(flight, call, answer.value):
            return await self(call, ask, proceed=proceed)
        return answer

    async def _landed(self, flight: _Flight, call: Call, *, within_s: float) -> Answer[Any]:
        """What *flight* brings, if it does within the time of *call*."""
        loop = asyncio.get_running_loop()
        # Each caller waits in a future of its own, for the end of the flight or of its time: what ends the one wait
        # leaves the task and the other waits alone. (`asyncio.wait` says the same and costs three times as much.)
        waiter = loop.create_future()
        flight.waiters.add(waiter)
        alarm = loop.call_later(within_s, _wake, waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if len(flight.waiters) == 1:
                flight.task.cancel()
            raise
        finally:
            alarm.cancel()
            flight.waiters.discard(waiter)
        if not flight.task.done():
            raise DeadlineReached("no answer yet", system=call.system, operation=call.operation)
        return _outcome(flight, call)

    async def aclose(self) -> None:
        """Cancel every flight and wait until each has ended."""
        tasks = [flight.task for flights in self._flights.values() for flight in flights]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _joined(self, call: Call) -> _Flight | None:
        for flight in self._flights.get(call.key, ()):
            if flight.parts >= call.parts and not flight.task.done() and not flight.task.cancelling():
                if self._is_outdated(flight, call):
                    continue
                self._watcher.tells(call, Event.SHARED)
                flight.standing.joined_by(call.within.criticality)
                return flight
        return None

    def _is_outdated(self, flight: _Flight, call: Call, value: Any = None) -> bool:
        changes, asked_at = self._changes, flight.asked_at
        return changes is not None and changes.any_since(asked_at) and changes.concern(call, value, asked_at=asked_at)

    def _start(self, call: Call, ask: "Ask", proceed: "Proceed") -> _Flight:
        # A key of its own: nobody joins what is found under none.
        key: Hashable = call.key if call.repeatable else object()
        standing = Standing(call.within.criticality)
        task = asyncio.get_running_loop().create_task(_run(call, ask, proceed, standing))
        flight = _Flight(parts=call.parts, task=task, standing=standing, asked_at=self._clock.monotonic())
        self._flights.setdefault(key, []).append(flight)
        flight.task.add_done_callback(functools.partial(self._ended, key, flight))
        return flight

    def _ended(self, key: Hashable, flight: _Flight, task: asyncio.Task[Answer[Any]]) -> None:
        remaining = self._flights[key]
        remaining.remove(flight)
        if not remaining:
            del self._flights[key]
        for waiter in flight.waiters:
            _wake(waiter)
        # Asked for here, too: everybody may have left, and a failure nobody waits for is not an unhandled one.
        if not task.cancelled() and (error := task.exception()) is not None:
            flight.raised_at = error.__traceback__


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


def _outcome(flight: _Flight, call: Call) -> Answer[Any]:
    if flight.task.cancelled():
        # Somebody ended the call (the gateway is closing); this caller was not cancelled and must not seem to be.
        raise Unavailable("the call was given up", system=call.system, operation=call.operation)
    error = flight.task.exception()
    if error is not None:
        # One error is raised for every caller; without this its traceback would grow by each of them.
        raise error.with_traceback(flight.raised_at)
    return flight.task.result()


async def _run(call: Call, ask: "Ask", proceed: "Proceed", standing: Standing) -> Answer[Any]:
    STANDING.set(standing)
    return await proceed(call, ask)
