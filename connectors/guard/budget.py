"""
Budget: how many calls a second a system has to bear, and who of those that want one gets it.

The count is shared by all replicas where the gateway hands one in. While that cannot be reached, and where there is
none, this process counts for itself, and takes its part. A class leaves as much of the burst to those before it as its
share says, so a flood of partners finds the bucket empty before an agent does; what is over goes to whoever wants it.
"""

import asyncio
import contextlib
import contextvars
import dataclasses
from typing import TYPE_CHECKING, Any, Final

from connectors.clock import Clock
from connectors.guard.answer import Answer, Call
from connectors.guard.gcra import Gcra, burst_that_arrives
from connectors.guard.rates import Rates
from connectors.guard.shares import BudgetSettings, Shares
from connectors.guard.standing import Standing, standing_of
from connectors.guard.waiting import Waiter, WaitingRoom
from connectors.guard.watch import Event, Unwatched, Watcher
from connectors.terms import Criticality

if TYPE_CHECKING:
    from connectors.guard.pipeline import Ask, Proceed

LATE_S: Final = 0.15
"""
So long after its turn came a call may arrive at its system without there being more than was promised.

The answer of the shared count has to be read, a place and a connection to be had, and a busy process has other things
to do between these. What is promised to a system is what arrives there, whenever it was let through.
"""


@dataclasses.dataclass(frozen=True, slots=True)
class _Limit:
    """Calls a second and the burst, of all processes and of this one, and how long a call may wait."""

    whole: tuple[float, float]
    part: tuple[float, float]
    max_wait_s: float


class Budget:
    """
    The calls per second of one system. A call waits for its turn for a short time, and is refused beyond it.

    Without *settings* there is no limit until one is set.
    """

    def __init__(
        self,
        *,
        system: str,
        settings: BudgetSettings | None,
        max_waiting: int,
        clock: Clock,
        shares: Shares | None = None,
        rates: Rates | None = None,
        watcher: Watcher | None = None,
        late_s: float = LATE_S,
    ) -> None:
        self._system = system
        self._late_s = late_s
        self._clock = clock
        self._rates = rates
        self._counts_whole = False
        self._limit: _Limit | None = None
        self._own: Gcra | None = None
        self._left_free = [1.0 - (shares or Shares()).of(each) for each in Criticality]
        self._changed = asyncio.Event()
        self._room = WaitingRoom(
            room=max_waiting,
            event=Event.OVER_BUDGET,
            changed=self._changed.set,
            watcher=watcher or Unwatched(),
        )
        self._server: asyncio.Task[None] | None = None
        self.set(settings)

    def set(self, settings: BudgetSettings | None) -> None:
        """So many calls from now on; None: as many as come. What was let through counts."""
        self._changed.set()
        if settings is None:
            self._limit = self._own = None
        else:
            whole = _rate_and_burst(settings, parts=1, late_s=self._late_s)
            rate, burst = part = _rate_and_burst(settings, parts=settings.replicas, late_s=self._late_s)
            self._limit, before = _Limit(whole, part, settings.max_wait_s), self._own
            now = self._clock.monotonic()
            self._own = Gcra(rate=rate, burst=burst) if before is None else before.rebound(now, rate=rate, burst=burst)

    async def __call__(self, call: Call, ask: "Ask", *, proceed: "Proceed") -> Answer[Any]:
        """Proceed when the system may be given one more call. Raises Busy, mostly at once, when that is not soon."""
        if self._limit is None:
            return await proceed(call, ask)
        standing = standing_of(call)
        ahead = self._room.ahead_of(standing.criticality) if len(self._room) else 0
        wait = 0.0 if ahead else await self._take(standing.criticality)
        limit = self._limit
        if limit is not None and (ahead or wait > 0):
            rate, _ = limit.whole if self._counts_whole else limit.part
            await self._queue(call, standing, limit, expected_s=wait + ahead / rate)
        return await proceed(call, ask)

    async def _queue(self, call: Call, standing: Standing, limit: _Limit, *, expected_s: float) -> None:
        # Who cannot be served in time is better told at once than after a wait.
        if expected_s > limit.max_wait_s:
            raise self._room.refusal(call, retry_after_s=expected_s)
        if self._server is None or self._server.done():
            # It serves all who wait, so it belongs to no caller's context.
            self._server = asyncio.create_task(self._serve(), context=contextvars.Context())
        await self._room.wait(call, standing, seconds=limit.max_wait_s)

    async def _serve(self) -> None:
        """Let in whoever is first as the budget allows, until nobody waits."""
        # Begun before the first waiter is in the room; that one comes in the same turn of the loop.
        while (first := self._room.first()) is not None:
            waiter, criticality = first
            wait = await self._take(criticality)
            if wait > 0:
                await self._pause(first, wait)
            else:
                self._room.let_in(waiter, criticality)

    async def _pause(self, first: tuple[Waiter, Criticality], seconds: float) -> None:
        """Until *seconds* have passed, or somebody else is *first*, or nobody is left, or there is another limit."""
        limit = self._limit
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._room.first() == first and self._limit is limit:
                    self._changed.clear()
                    await self._changed.wait()

    async def _take(self, criticality: Criticality) -> float:
        limit, own = self._limit, self._own
        if limit is None or own is None:
            return 0.0
        if self._rates is not None:
            rate, burst = limit.whole
            kept_free = self._kept_free(criticality, burst)
            wait = await self._rates.take(self._system, rate=rate, burst=burst, kept_free=kept_free)
            self._counts_whole = wait is not None
            if wait is not None:
                if wait <= 0:
                    # Counted here as well: when the shared count goes away, its burst must not be had a second time.
                    own.charge(self._clock.monotonic())
                return wait
        return own.take(self._clock.monotonic(), kept_free=self._kept_free(criticality, limit.part[1]))

    def _kept_free(self, criticality: Criticality, burst: float) -> float:
        # One call always fits into a full bucket, so that nobody is kept out for good.
        return min(self._left_free[criticality] * burst, burst - 1.0)


def _rate_and_burst(settings: BudgetSettings, *, parts: int, late_s: float) -> tuple[float, float]:
    rate = settings.calls_per_s / parts
    # A part of a burst is at least one call, or nobody would ever be let through.
    return rate, burst_that_arrives(settings.most_at_once / parts, rate=rate, late_s=late_s)
