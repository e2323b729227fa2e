"""
Retries: a read that a system could not answer for a passing reason is sent once more, within a budget.

Whether a failure may pass is known where it happens: the wire and the dialects say so by `retry_after_s` of an error
(refused, reset, cut before the answer was whole, 502, 503). What a stage below refuses is not sent again, nor what has
taken its time, nor anything that may have changed something. Retries must not feed the fire that they come from: they
are a small part of all questions, and each is later than the failure by a time that differs from one to the next.
"""

import asyncio
import dataclasses
import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from connectors.clock import Clock
from connectors.errors import (
    Busy,
    ConnectorError,
    DeadlineReached,
    NotFresh,
    Rejected,
    TimedOut,
    Unavailable,
    UnderMaintenance,
)
from connectors.guard.answer import Answer, Call
from connectors.guard.watch import Event, Unwatched, Watcher

if TYPE_CHECKING:
    from connectors.guard.pipeline import Ask, Proceed

Randomness = Callable[[], float]
"""A number from 0 up to, but not, 1."""

_SHORTEST_S: Final = 0.02
_LONGEST_S: Final = 0.2
_ROOM_S: Final = 0.05
"""What a try needs at the least: with less time left it would only be work for nobody."""

_NEVER: Final = (Busy, UnderMaintenance, NotFresh, DeadlineReached, TimedOut)
"""Nothing was asked, or the time is up. Asking again is what these are there to prevent."""

_MOST: Final = 10.0
_AT_START: Final = 3.0
_PER_S: Final = 0.1


class RetryBudget:
    """
    How many questions to one system may be sent once more: a bucket of tokens, with the time handed in.

    Each further try costs a token. Questions that are answered the first time earn them: nine of them one, with a
    *ratio* of a tenth. Ten can be saved; three are there at first, and so many come back with time, one in ten seconds,
    for systems that are seldom asked. So however many of N questions fail, no more than N * ratio are sent again and
    what was saved before; and where all fail nothing is earned, so what was saved is all there is.
    """

    def __init__(self, *, ratio: float, now: float) -> None:
        self._is_on = ratio > 0
        # Of ten questions one may fail: the nine others pay for it.
        self._earned = ratio / (1 - ratio) if ratio < 1 else _MOST
        self._tokens = _AT_START
        self._at = now

    def earn(self) -> None:
        """A question was answered the first time."""
        self._tokens = min(_MOST, self._tokens + self._earned)

    def spend(self, now: float) -> bool:
        """Whether one may be sent once more; it is paid for then."""
        if self._tokens < _AT_START:
            self._tokens = min(_AT_START, self._tokens + _PER_S * max(0.0, now - self._at))
        self._at = now
        if not self._is_on or self._tokens < 1:
            return False
        self._tokens -= 1
        return True


@dataclasses.dataclass(frozen=True, slots=True)
class Again:
    """Whether and when a question is sent once more. Pure; only the budget remembers anything."""

    attempts: int
    budget: RetryBudget
    randomness: Randomness

    def wait_s(
        self, error: ConnectorError, *, tries: int, before_s: float | None, now: float, ends: float
    ) -> float | None:
        """
        For how long to wait before the next try, which is paid for then; None when there is to be none.

        *tries* have been made, with *before_s* of waiting before the last; the caller is there until *ends*.
        """
        if tries >= self.attempts or error.retry_after_s is None or isinstance(error, _NEVER):
            return None
        wait_s = error.retry_after_s + self._jitter_s(before_s)
        if now + wait_s + _ROOM_S > ends or not self.budget.spend(now):
            return None
        return wait_s

    def _jitter_s(self, before_s: float | None) -> float:
        # Decorrelated: from the shortest to three times what it was before, so those that failed together spread out.
        most = min(_LONGEST_S, 3 * (before_s or _SHORTEST_S))
        return _SHORTEST_S + (most - _SHORTEST_S) * self.randomness()


class Retries:
    """The stage. What it waits for is counted in nobody's place: it stands before the bulkhead."""

    def __init__(
        self,
        *,
        attempts: int,
        budget: RetryBudget,
        clock: Clock,
        watcher: Watcher | None = None,
        randomness: Randomness = random.random,
    ) -> None:
        self._again = Again(attempts, budget, randomness)
        self._budget = budget
        self._clock = clock
        self._watcher = watcher or Unwatched()

    async def __call__(self, call: Call, ask: "Ask", *, proceed: "Proceed") -> Answer[Any]:
        """Proceed, and once more where that failed for a passing reason."""
        tries, wait_s = 0, None
        while True:
            try:
                answer = await proceed(call, ask)
            except Rejected:
                self._earns(tries)
                raise
            except Unavailable as error:
                tries += 1
                wait_s = self._wait_s(call, error, tries, wait_s)
                if wait_s is None:
                    raise
            else:
                self._earns(tries)
                return answer
            self._watcher.tells(call, Event.RETRIED)
            await asyncio.sleep(wait_s)

    def _earns(self, tries: int) -> None:
        # A refusal is an answer, too.
        if not tries:
            self._budget.earn()

    def _wait_s(self, call: Call, error: Unavailable, tries: int, before_s: float | None) -> float | None:
        if not call.repeatable:
            return None
        now = self._clock.monotonic()
        return self._again.wait_s(error, tries=tries, before_s=before_s, now=now, ends=call.within.at)
