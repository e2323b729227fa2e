"""
The waiting room: calls that wait for their turn, the more important ones first, and never more than there is room for.

Who lets them in (`bulkhead`, `budget`) decides when; here is who waits, who is sent away, and that none is lost.
"""

import asyncio
import dataclasses
from collections.abc import Callable

from connectors.errors import Busy
from connectors.guard.answer import Call
from connectors.guard.queue import ClassQueue
from connectors.guard.standing import Standing
from connectors.guard.watch import Event, Level, Watcher
from connectors.terms import Criticality


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Waiter:
    """One call that waits. Its turn has come when the future holds the class that it is let in as."""

    call: Call
    turn: asyncio.Future[Criticality]


class WaitingRoom:
    """At most *room* wait. *changed* is called when somebody may be first who was not."""

    def __init__(self, *, room: int, event: Event, changed: Callable[[], object], watcher: Watcher) -> None:
        self.room = room
        self._event = event
        self._changed = changed
        self._watcher = watcher
        self._queue: ClassQueue[Waiter] = ClassQueue()

    def __len__(self) -> int:
        return len(self._queue)

    def ahead_of(self, criticality: Criticality) -> int:
        """How many would be let in before a newcomer of this class."""
        return self._queue.ahead_of(criticality)

    def first(self) -> tuple[Waiter, Criticality] | None:
        """Whose turn it is."""
        while (first := self._queue.first()) is not None:
            if not first[0].turn.done():
                return first
            self._queue.discard(first[0])  # It was cancelled, and has not yet had the time to leave.
        return None

    def let_in(self, waiter: Waiter, criticality: Criticality) -> bool:
        """It is the turn of *waiter*; False when it has gone meanwhile."""
        self._queue.discard(waiter)
        if waiter.turn.done():
            return False
        waiter.turn.set_result(criticality)
        return True

    async def wait(
        self,
        call: Call,
        standing: Standing,
        *,
        seconds: float | None = None,
        not_used: Callable[[Criticality], object] | None = None,
    ) -> Criticality:
        """
        Wait for the turn of *call* and return the class that it is let in as.

        Raises Busy when there is no room, when somebody more important takes it, or after *seconds*. *not_used* is
        called when its turn came at the very moment at which it was cancelled.
        """
        self._make_room(call, standing.criticality)
        loop = asyncio.get_running_loop()
        waiter = Waiter(call, loop.create_future())
        alarm = None if seconds is None else loop.call_later(seconds, self._send_away, waiter)

        def rise(criticality: Criticality) -> None:
            if self._queue.promote(waiter, criticality):
                self._changed()

        self._queue.add(waiter, standing.criticality)
        standing.waits(rise)
        self._watcher.moves(Level.WAITING, 1)
        try:
            self._changed()
            return await waiter.turn
        except asyncio.CancelledError:
            if _has_come(waiter.turn) and not_used is not None:
                not_used(waiter.turn.result())
            raise
        finally:
            if alarm is not None:
                alarm.cancel()
            self._watcher.moves(Level.WAITING, -1)
            standing.waits_no_more(rise)
            self._queue.discard(waiter)
            self._changed()

    def refusal(self, call: Call, *, retry_after_s: float | None = None) -> Busy:
        """The error for a call that is not let in; whoever watches is told."""
        self._watcher.tells(call, self._event)
        reason = "too many calls are waiting"
        return Busy(reason, system=call.system, operation=call.operation, retry_after_s=retry_after_s)

    def _make_room(self, call: Call, criticality: Criticality) -> None:
        if len(self._queue) < self.room:
            return
        last = self._queue.last()
        if last is None or last[1] <= criticality:
            raise self.refusal(call)
        self._send_away(last[0])

    def _send_away(self, waiter: Waiter) -> None:
        self._queue.discard(waiter)
        if not waiter.turn.done():
            waiter.turn.set_exception(self.refusal(waiter.call))


def _has_come(turn: asyncio.Future[Criticality]) -> bool:
    return turn.done() and not turn.cancelled() and turn.exception() is None
