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

_PATIENCE = 0.8
"""The part of its time that a call waits for a probe: then it can still be told more than that its time is over."""

_PROBE: ContextVar[tuple[Breaker, int] | None] = ContextVar("switchboard_probe", default=None)
"""The breaker whose probe the present call is, and the era it began in."""

_ABOUT_US = (Busy, DeadlineReached, Ill, NotFresh, UnderMaintenance)


class Admission:
    """The breakers of one system, as two stages of its guard."""

    def __init__(
        self, breakers: SystemBreakers, *, clock: Clock, max_waiting: int, watcher: Watcher | None = None
    ) -> None:
        self._breakers = breakers
        self._clock = clock
        self._max_waiting = max_waiting
        self._watcher = watcher or Unwatched()
        self._probes: set[asyncio.Task[Answer[Any]]] = set()
        self._under_way: dict[Breaker, asyncio.Future[None]] = {}
        self._waiting = 0

    async def admit(self, call: Call, ask: "Ask", *, proceed: "Proceed") -> Answer[Any]:
        """
        Proceed where the system is asked, else raise Ill.

        A probe is made with a caller's question and without the caller, who would else be one of many to wait for the
        time limit of a dead system. Where the breaker has its probes awaited the caller makes it and gets its answer,
        and others wait for what it finds: a refusal there could be the one answer in a minute, from a system that has
        long been well.
        """
        breaker = self._breakers.of(call.operation)
        while breaker.state is not State.CLOSED:
            era = breaker.admit(self._clock.monotonic())
            if era is not None:
                return await self._with_probe(breaker, era, call, ask, proceed)
            if not await self._is_probed(breaker, call):
                raise self._refusal(call)
        return await proceed(call, ask)

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

    async def _with_probe(self, breaker: Breaker, era: int, call: Call, ask: "Ask", proceed: "Proceed") -> Answer[Any]:
        probe = self._probe(breaker, era, call, ask, proceed)
        # What changes something is never done behind the back of who asked for it.
        if breaker.is_awaited or not call.repeatable:
            return await probe
        task = asyncio.create_task(probe)
        self._probes.add(task)
        task.add_done_callback(self._ended)
        raise self._refusal(call)

    async def _is_probed(self, breaker: Breaker, call: Call) -> bool:
        """Wait for the end of the probe that is under way: whether it was worth waiting for, and has come in time."""
        ended = self._under_way.get(breaker)
        if ended is None or not breaker.is_awaited or self._waiting >= self._max_waiting:
            return False
        self._waiting += 1
        try:
            await asyncio.wait((ended,), timeout=_PATIENCE * call.within.remaining(self._clock))
        finally:
            self._waiting -= 1
        return ended.done()

    async def _probe(self, breaker: Breaker, era: int, call: Call, ask: "Ask", proceed: "Proceed") -> Answer[Any]:
        ended = self._under_way[breaker] = asyncio.get_running_loop().create_future()
        token = _PROBE.set((breaker, era))
        try:
            return await proceed(call, ask)
        finally:
            _PROBE.reset(token)
            # Where the system was not asked in the end, the place of the probe is free; else this says nothing new.
            breaker.ends(era, Outcome.NOTHING, took_s=0.0, now=self._clock.monotonic())
            ended.set_result(None)
            if self._under_way.get(breaker) is ended:
                del self._under_way[breaker]

    def _refusal(self, call: Call) -> Ill:
        self._watcher.tells(call, Event.REFUSED)
        return Ill("the system is ill; it is not asked for now", system=call.system, operation=call.operation)

    def _ended(self, probe: asyncio.Task[Answer[Any]]) -> None:
        self._probes.discard(probe)
        # Asked for here, as nobody else will: a failure that nobody waits for is not an unhandled one.
        if not probe.cancelled():
            probe.exception()


def says(error: ConnectorError) -> Outcome:
    """What *error* says about the health of the system that the call was for. A refusal is an answer."""
    if isinstance(error, Rejected):
        return Outcome.WELL
    if isinstance(error, _ABOUT_US) or not isinstance(error, Unavailable | BadData):
        return Outcome.NOTHING
    return Outcome.FAILED
