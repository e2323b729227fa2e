"""Takes the oldest parts of chains out of a SQLite file, beside the gateways that write there."""

import asyncio
import contextlib
import pathlib
import sqlite3
import urllib.parse
from typing import Final

from gateway.audit.cuts import Cut
from gateway.audit.sqlite import kind_of
from gateway.audit.sqlite_search import named_in
from gateway.audit.sqlite_tables import make, rolled_back
from gateway.audit.store import StoreAway
from gateway.audit.times import micros

_STATED: Final = """
INSERT INTO audit_cuts VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (chain) DO UPDATE SET
length = excluded.length, hash = excluded.hash, at_us = excluded.at_us, before_us = excluded.before_us,
who = excluded.who, why = excluded.why, signature = excluded.signature
"""
_PATIENCE_S: Final = 10.0
_REST_S: Final = 0.02
"""Between two cuts, so that gateways come to write: whoever waits for SQLite's lock has no turn, but tries again."""


class SQLitePruning:
    """Prunes the file at *path*. It blocks; nobody else is served meanwhile."""

    def __init__(self, path: pathlib.Path) -> None:
        self._path = path
        self._open: sqlite3.Connection | None = None

    async def cut(self, cut: Cut) -> int:
        """As `Pruning` says."""
        try:
            connection = self._open = self._open or self._opened()
            connection.execute("BEGIN IMMEDIATE")
            try:
                count = _cut(connection, cut)
                connection.execute("COMMIT")
            except BaseException:
                rolled_back(connection)
                raise
        except sqlite3.Error as exc:
            raise StoreAway(kind_of(exc)) from None
        await asyncio.sleep(_REST_S)
        return count

    async def aclose(self) -> None:
        """As `Pruning` says."""
        if self._open is not None:
            self._open.close()

    def _opened(self) -> sqlite3.Connection:
        # Only what is there already: nothing is to be cut in a file that nobody made.
        address = f"file:{urllib.parse.quote(str(self._path.absolute()))}?mode=rw"
        connection = sqlite3.connect(address, uri=True, timeout=_PATIENCE_S, isolation_level=None)
        with contextlib.ExitStack() as undo:
            undo.callback(connection.close)
            connection.execute("PRAGMA synchronous=FULL")
            make(connection)
            undo.pop_all()
        return connection


def _cut(connection: sqlite3.Connection, cut: Cut) -> int:
    head = cut.head
    before_us = micros(cut.before)
    said = [head.chain, head.length, head.hash, micros(cut.at), before_us, cut.by, cut.why, cut.signature]
    connection.execute(_STATED, said)
    gone = "FROM audit_records WHERE chain = ? AND seq <= ?"
    found = connection.execute(f"SELECT seq, body {gone}", [head.chain, head.length]).fetchall()
    # The index lies in the order of people.
    people = [(person, head.chain, seq) for seq, body in found for person in named_in(body)]
    connection.executemany("DELETE FROM audit_people WHERE person = ? AND chain = ? AND seq = ?", people)
    return connection.execute(f"DELETE {gone}", [head.chain, head.length]).rowcount
