"""
Hedges: a read that has no answer yet is sent a second time beside the first, for operations that an operator names.

It shortens the longest waits of a system that answers most questions soon and a few late, at the price of a few more
questions; each is paid for from the budget of retries.
"""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from connectors.clock import Clock
from connectors.errors import BadData, Unavailable
from connectors.guard.answer import Answer, Call
from connectors.guard.retries import RetryBudget
from connectors.guard.watch import Event, Unwatched, Watcher

if TYPE_CHECKING:
    from connectors.guard.pipeline import Ask, Proceed

_Try = asyncio.Task[Answer[Any]]


class Hedges:
    """The stage. *after_s* is for how long an answer of an operation is waited for before it is asked once more."""

    def __init__(
        self, *, after_s: Mapping[str, float], budget: RetryBudget, clock: Clock, watcher: Watcher | None = None
    ) -> None:
        self._after_s = after_s
        self._budget = budget
        self._clock = clock
        self._watcher = watcher or Unwatched()

    async def __call__(self, call: Call, ask: "Ask", *, proceed: "Proceed") -> Answer[Any]:
        """
        The first good answer of one try or two.

        Whichever try is left over is cancelled, and has ended when this returns. When both fail, the first one's error
        is raised with the other's as its context, and nothing is sent a third time.
        """
        after_s = self._after_s.get(call.operation)
        if after_s is None or not call.repeatable:
            return await proceed(call, ask)
        tries = [_begun(call, ask, proceed)]
        try:
            await asyncio.wait(tries, timeout=after_s)
            if not tries[0].done() and self._may_ask_again(call):
                self._watcher.tells(call, Event.HEDGED)
                tries.append(_begun(call, ask, proceed))
            return await _first_good(tries)
        finally:
            await _ended(tries)

    def _may_ask_again(self, call: Call) -> bool:
        return call.within.remaining(self._clock) > 0 and self._budget.spend(self._clock.monotonic())


def _begun(call: Call, ask: "Ask", proceed: "Proceed") -> _Try:
    found = asyncio.get_running_loop().create_task(_run(call, ask, proceed))
    found.add_done_callback(_heard)
    return found


async def _run(call: Call, ask: "Ask", proceed: "Proceed") -> Answer[Any]:
    return await proceed(call, ask)


def _heard(task: _Try) -> None:
    # A try that lost may fail unwatched; that is nobody's unhandled error.
    if not task.cancelled():
        task.exception()


async def _first_good(tries: list[_Try]) -> Answer[Any]:
    """The first outcome that is an answer, also a refusal; else the first try's error."""
    waiting = set(tries)
    while waiting:
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in tries:
            # Only a system that is ill is worth hearing a second time.
            if task in done and not isinstance(task.exception(), Unavailable | BadData):
                return task.result()
    first, *others = (task.exception() for task in tries)
    assert isinstance(first, Unavailable | BadData)  # noqa: S101 - All others have been given by now.
    if others:
        first.retry_after_s = None
        first.__context__ = others[0]
    raise first


async def _ended(tries: list[_Try]) -> None:
    left = [task for task in tries if not task.done()]
    for task in left:
        task.cancel()
    if left:
        await asyncio.wait(left)
