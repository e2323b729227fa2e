"""What a database of records holds, for the command line: read only, and as it was at one moment."""

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from gateway.audit.chain import Row, Witnessed
from gateway.audit.cuts import Cut
from gateway.audit.postgres import CUTS, HEADS, closed, connected, cut_of, head_of
from gateway.audit.settings import PostgresSettings
from gateway.audit.store import StoreAway
from gateway.audit.times import micros

_ROWS: Final = """
SELECT r.chain, r.seq, r.at_us, r.body, r.hash,
       ARRAY(SELECT person FROM audit_people p WHERE p.chain = r.chain AND p.seq = r.seq)
FROM audit_records r
"""
# Whatever the database's language, chains come in the order of their bytes.
_BY_CHAIN: Final = 'ORDER BY r.chain COLLATE "C", r.seq'
_BY_TIME: Final = 'r.at_us >= {} AND r.at_us < {} ORDER BY r.at_us, r.chain COLLATE "C", r.seq'
_NEVER: Final = 1 << 62
_PATIENCE_S: Final = 10.0


class PostgresReading:
    """Reads a database. Needs no right but SELECT."""

    def __init__(self, settings: PostgresSettings) -> None:
        self._settings = settings
        self._open: Any = None

    async def heads(self) -> list[Witnessed]:
        """As `Reading` says."""
        return [head_of(row) async for row in self._asked(f'{HEADS} ORDER BY chain COLLATE "C"')]

    async def geneses(self) -> list[bytes]:
        """As `Reading` says."""
        return [row[0] async for row in self._asked("SELECT body FROM audit_records WHERE seq = 1")]

    async def cuts(self) -> list[Cut]:
        """As `Reading` says."""
        return [cut_of(row) async for row in self._asked(f'{CUTS} ORDER BY chain COLLATE "C"')]

    async def rows(self) -> AsyncIterator[Row]:
        """As `Reading` says."""
        async for row in self._asked(f"{_ROWS} {_BY_CHAIN}"):
            yield _row(row)

    async def about(
        self, people: Sequence[str], start: dt.datetime | None, end: dt.datetime | None
    ) -> AsyncIterator[Row]:
        """As `Reading` says."""
        found = "(r.chain, r.seq) IN (SELECT chain, seq FROM audit_people WHERE person = ANY($1::text[]))"
        question = f"{_ROWS} WHERE {found} AND {_BY_TIME.format('$2', '$3')}"
        async for row in self._asked(question, list(people), *_within(start, end)):
            yield _row(row)

    async def between(self, start: dt.datetime | None, end: dt.datetime | None) -> AsyncIterator[Row]:
        """As `Reading` says."""
        async for row in self._asked(f"{_ROWS} WHERE {_BY_TIME.format('$1', '$2')}", *_within(start, end)):
            yield _row(row)

    async def aclose(self) -> None:
        """As `Reading` says."""
        if self._open is not None:
            await closed(self._open)

    async def _asked(self, question: str, *values: Any) -> AsyncIterator[Any]:
        import asyncpg  # noqa: PLC0415 - only where it is wanted

        try:
            if self._open is None:
                self._open = await connected(self._settings, timeout_s=_PATIENCE_S)
                # One moment for all questions; the connection's end ends it.
                await self._open.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            async for row in self._open.cursor(question, *values, prefetch=1000):
                yield row
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as exc:
            raise StoreAway(type(exc).__name__) from None


def _within(start: dt.datetime | None, end: dt.datetime | None) -> list[int]:
    return [-_NEVER if start is None else micros(start), _NEVER if end is None else micros(end)]


def _row(found: Any) -> Row:
    chain, seq, at_us, body, digest, people = found
    return Row(chain, seq, at_us, body, digest, tuple(sorted(people)))
