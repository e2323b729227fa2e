"""
Whose replies are read first: those of the question that came first.

Reading replies is nearly all the work that a question makes. Where several wait for the processor, a loop that gives
each of them a step in turn has all of them finished at the end; one after the other, each but the last is finished
sooner and the last no later. Nothing is held up while the processor is free. Where many wait all the time, the same
work for all of them in a row costs a tenth less, which serves them better than any order.
"""

import asyncio
import contextlib
import heapq
import itertools
import weakref
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Final

_PATIENCE: Final = 10
"""
Turns of the loop for which a question may be silent and still be the one whose replies are read.

From a reply that was read to the answer, or to the next call, they are six to eight.
"""


_MANY: Final = 8
"""With more questions than these under way no order is kept."""


class Place:
    """One question's place among those of a loop: the lower its *number*, the earlier it came."""

    __slots__ = ("_line", "number")

    def __init__(self, line: "Line", number: int) -> None:
        self._line = line
        self.number = number

    def is_first(self) -> bool:
        """Whether its replies may be read now; it is the first then, until it is silent or ends."""
        return self._line.lets(self)

    async def comes_first(self) -> None:
        """Wait for that."""
        await self._line.wait(self)

    def ends(self) -> None:
        """Let others come: it is answered."""
        self._line.leave(self)


class Line:
    """The questions of one event loop of which replies wait to be read."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        # Weakly: the loop is where this line is kept.
        self._loop = weakref.ref(loop)
        self._numbers = itertools.count()
        self._entries = itertools.count()
        self._here = 0
        self._first: Place | None = None
        self._waiting: list[tuple[int, int, Place, asyncio.Future[None]]] = []
        self._silent = 0
        self._looks = False

    def place(self) -> Place:
        """The place of a question that begins."""
        self._here += 1
        return Place(self, next(self._numbers))

    def lets(self, place: Place) -> bool:
        """Whether *place* is the first now, or becomes it because there is none, or whether there are too many."""
        if self._here > _MANY:
            return True
        if self._first is None:
            self._first = place
        if self._first is not place:
            return False
        self._silent = 0
        return True

    async def wait(self, place: Place) -> None:
        """Return when *place* is the first."""
        waiter = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (place.number, next(self._entries), place, waiter))
        if not self._looks:
            self._looks = True
            self._silent = 0
            self._soon()
        await waiter

    def leave(self, place: Place) -> None:
        """*place* has come to its end: let the next one come if it was the first."""
        self._here -= 1
        if self._first is place:
            self._first = None
            self._next()

    def _soon(self) -> None:
        loop = self._loop()
        if loop is not None:
            loop.call_soon(self._look)

    def _look(self) -> None:
        self._silent += 1
        if self._silent > _PATIENCE:
            self._first = None
        if self._first is None:
            self._next()
        if self._waiting:
            self._soon()
        else:
            self._looks = False

    def _next(self) -> None:
        while self._waiting and (self._first is None or self._waiting[0][2] is self._first):
            *_, place, waiter = heapq.heappop(self._waiting)
            # It may have been cancelled meanwhile.
            if not waiter.done():
                self._first, self._silent = place, 0
                waiter.set_result(None)


PLACE: ContextVar[Place | None] = ContextVar("switchboard_place", default=None)
"""The place of the question that is being answered; None where nothing waits for others."""

_lines: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Line] = weakref.WeakKeyDictionary()


@contextlib.contextmanager
def in_line() -> Iterator[None]:
    """Within the block, and in tasks that are made there, replies are read when it is the question's turn."""
    loop = asyncio.get_running_loop()
    line = _lines.get(loop)
    if line is None:
        line = _lines[loop] = Line(loop)
    place = line.place()
    token = PLACE.set(place)
    try:
        yield
    finally:
        PLACE.reset(token)
        place.ends()
