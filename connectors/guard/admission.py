"""
Admission: a system that is ill is not asked, and what became of each call is told to its breaker.

Two stages around one state. `admit` stands above the queue and refuses at once; `note` stands right outside the
time limit, so that waiting in our own queue is not the system's slowness, and turns away what was let in before the
breaker opened and has waited since.
"""

import asyncio
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from connectors.clock import Clock
from connectors.errors import (
    BadData,
    Busy,
    ConnectorError,
    DeadlineReached,
    Ill,
    NotFresh,
    Rejected,
    Unavailable,
    UnderMaintenance,
)
from connectors.guard.answer import Answer, Call
from connectors.guard.breaker import Breaker, Outcome, State
from connectors.guard.breakers import SystemBreakers
from connectors.guard.watch import Event, Unwatched, Watcher

if TYPE_CHECKING:
    from connectors.guard.pipeline import Ask, Proceed

RARE_S = 2.0
"""A system that nobody has asked for so many seconds after it could have been probed is asked rarely."""

_PROBE: ContextVar[tuple[Breaker, int] | None] = ContextVar("switchboard_probe", default=None)
"""The breaker whose probe the present call is, and the era it began in."""

_ABOUT_US = (Busy, DeadlineReached, Ill, NotFresh, UnderMaintenance)


class Admission:
    """The breakers of one system, as two stages of its guard."""

    def __init__(self, breakers: SystemBreakers, *, clock: Clock, watcher: Watcher | None = None) -> None:
        self._breakers = breakers
        self._clock = clock
        self._watcher = watcher or Unwatched()
        self._probes: set[asyncio.Task[Answer[Any]]] = set()

    async def admit(self, call: Call, ask: "Ask", *, proceed: "Proceed") -> Answer[Any]:
        """
        Proceed where the system is asked, else raise Ill.

        A probe is made with a caller's question and without the caller, who would else be one of many to wait for the
        time limit of a dead system. Only where hardly anybody asks does the caller wait: a refusal there could be the
        one answer in a minute, from a system that has long been well.
        """
        breaker = self._breakers.of(call.operation)
        if breaker.state is State.CLOSED:
            return await proceed(call, ask)
        now = self._clock.monotonic()
        rare = breaker.overdue_s(now) >= RARE_S
        era = breaker.admit(now)
        if era is None:
            raise self._refusal(call)
        if rare or not call.repeatable:
            # What changes something is never done behind the back of who asked for it.
            return await _probe(breaker, era, call, ask, proceed, self._clock)
        task = asyncio.create_task(_probe(breaker, era, call, ask, proceed, self._clock))
        self._probes.add(task)
        task.add_done_callback(self._ended)
        raise self._refusal(call)

    async def note(self, call: Call, ask: "Ask", *, proceed: "Proceed") -> Answer[Any]:
        """Proceed, and tell the breaker what came of it."""
        breaker = self._breakers.of(call.operation)
        era = breaker.era
        if breaker.state is not State.CLOSED and _PROBE.get() != (breaker, era):
            raise self._refusal(call)
        outcome = Outcome.NOTHING
        began = self._clock.monotonic()
        try:
            answer = await proceed(call, ask)
            outcome = Outcome.WELL
        except ConnectorError as exc:
            outcome = says(exc)
            raise
        finally:
            now = self._clock.monotonic()
            breaker.ends(era, outcome, took_s=now - began, now=now)
        return answer

    async def aclose(self) -> None:
        """End probes that are under way."""
        probes = tuple(self._probes)
        for probe in probes:
            probe.cancel()
        await asyncio.gather(*probes, return_exceptions=True)

    def _refusal(self, call: Call) -> Ill:
        self._watcher.tells(call, Event.REFUSED)
        return Ill("the system is ill; it is not asked for now", system=call.system, operation=call.operation)

    def _ended(self, probe: asyncio.Task[Answer[Any]]) -> None:
        self._probes.discard(probe)
        # Asked for here, as nobody else will: a failure that nobody waits for is not an unhandled one.
        if not probe.cancelled():
            probe.exception()


async def _probe(breaker: Breaker, era: int, call: Call, ask: "Ask", proceed: "Proceed", clock: Clock) -> Answer[Any]:
    token = _PROBE.set((breaker, era))
    try:
        return await proceed(call, ask)
    finally:
        _PROBE.reset(token)
        # Where the system was not asked in the end, the place of the probe is free; else this says nothing new.
        breaker.ends(era, Outcome.NOTHING, took_s=0.0, now=clock.monotonic())


def says(error: ConnectorError) -> Outcome:
    """What *error* says about the health of the system that the call was for. A refusal is an answer."""
    if isinstance(error, Rejected):
        return Outcome.WELL
    if isinstance(error, _ABOUT_US) or not isinstance(error, Unavailable | BadData):
        return Outcome.NOTHING
    return Outcome.FAILED
