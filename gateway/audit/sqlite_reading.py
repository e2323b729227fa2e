"""What a SQLite file of records holds, for the command line: read only, and as it was at one moment."""

import contextlib
import datetime as dt
import heapq
import pathlib
import sqlite3
import urllib.parse
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, Final

from gateway.audit.chain import Row, Witnessed
from gateway.audit.cuts import Cut
from gateway.audit.sqlite import CUTS, HEADS, bytes_in, cut_of, head_of, kind_of, number_in
from gateway.audit.sqlite_search import BEHIND, named_in
from gateway.audit.sqlite_tables import layout_of
from gateway.audit.store import StoreAway
from gateway.audit.times import micros

_ROW: Final = "SELECT r.chain, r.seq, r.at_us, r.body, r.hash"

# Not by record: the index lies in the order of people. SQLite sorts it once, in a file of its own where it is long.
_ALL: Final = """
SELECT r.chain, r.seq, r.at_us, r.body, r.hash, p.people, r.seq > coalesce(s.length, 0)
FROM audit_records r LEFT JOIN audit_searchable s ON s.chain = r.chain
LEFT JOIN (SELECT chain, seq, group_concat(person, ' ') AS people FROM audit_people GROUP BY chain, seq) p
ON p.chain = r.chain AND p.seq = r.seq
ORDER BY r.chain, r.seq
"""
_WITHIN: Final = "r.at_us >= ? AND r.at_us < ? ORDER BY r.at_us, r.chain, r.seq"
_NOT_IN_INDEX: Final = f"{_ROW} FROM ({BEHIND}) b JOIN audit_records r ON r.chain = b.chain AND r.seq > b.length WHERE"
_NEVER: Final = 1 << 62
_PATIENCE_S: Final = 10.0


class SQLiteReading:
    """Reads the file at *path*. It blocks; nobody else is served meanwhile."""

    def __init__(self, path: pathlib.Path) -> None:
        self._path = path
        self._open: sqlite3.Connection | None = None

    async def heads(self) -> list[Witnessed]:
        """As `Reading` says."""
        return [head_of(row) for row in self._asked(f"{HEADS} ORDER BY chain", [])]

    async def geneses(self) -> list[bytes]:
        """As `Reading` says."""
        return [bytes_in(body) for (body,) in self._asked("SELECT body FROM audit_records WHERE seq = 1", [])]

    async def cuts(self) -> list[Cut]:
        """As `Reading` says."""
        return [cut_of(row) for row in self._asked(f"{CUTS} ORDER BY chain", [])]

    async def rows(self) -> AsyncIterator[Row]:
        """As `Reading` says."""
        for *found, people, is_not_in_index in self._asked(_ALL, []):
            row = _row(found, people)
            yield _row(found, people, named_in(row.body)) if is_not_in_index else row

    async def about(
        self, people: Sequence[str], start: dt.datetime | None, end: dt.datetime | None
    ) -> AsyncIterator[Row]:
        """As `Reading` says."""
        marks = ", ".join("?" * len(people))
        by_index = f"(r.chain, r.seq) IN (SELECT chain, seq FROM audit_people WHERE person IN ({marks}))"  # noqa: S608 - question marks
        asked = self._asked(
            f"{_ROW} FROM audit_records r WHERE {by_index} AND {_WITHIN}", [*people, *_within(start, end)]
        )
        rest = self._asked(f"{_NOT_IN_INDEX} {_WITHIN}", _within(start, end))
        wanted = frozenset(people)
        read = (row for row in map(_row, rest) if not wanted.isdisjoint(named_in(row.body)))
        last = None
        for row in heapq.merge(map(_row, asked), read, key=lambda row: (row.at_us, row.chain, row.seq)):
            if row != last:  # Whoever edits the file can have one in both.
                yield row
            last = row

    async def between(self, start: dt.datetime | None, end: dt.datetime | None) -> AsyncIterator[Row]:
        """As `Reading` says."""
        for row in self._asked(f"{_ROW} FROM audit_records r WHERE {_WITHIN}", _within(start, end)):
            yield _row(row)

    async def aclose(self) -> None:
        """As `Reading` says."""
        if self._open is not None:
            self._open.close()

    def _asked(self, question: str, values: list[Any]) -> Iterator[tuple[Any, ...]]:
        try:
            if self._open is None:
                self._open = self._opened()
            # Not `yield from`: whoever stops in the midst would have it close itself after the file was closed.
            for row in self._open.execute(question, values):  # noqa: UP028
                yield row
        except sqlite3.Error as exc:
            raise StoreAway(kind_of(exc)) from None

    def _opened(self) -> sqlite3.Connection:
        address = f"file:{urllib.parse.quote(str(self._path.absolute()))}?mode=ro"
        connection = sqlite3.connect(address, uri=True, timeout=_PATIENCE_S, isolation_level=None)
        with contextlib.ExitStack() as undo:
            undo.callback(connection.close)
            # One moment for all questions: from the first on, what is written meanwhile is not seen.
            connection.execute("BEGIN")
            layout_of(connection)
            connection.execute("SELECT 1 FROM audit_heads LIMIT 1").fetchall()
            undo.pop_all()
        return connection


def _within(start: dt.datetime | None, end: dt.datetime | None) -> list[int]:
    return [-_NEVER if start is None else micros(start), _NEVER if end is None else micros(end)]


def _row(found: Sequence[Any], people: object = None, more: Sequence[str] = ()) -> Row:
    chain, seq, at_us, body, digest = found
    of_whom = tuple(sorted({*(str(people).split() if people else ()), *more}))
    return Row(str(chain), number_in(seq), number_in(at_us), bytes_in(body), bytes_in(digest), of_whom)
