"""What a SQLite file of records holds, for the command line: read only, and as it was at one moment."""

import contextlib
import datetime as dt
import pathlib
import sqlite3
import urllib.parse
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, Final

from gateway.audit.chain import Row, Witnessed
from gateway.audit.sqlite import HEADS, bytes_in, head_of, number_in
from gateway.audit.store import StoreAway
from gateway.audit.times import micros

_ROWS: Final = """
SELECT r.chain, r.seq, r.at_us, r.body, r.hash,
       (SELECT group_concat(person, ' ') FROM audit_people p WHERE p.chain = r.chain AND p.seq = r.seq)
FROM audit_records r
"""
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

    async def rows(self) -> AsyncIterator[Row]:
        """As `Reading` says."""
        for row in self._asked(f"{_ROWS} ORDER BY r.chain, r.seq", []):
            yield _row(row)

    async def about(
        self, people: Sequence[str], start: dt.datetime | None, end: dt.datetime | None
    ) -> AsyncIterator[Row]:
        """As `Reading` says."""
        marks = ", ".join("?" * len(people))
        found = f"(r.chain, r.seq) IN (SELECT chain, seq FROM audit_people WHERE person IN ({marks}))"  # noqa: S608 - question marks
        for row in self._asked(f"{_ROWS} WHERE {found} AND {_WITHIN}", [*people, *_within(start, end)]):
            yield _row(row)

    async def between(self, start: dt.datetime | None, end: dt.datetime | None) -> AsyncIterator[Row]:
        """As `Reading` says."""
        for row in self._asked(f"{_ROWS} WHERE {_WITHIN}", _within(start, end)):
            yield _row(row)

    async def aclose(self) -> None:
        """As `Reading` says."""
        if self._open is not None:
            self._open.close()

    def _asked(self, question: str, values: list[Any]) -> Iterator[tuple[Any, ...]]:
        try:
            if self._open is None:
                self._open = self._opened()
            yield from self._open.execute(question, values)
        except sqlite3.Error as exc:
            raise StoreAway(getattr(exc, "sqlite_errorname", None) or type(exc).__name__) from None

    def _opened(self) -> sqlite3.Connection:
        address = f"file:{urllib.parse.quote(str(self._path.absolute()))}?mode=ro"
        connection = sqlite3.connect(address, uri=True, timeout=_PATIENCE_S, isolation_level=None)
        with contextlib.ExitStack() as undo:
            undo.callback(connection.close)
            # One moment for all questions: from the first on, what is written meanwhile is not seen.
            connection.execute("BEGIN")
            connection.execute("SELECT 1 FROM audit_heads LIMIT 1").fetchall()
            undo.pop_all()
        return connection


_WITHIN: Final = "r.at_us >= ? AND r.at_us < ? ORDER BY r.at_us, r.chain, r.seq"
_NEVER: Final = 1 << 62


def _within(start: dt.datetime | None, end: dt.datetime | None) -> list[int]:
    return [-_NEVER if start is None else micros(start), _NEVER if end is None else micros(end)]


def _row(found: tuple[Any, ...]) -> Row:
    chain, seq, at_us, body, digest, people = found
    of_whom = tuple(sorted(str(people).split())) if people else ()
    return Row(str(chain), number_in(seq), number_in(at_us), bytes_in(body), bytes_in(digest), of_whom)
