"""What the audit needs of a place to keep records, and what it may say. Two are beside this: SQLite and PostgreSQL."""

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from typing import Any, Protocol

from gateway.audit.chain import Head, Row, Witnessed
from gateway.audit.cuts import Cut


class StoreAway(Exception):
    """
    The store did not take it, or cannot be asked: it is away, full, or shut to us. Whether it was taken is not known.

    The text is a kind, such as the name of an exception, with nothing of a record or an address in it.
    """


class Disturbed(Exception):
    """The chain in the store does not end where we left it: somebody else wrote there."""


class Store(Protocol):
    """
    Where records are kept. One writer uses it, and waits for each call before the next.

    Every call may be cancelled when it takes too long; what it was about may have happened or not, or still happen.
    """

    async def newest(self, count: int) -> list[Witnessed]:
        """The heads witnessed last, at most so many. Makes the tables where there are none. Raises StoreAway."""
        ...

    async def append(self, before: Head | None, rows: Sequence[Row], after: Witnessed) -> None:
        """
        Keep *rows* and witness the head *after*, all or nothing; on return both outlive a loss of power.

        *before* is where the chain was, None for one that begins. What is there already is not kept twice: the same
        call again is right, whatever became of the first. Raises StoreAway; Disturbed when the chain is elsewhere.
        """
        ...

    def renew(self, settings: Any) -> None:
        """Use the credentials of *settings* for the next connection. Raises OSError where their files do not serve."""
        ...

    async def aclose(self) -> None:
        """Close what it holds."""
        ...


class Pruning(Protocol):
    """Where the oldest parts of chains are taken away. All of it raises StoreAway."""

    async def cut(self, cut: Cut) -> int:
        """
        Keep the statement *cut* and take away what it is of, all or nothing: how many records that were.

        It takes the place of an earlier statement of the same chain. Takes as long as it has records.
        """
        ...

    async def aclose(self) -> None:
        """Close what it holds."""
        ...


class Reading(Protocol):
    """What is kept, as it was at one moment: what is written meanwhile is not seen. All of it raises StoreAway."""

    async def heads(self) -> list[Witnessed]:
        """The table of heads."""
        ...

    async def geneses(self) -> list[bytes]:
        """The first record of every chain."""
        ...

    async def cuts(self) -> list[Cut]:
        """Where chains begin whose oldest part was taken away."""
        ...

    def rows(self) -> AsyncIterator[Row]:
        """Every record, by chain and number, with the people by whom it is found."""
        ...

    def about(self, people: Sequence[str], start: dt.datetime | None, end: dt.datetime | None) -> AsyncIterator[Row]:
        """
        The records that name one of *people*, from *start* and before *end*, in the order of time.

        Whom they are found by need not be told, here and in `between`.
        """
        ...

    def between(self, start: dt.datetime | None, end: dt.datetime | None) -> AsyncIterator[Row]:
        """The records from *start* and before *end*, in the order of time."""
        ...

    async def aclose(self) -> None:
        """Close what it holds."""
        ...
