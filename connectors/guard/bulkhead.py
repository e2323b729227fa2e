"""
Bulkhead: how many calls a system has to bear at once, who of them may, and how many more may wait for a place.

Who waits, and who is sent away for somebody more important, is `waiting`'s business; how the places are divided,
`places`'; how many there are, `adaptive`'s, where the operator has given two bounds, and `holding`'s, where other
processes use the same system.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from connectors.clock import Clock, SystemClock
from connectors.errors import Busy, DeadlineReached, Unavailable
from connectors.guard.adaptive import Adaptive
from connectors.guard.answer import Answer, Call
from connectors.guard.holding import Holding
from connectors.guard.places import Places
from connectors.guard.shares import Shares
from connectors.guard.standing import Standing, standing_of
from connectors.guard.waiting import WaitingRoom
from connectors.guard.watch import Event, Level, Unwatched, Watcher
from connectors.terms import Criticality

if TYPE_CHECKING:
    from connectors.guard.pipeline import Ask, Proceed

_LEAVING_S: Final = 0.1


class Bulkhead:
    """
    At most *max_concurrent* calls at once, each class within its share of them, and *max_waiting* that wait.

    With *min_concurrent* below *max_concurrent* there are as many places between the two as the system turns out to
    bear, and no more calls wait than there are places: whoever is let in has waited for about one call's time. With
    *holding* there are no more than this process holds.

    A call waits for *patience_s*, or for as long as its caller does: what comes later is of no use to anybody, and
    would keep the system busy for callers who have gone.
    """

    def __init__(
        self,
        *,
        max_concurrent: int,
        max_waiting: int,
        min_concurrent: int | None = None,
        shares: Shares | None = None,
        clock: Clock | None = None,
        watcher: Watcher | None = None,
        holding: Holding | None = None,
        patience_s: float | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._watcher = watcher or Unwatched()
        self._adaptive = _adaptive(None, min_concurrent, max_concurrent)
        self._most = max_concurrent
        self._max_waiting = max_waiting
        self._limit = 0
        self._places = Places(0, shares=shares or Shares())
        self._room = WaitingRoom(room=max_waiting, event=Event.TURNED_AWAY, changed=self._serve, watcher=self._watcher)
        self._refused = [0 for _ in Criticality]
        self._patience_s = patience_s
        self._holding = holding
        if holding is not None:
            holding.serves(self)
        self._resize()

    async def __call__(self, call: Call, ask: "Ask", *, proceed: "Proceed") -> Answer[Any]:
        """
        Proceed once there is a place.

        Raises Busy where it would have to wait for too long, or behind too many.
        """
        standing = standing_of(call)
        held = standing.criticality
        # Whoever waits before this one could not be let in, and then `take` does not let this one in either.
        if not self._places.take(held):
            held = await self._wait(call, standing)
        self._watcher.moves(Level.IN_USE, 1)
        try:
            if self._adaptive is None:
                return await proceed(call, ask)
            return await self._measured(self._adaptive, call, ask, proceed)
        finally:
            self._watcher.moves(Level.IN_USE, -1)
            self._give_back(held)

    async def aclose(self) -> None:
        """Let other processes have the places of this one."""
        if self._holding is not None:
            await self._holding.aclose()

    @property
    def in_use(self) -> int:
        """Calls that have a place."""
        return self._places.held

    @property
    def most(self) -> int:
        """Places that could be used if there were no other process."""
        return self._most if self._adaptive is None else self._adaptive.limit

    def demand(self) -> Sequence[int]:
        """By class, the calls that have a place or want one; those that were refused since it was asked last too."""
        refused, self._refused = self._refused, [0 for _ in Criticality]
        waiting = [0, *(self._room.ahead_of(each) for each in Criticality)]
        return [self._places.held_by(each) + waiting[each + 1] - waiting[each] + refused[each] for each in Criticality]

    def rebound(self, *, max_concurrent: int, min_concurrent: int | None = None) -> None:
        """There are these bounds from now on. Calls under way keep their places, and what was found out is kept."""
        self._adaptive = _adaptive(self._adaptive, min_concurrent, max_concurrent)
        self._most = max_concurrent
        self._room.room = self._max_waiting
        self.fit()

    def fit(self) -> None:
        """The places of this process may be others now."""
        self._resize()
        self._serve()

    async def _wait(self, call: Call, standing: Standing) -> Criticality:
        if self._holding is not None:
            self._holding.hurry()
        criticality = standing.criticality
        try:
            return await self._room.wait(call, standing, seconds=self._longest_s(call), not_used=self._give_back)
        except Busy:
            self._refused[criticality] += 1
            raise

    def _longest_s(self, call: Call) -> float | None:
        if self._patience_s is None:
            return None
        # A caller whose time is up is told that, and not that there was too much to do.
        return max(self._patience_s, call.within.remaining(self._clock) + _LEAVING_S)

    async def _measured(self, adaptive: Adaptive, call: Call, ask: "Ask", proceed: "Proceed") -> Answer[Any]:
        began, at_once = self._clock.monotonic(), self._places.held
        try:
            answer = await proceed(call, ask)
        except Unavailable as error:
            # What was not asked, and whose caller had no more time, says nothing of how the system is.
            if error.asked and not isinstance(error, DeadlineReached):
                adaptive.overloaded(began=began, now=self._clock.monotonic())
                self._resize()
            raise
        most = max(at_once, self._places.held)
        adaptive.answered(call.operation, began=began, now=self._clock.monotonic(), at_once=most)
        self._resize()
        return answer

    def _resize(self) -> None:
        limit = self.most
        if self._adaptive is not None:
            self._room.room = min(self._max_waiting, limit)
        if self._holding is not None:
            limit = min(limit, self._holding.places)
            if self._adaptive is not None:
                self._adaptive.room = self._holding.places
        if limit == self._limit:
            return
        self._watcher.moves(Level.PLACES, limit - self._limit)
        self._limit = limit
        self._places.resize(limit)

    def _give_back(self, held: Criticality) -> None:
        self._places.give_back(held)
        self._serve()

    def _serve(self) -> None:
        """Let in whoever is first, as long as there is a place that it may have."""
        while (first := self._room.first()) is not None:
            waiter, criticality = first
            if not self._places.take(criticality):
                return
            self._room.let_in(waiter, criticality)


def _adaptive(before: Adaptive | None, least: int | None, most: int) -> Adaptive | None:
    """A limit to be found out between two bounds, if they are two; the one that was there *before*, if there was."""
    if least is None or least >= most:
        return None
    if before is None:
        return Adaptive(least=least, most=most)
    before.rebound(least=least, most=most)
    return before
