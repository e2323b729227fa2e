"""
The guard: every call to a legacy system passes the same stages in the same order.

    recall -> single flight -> keep -> bulkhead -> watched -> time limit -> wire

One guard serves one system. The order is the tuple in `guard_for`; each stage is a file of its own beside this one.
"""

import functools
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

from connectors.clock import Clock
from connectors.guard.answer import Answer, Call
from connectors.guard.bulkhead import Bulkhead
from connectors.guard.cache import Cache, Store
from connectors.guard.flight import SingleFlight
from connectors.guard.settings import GuardSettings
from connectors.guard.timelimit import TimeLimit
from connectors.guard.watch import Unwatched, Watched, Watcher

T = TypeVar("T")

Ask = Callable[[], Awaitable[Any]]
"""Asks the system over the wire and returns the decoded value, or raises a ConnectorError."""

Proceed = Callable[[Call, Ask], Awaitable[Answer[Any]]]
"""The rest of the pipeline, as a stage sees it."""


class Stage(Protocol):
    """One promise of the guard. It may answer by itself, or let the call proceed and act on the outcome."""

    async def __call__(self, call: Call, ask: Ask, *, proceed: Proceed) -> Answer[Any]:
        """Answer *call*, by `await proceed(call, ask)` if need be."""
        ...


class Guard:
    """The stages of one system, composed once."""

    def __init__(self, stages: tuple[Stage, ...], *, clock: Clock, flights: SingleFlight | None = None) -> None:
        self._clock = clock
        self._flights = flights
        run: Proceed = self._wire
        for stage in reversed(stages):
            run = functools.partial(stage, proceed=run)
        self._run = run

    async def call(self, call: Call, ask: Callable[[], Awaitable[T]]) -> Answer[T]:
        """The answer to *call*: from a stage that has one, else by *ask*. Raises ConnectorError."""
        return await self._run(call, ask)

    async def aclose(self) -> None:
        """End what is still in flight; nobody is waiting any more."""
        if self._flights is not None:
            await self._flights.aclose()

    async def _wire(self, call: Call, ask: Ask) -> Answer[Any]:
        value = await ask()
        return Answer(value=value, fetched_at=self._clock.now(), parts=call.parts)


def guard_for(
    system: str, settings: GuardSettings, *, clock: Clock, store: Store, watcher: Watcher | None = None
) -> Guard:
    """The guard of one system, its stages in the order that matters."""
    watcher = watcher or Unwatched()
    flights = SingleFlight(clock=clock, watcher=watcher)
    cache = Cache(fresh_s=settings.fresh_s, store=store, clock=clock, watcher=watcher)
    stages: tuple[Stage, ...] = (
        cache.recall,  # First: an answer we have costs nobody anything.
        flights,  # Before the bulkhead: equal questions take one place in it, not many.
        cache.keep,  # Within the flight: an answer is kept even when everybody has left at their deadline.
        Bulkhead(
            system=system,
            max_concurrent=settings.max_concurrent,
            max_waiting=settings.max_waiting,
            watcher=watcher,
        ),
        Watched(watcher),  # Behind the bulkhead: what is measured is the system, not the queue in front of it.
        TimeLimit(seconds=settings.timeout_s),  # Last: waiting for a place does not eat the system's own time.
    )
    return Guard(stages, clock=clock, flights=flights)
