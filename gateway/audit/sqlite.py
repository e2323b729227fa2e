"""
Records in a SQLite file: the store that needs nothing installed. Several processes of one machine may share the file.

Write-ahead log with `synchronous=FULL`: a commit returns when its bytes are on the disk (sqlite.org/pragma.html), and
whoever reads does not hold up whoever writes. Triggers refuse UPDATE and DELETE. They keep honest hands from a mistake;
whoever may write to the file can drop them, and is found by the chain.
"""

import contextlib
import functools
import os
import pathlib
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, Final

from gateway.audit.chain import Head, Row, Witnessed
from gateway.audit.store import Disturbed, StoreAway
from gateway.audit.thread import OneThread
from gateway.audit.times import instant, micros

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS audit_records (
    chain TEXT NOT NULL, seq INTEGER NOT NULL, at_us INTEGER NOT NULL, body BLOB NOT NULL, hash BLOB NOT NULL,
    PRIMARY KEY (chain, seq)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS audit_records_at ON audit_records (at_us);
CREATE TABLE IF NOT EXISTS audit_people (
    person TEXT NOT NULL, chain TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (chain, seq, person)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS audit_people_person ON audit_people (person);
CREATE TABLE IF NOT EXISTS audit_heads (
    chain TEXT PRIMARY KEY, length INTEGER NOT NULL, hash BLOB NOT NULL, at_us INTEGER NOT NULL, signature TEXT NOT NULL
) WITHOUT ROWID;
"""

_REFUSE: Final = """
CREATE TRIGGER IF NOT EXISTS {table}_{what} BEFORE {what} ON {table} {when}
BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END;
"""

_REFUSED: Final = (
    *(
        _REFUSE.format(table=table, what=what, when="")
        for table in ("audit_records", "audit_people")
        for what in ("UPDATE", "DELETE")
    ),
    _REFUSE.format(table="audit_heads", what="DELETE", when=""),
    _REFUSE.format(table="audit_heads", what="UPDATE", when="WHEN NEW.chain <> OLD.chain OR NEW.length <= OLD.length"),
)


class SQLiteStore:
    """Writes records to the file at *path*, which is made where there is none; waits for other writers *timeout_s*."""

    def __init__(self, path: pathlib.Path, *, timeout_s: float) -> None:
        self._path = path
        self._timeout_s = timeout_s
        self._thread = OneThread("audit")
        self._open: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None

    async def newest(self, count: int) -> list[Witnessed]:
        """As `Store` says."""
        return await self._thread.run(functools.partial(self._newest, count))

    async def append(self, before: Head | None, rows: Sequence[Row], after: Witnessed) -> None:
        """As `Store` says."""
        await self._thread.run(functools.partial(self._append, before, rows, after))

    async def aclose(self) -> None:
        """As `Store` says."""
        try:
            await self._thread.run(self._close)
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
                    _add(connection, rows)
                connection.execute("COMMIT")
            except BaseException:
                # After some errors SQLite has rolled back by itself.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        try:
            if self._open is not None and self._file != _file(self._path):
                # Somebody took the file away. What is written to a file without a name is gone with the process.
                self._close()
            if self._open is None:
                self._open = self._opened()
            yield self._open
        except sqlite3.IntegrityError as exc:
            raise Disturbed from exc
        except (sqlite3.Error, OSError) as exc:
            with contextlib.suppress(sqlite3.Error):
                self._close()
            raise StoreAway(_kind(exc)) from None

    def _opened(self) -> sqlite3.Connection:
        # Made by us first: SQLite would let everybody read it whom the process's mask lets.
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        # Made here and used in the same thread, save that whoever ends the process may close it.
        connection = sqlite3.connect(self._path, timeout=self._timeout_s, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.executescript("".join([_TABLES, *_REFUSED]))
        except BaseException:
            connection.close()
            raise
        self._file = _file(self._path)
        return connection

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


def _add(connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
    connection.executemany(
        "INSERT INTO audit_records VALUES (?, ?, ?, ?, ?)",
        [(row.chain, row.seq, row.at_us, row.body, row.hash) for row in rows],
    )
    connection.executemany(
        "INSERT INTO audit_people VALUES (?, ?, ?)",
        [(person, row.chain, row.seq) for row in rows for person in row.people],
    )


def _file(path: pathlib.Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _kind(exc: sqlite3.Error | OSError) -> str:
    # SQLITE_FULL, SQLITE_READONLY, SQLITE_BUSY, ENOSPC: constants, and what an operator looks up.
    name = getattr(exc, "sqlite_errorname", None)
    return name or type(exc).__name__
