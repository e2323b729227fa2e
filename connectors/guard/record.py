"""
The record of what an answer hangs on, for whoever wants to give it again without working it out again.

Only what can be looked up again is recorded: an answer that the cache gave, a name that was taken on trust. That a
system was asked spoils the record. It is bound to the context of an operation, and so to the tasks made for it. All
calls of the operation that are not answered from what is kept pass here: so here is told how many are too many.
"""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from typing import Protocol

from connectors.errors import ConnectorError, TooManyCalls
from connectors.guard.given import Given, all_good_until
from connectors.guard.subject import Subject


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
    """What one operation has relied on so far, and whom it asked: no system more than *most_calls* times, if given."""

    __slots__ = (
        "_ends",
        "_most_calls",
        "_relied",
        "about",
        "asked",
        "failed",
        "given",
        "recalled",
        "tells_cost",
        "was_refused",
    )

    def __init__(self, *, most_calls: int | None = None) -> None:
        self._most_calls = most_calls
        self.asked: dict[str, int] = {}
        """By system, the calls that were put to it or shared; what was kept answered none of them."""

        self.recalled: set[str] = set()
        """The systems of which something was given that was kept before."""

        self.failed: dict[str, ConnectorError] = {}
        """By system, its first failure for which something older was given instead."""

        self.was_refused = False
        """Whether there were calls beyond *most_calls*."""

        self.tells_cost = True
        """Whether whom it asked may show in what it costs; not where that tells how far somebody was found."""

        self._relied: list[Reliance] = []
        self._ends: list[dt.datetime] = []
        self.given: list[Given] = []
        """Every call that has come to its end, whether it was asked, shared or recalled."""

        self.about: set[Subject] = set()
        """Whom the operation is about: of whom somebody was asked, and who was found to be meant. Personal data."""

    def relies(self, on: Reliance) -> None:
        """The operation was given something that can be looked up again."""
        self._relied.append(on)

    def asks(self, system: str, operation: str) -> None:
        """
        A system is asked, or a call to it is shared: what comes of that was not there before.

        Raises TooManyCalls where it has been asked as often as it may be.
        """
        before = self.asked.get(system, 0)
        if self._most_calls is not None and before >= self._most_calls and not _OURS.get():
            self.was_refused = True
            raise TooManyCalls("more calls than one operation may make", system=system, operation=operation)
        self.asked[system] = before + 1

    @property
    def whole(self) -> tuple[Reliance, ...]:
        """All that the operation's answer hangs on until now; empty where that is not known, or is nothing."""
        return () if self.asked else tuple(self._relied)

    def gives(self, given: Given, about: Iterable[Subject] = ()) -> None:
        """A call has come to its end; *about* is whom it was about."""
        self.given.append(given)
        self.about.update(about)

    def concerns(self, who: Subject) -> None:
        """The operation is about *who*, whether a system is asked or not."""
        self.about.add(who)

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


_OURS: ContextVar[bool] = ContextVar("switchboard_our_own_question", default=False)


@contextlib.contextmanager
def our_own_question() -> Iterator[None]:
    """What is asked within is asked for ourselves and not for the caller: however often, it is not too often."""
    token = _OURS.set(True)
    try:
        yield
    finally:
        _OURS.reset(token)


@contextlib.contextmanager
def recorded(*, most_calls: int | None = None) -> Iterator[Record]:
    """
    A record of what is done within the block, also by tasks that are made there.

    With *most_calls* each system may be asked so often there, and a call beyond raises TooManyCalls.
    """
    record = Record(most_calls=most_calls)
    token = RECORD.set(record)
    try:
        yield record
    finally:
        RECORD.reset(token)
