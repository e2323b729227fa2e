"""
Refreshes: answers that are asked for anew in the background, one at a time for each key, until the guard closes.

Where one has failed its key rests for a while. Without that, while a system fails, every question that is given a kept
answer would begin another refresh.
"""

import asyncio
import collections
import contextvars
import functools
import random
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from connectors.clock import Clock

LEAST_S: Final = 1.0
"""The longest rest after a first failure; it doubles with each further one."""

MOST_S: Final = 30.0

MOST: Final = 10_000
"""Keys that rest. Beyond it the one that failed longest ago may be tried again at once."""


class _Rest(NamedTuple):
    until: float
    longest_s: float


class Rests:
    """
    Keys for which something failed, and until when each is left alone. Pure: *now* is by the interval clock.

    A rest is drawn between half of its longest time and all of it, so that keys that failed together are not tried
    together. A key that was well for MOST_S after its rest begins anew.
    """

    def __init__(self, *, dice: Callable[[], float] = random.random, most: int = MOST) -> None:
        self._rests: collections.OrderedDict[str, _Rest] = collections.OrderedDict()
        self._dice = dice
        self._most = most

    def __len__(self) -> int:
        return len(self._rests)

    def is_over(self, key: str, *, now: float) -> bool:
        """Whether *key* may be tried."""
        rest = self._rests.get(key)
        return rest is None or rest.until <= now

    def failed(self, key: str, *, now: float, asked: bool = True) -> None:
        """
        It failed for *key*.

        Where the system was not *asked*, because it is spared for now, that has cost it nothing and says nothing of how
        it is: such a rest is as short as the first, so that all is tried soon after the system is asked again.
        """
        before = self._rests.pop(key, None)
        if before is None or before.until + MOST_S < now:
            longest_s = LEAST_S
        else:
            longest_s = min(2 * before.longest_s, MOST_S) if asked else before.longest_s
        rest_s = (longest_s if asked else LEAST_S) * (1 + self._dice()) / 2
        self._rests[key] = _Rest(now + rest_s, longest_s)
        while len(self._rests) > self._most or next(iter(self._rests.values())).until + MOST_S < now:
            self._rests.popitem(last=False)

    def went_well(self, key: str) -> None:
        """There is an answer for *key*."""
        self._rests.pop(key, None)


class Refreshes:
    """What is being refreshed. It knows nothing of windows: who calls decides that something should be."""

    def __init__(self, *, clock: Clock, dice: Callable[[], float] = random.random) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._rests = Rests(dice=dice)
        self._clock = clock

    def begin(self, key: str, refresh: Callable[[], Awaitable[None]]) -> None:
        """Have *refresh* run, which must not raise, unless one of *key* is under way or has just failed."""
        if key in self._tasks or not self._rests.is_over(key, now=self._clock.monotonic()):
            return
        # In a context of its own: what the caller's question is called in traces, its turn to read replies and the
        # record of what it relied on end with the question.
        task = asyncio.get_running_loop().create_task(_run(refresh), context=contextvars.Context())
        self._tasks[key] = task
        # Not by the task itself: one that is cancelled before its first step never gets to its end.
        task.add_done_callback(functools.partial(self._ended, key))

    def failed(self, key: str, *, asked: bool) -> None:
        """The refresh of *key* failed; *asked* says whether its system was asked at all."""
        self._rests.failed(key, now=self._clock.monotonic(), asked=asked)

    def went_well(self, key: str) -> None:
        """An answer came for *key*, by a refresh or otherwise."""
        self._rests.went_well(key)

    async def aclose(self) -> None:
        """Cancel every refresh and wait until each has ended."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def __len__(self) -> int:
        return len(self._tasks)

    def _ended(self, key: str, _: asyncio.Task[None]) -> None:
        del self._tasks[key]


async def _run(refresh: Callable[[], Awaitable[None]]) -> None:
    await refresh()
