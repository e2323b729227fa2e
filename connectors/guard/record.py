"""
The record of what an answer hangs on, for whoever wants to give it again without working it out again.

Only what can be looked up again is recorded: an answer that the cache gave, a name that was taken on trust. That a
system was asked spoils the record. It is bound to the context of an operation, and so to the tasks made for it.
"""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Protocol

from connectors.guard.given import Given, all_good_until


class Reliance(Protocol):
    """One thing that an answer hangs on. Holds it weakly: nothing lives longer because an answer hung on it."""

    async def holds(self) -> bool:
        """Whether it would be found again now, the very same."""
        ...

    def tell(self) -> None:
        """Tell whoever watches that it was found again."""
        ...

    def watch(self, gone: Callable[[], object]) -> None:
        """Have *gone* called when it cannot be found again any more, where that can be known."""
        ...


class Record:
    """What one operation has relied on so far."""

    __slots__ = ("_asked", "_ends", "_relied", "given")

    def __init__(self) -> None:
        self._asked = False
        self._relied: list[Reliance] = []
        self._ends: list[dt.datetime] = []
        self.given: list[Given] = []
        """Every call that has come to its end, whether it was asked, shared or recalled."""

    def relies(self, on: Reliance) -> None:
        """The operation was given something that can be looked up again."""
        self._relied.append(on)

    def asks(self) -> None:
        """A system is asked, or a call to it is shared: what comes of that was not there before."""
        self._asked = True

    @property
    def whole(self) -> tuple[Reliance, ...]:
        """All that the operation's answer hangs on until now; empty where that is not known, or is nothing."""
        return () if self._asked else tuple(self._relied)

    def gives(self, given: Given) -> None:
        """A call has come to its end."""
        self.given.append(given)

    def ends(self, at: dt.datetime) -> None:
        """What is no call's answer was taken for true, and may be until *at*."""
        self._ends.append(at)

    @property
    def fresh_until(self) -> dt.datetime | None:
        """Until when all that went into the answer is fresh, as the caller sees it; None where nobody can say."""
        first = all_good_until(self.given)
        return None if first is None else min((first, *self._ends))


RECORD: ContextVar[Record | None] = ContextVar("switchboard_record", default=None)
"""The record of the operation that is being answered; None where nobody keeps one."""


@contextlib.contextmanager
def recorded() -> Iterator[Record]:
    """A record of what is done within the block, also by tasks that are made there."""
    record = Record()
    token = RECORD.set(record)
    try:
        yield record
    finally:
        RECORD.reset(token)
