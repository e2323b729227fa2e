"""What waits to be written, in its order and up to a bound: whoever brings more waits, or is refused."""

import asyncio
import collections
import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence

from connectors.environment import Reporter
from gateway.audit.record import Changed, Entry


@dataclasses.dataclass(frozen=True, slots=True)
class Waiting:
    """
    An entry of *at* that waits. *kept* is told when its record is kept, where somebody waits for that.

    It becomes a record when it is written, with the others of its commit: what is done for many one after the other
    costs half of what it costs now and then.
    """

    entry: Entry | Changed = dataclasses.field(repr=False)
    at: dt.datetime
    kept: asyncio.Future[None] | None

    @property
    def is_wanted(self) -> bool:
        """Whether it is to be written still: who left, or was refused, has been answered nothing."""
        return self.kept is None or not self.kept.done()


class Line:
    """Those that wait, at most so many."""

    def __init__(self, most: int, *, report: Reporter) -> None:
        self._most = most
        self._report = report
        self._waiting: collections.deque[Waiting] = collections.deque()
        self._room = asyncio.Event()
        self._room.set()
        self._is_told = False

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[Waiting]:
        return iter(self._waiting)

    @property
    def is_full(self) -> bool:
        """Whether nothing more is taken."""
        return len(self._waiting) >= self._most

    def put(self, waiting: Waiting) -> None:
        """Have it wait behind the others."""
        self._waiting.append(waiting)

    def put_back(self, waiting: Sequence[Waiting]) -> None:
        """Have those wait again that were taken last, before all others."""
        self._waiting.extendleft(reversed(waiting))

    def taken(self, most: int) -> list[Waiting]:
        """The first of those that are still wanted, at most so many; they wait no more."""
        found: list[Waiting] = []
        while self._waiting and len(found) < most:
            waiting = self._waiting.popleft()
            if waiting.is_wanted:
                found.append(waiting)
        self._room.set()
        return found

    async def has_room(self) -> None:
        """Return when there is room; that it was full is told once."""
        while self.is_full:
            if not self._is_told:
                self._is_told = True
                self._report.warning("audit_full", waiting=len(self._waiting))
            self._room.clear()
            await self._room.wait()

    def eased(self) -> None:
        """A commit is kept: once all are taken, it would be told again that it is full."""
        self._is_told = self._is_told and bool(self._waiting)
