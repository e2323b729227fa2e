"""
Records in a SQLite file: the store that needs nothing installed. Several processes of one machine may share the file.

Write-ahead log with `synchronous=FULL`: a commit returns when its bytes are on the disk (sqlite.org/pragma.html), and
whoever reads does not hold up whoever writes.
"""

import contextlib
import functools
import os
import pathlib
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, Final

from gateway.audit.chain import Head, Row, Witnessed
from gateway.audit.cuts import Cut
from gateway.audit.sqlite_search import SearchIndex
from gateway.audit.sqlite_tables import insert, layout_of, make, rolled_back
from gateway.audit.store import Disturbed, StoreAway
from gateway.audit.thread import OneThread
from gateway.audit.times import instant, micros

_LAST_SLICES: Final = 64


class SQLiteStore:
    """Writes records to the file at *path*, which is made where there is none; waits for other writers *timeout_s*."""

    def __init__(self, path: pathlib.Path, *, timeout_s: float) -> None:
        self._path = path
        self._timeout_s = timeout_s
        self._thread = OneThread("audit")
        self._open: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._index = SearchIndex()

    async def newest(self, count: int) -> list[Witnessed]:
        """As `Store` says."""
        found = await self._thread.run(functools.partial(self._newest, count))
        self._thread.then(self._search)
        return found

    async def append(self, before: Head | None, rows: Sequence[Row], after: Witnessed) -> None:
        """As `Store` says."""
        await self._thread.run(functools.partial(self._append, before, rows, after))
        if self._index.is_due:
            self._thread.then(self._search)

    def renew(self, settings: object) -> None:
        """Nobody has to be let in here."""

    async def aclose(self) -> None:
        """As `Store` says."""
        try:
            await self._thread.run(self._end)
        finally:
            self._thread.end()

    def _newest(self, count: int) -> list[Witnessed]:
        with self._connected() as connection:
            return [head_of(row) for row in connection.execute(f"{HEADS} ORDER BY at_us DESC LIMIT ?", [count])]

    def _append(self, before: Head | None, rows: Sequence[Row], after: Witnessed) -> None:
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                if _is_moved(connection, before, after):
                    insert(connection, "INSERT INTO audit_records", [_values(row) for row in rows])
                connection.execute("COMMIT")
            except BaseException:
                rolled_back(connection)
                raise
        self._index.add(rows)

    def _search(self) -> None:
        if self._has_more_to_search():
            self._thread.then(self._search)  # Behind who waits by now.

    def _has_more_to_search(self) -> bool:
        """Put some of what is kept into the index; whether there is more."""
        if self._open is None:
            return False  # Closed, or ill: nothing is opened for that alone.
        is_more = False
        # Nobody waits for it, and what is not in the index is found without; whatever it is, the thread goes on.
        with contextlib.suppress(Exception), self._connected() as connection:
            is_more = self._index.write(connection)
        return is_more

    @contextlib.contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        try:
            if self._open is not None and self._file != _file(self._path):
                # Somebody took the file away. What is written to a file without a name is gone with the process.
                self._close()
                self._index = SearchIndex()
            if self._open is None:
                self._open = self._opened()
            yield self._open
        except sqlite3.IntegrityError as exc:
            raise Disturbed from exc
        except (sqlite3.Error, OSError) as exc:
            with contextlib.suppress(sqlite3.Error):
                self._close()
            raise StoreAway(kind_of(exc)) from None

    def _opened(self) -> sqlite3.Connection:
        # Made by us first: SQLite would let everybody read it whom the process's mask lets.
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        # Made here and used in the same thread, save that whoever ends the process may close it.
        connection = sqlite3.connect(self._path, timeout=self._timeout_s, isolation_level=None, check_same_thread=False)
        try:
            layout_of(connection)  # What another release wrote is not touched.
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            make(connection)
        except BaseException:
            connection.close()
            raise
        self._file = _file(self._path)
        return connection

    def _end(self) -> None:
        for _ in range(_LAST_SLICES):
            if not self._has_more_to_search():
                break
        self._close()

    def _close(self) -> None:
        if self._open is not None:
            connection, self._open = self._open, None
            connection.close()


_NEXT: Final = """
UPDATE audit_heads SET length = ?, hash = ?, at_us = ?, signature = ? WHERE chain = ? AND length = ? AND hash = ?
"""

HEADS: Final = "SELECT chain, length, hash, at_us, signature FROM audit_heads"


def head_of(found: Sequence[Any]) -> Witnessed:
    """
    A row of the table of heads.

    Whoever edits the file may write anything anywhere, such as words where numbers belong. What is no head is one that
    nobody signed.
    """
    chain, length, digest, at_us, signature = found
    head = Head(str(chain), number_in(length), bytes_in(digest))
    return Witnessed(head, instant(number_in(at_us)), str(signature))


CUTS: Final = "SELECT chain, length, hash, at_us, before_us, who, why, signature FROM audit_cuts"


def cut_of(found: Sequence[Any]) -> Cut:
    """A row of the table of cuts, whatever somebody may have written there."""
    chain, length, digest, at_us, before_us, who, why, signature = found
    return Cut(
        head=Head(str(chain), number_in(length), bytes_in(digest)),
        at=instant(number_in(at_us)),
        before=instant(number_in(before_us)),
        by=str(who),
        why=str(why),
        signature=str(signature),
    )


def number_in(found: object) -> int:
    """A number of the file; -1 for what is none."""
    return found if isinstance(found, int) else -1


def bytes_in(found: object) -> bytes:
    """Bytes of the file; for what are none, some that fit nothing."""
    return found if isinstance(found, bytes) else str(found).encode(errors="replace")


def _is_moved(connection: sqlite3.Connection, before: Head | None, after: Witnessed) -> bool:
    """Move the head; False when it is there already."""
    head, at_us = after.head, micros(after.at)
    if before is None:
        found = connection.execute(
            "INSERT INTO audit_heads VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [head.chain, head.length, head.hash, at_us, after.signature],
        )
    else:
        found = connection.execute(
            _NEXT,
            [head.length, head.hash, at_us, after.signature, before.chain, before.length, before.hash],
        )
    if found.rowcount == 1:
        return True
    there = connection.execute("SELECT length, hash FROM audit_heads WHERE chain = ?", [head.chain]).fetchone()
    if there == (head.length, head.hash):
        return False
    raise Disturbed


def _values(row: Row) -> tuple[str, int, int, bytes, bytes]:
    return row.chain, row.seq, row.at_us, row.body, row.hash


def _file(path: pathlib.Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def kind_of(exc: sqlite3.Error | OSError) -> str:
    """What went wrong, as an operator looks it up."""
    # SQLITE_FULL, SQLITE_READONLY, SQLITE_BUSY, ENOSPC: constants, with nothing of a record in them.
    name = getattr(exc, "sqlite_errorname", None)
    return name or type(exc).__name__
