"""
How records are found by whom they are about: an index that is written for many records at a time.

People are hashes, so each of them lies on another page of the index, and with each commit all of those pages would have
to be written. Many records together have many of them in common, and nobody waits for it. Until a record is in
the index it is searched itself: `audit_searchable` says how far each chain's index goes. What a process that was killed
did not come to, the next one does.
"""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Final

from gateway.audit.chain import Row
from gateway.audit.record import BadRecordError, people_of, read
from gateway.audit.sqlite_tables import insert, rolled_back

EVERY: Final = 2000
"""So many records are put into the index together."""

_SLICE: Final = 1000
"""So many people at a time, in the order of the index: between two slices records are written, as somebody waits."""

Place = tuple[str, str, int]
"""A person, and the chain and number of a record."""

BEHIND: Final = """
SELECT h.chain, coalesce(s.length, 0) AS length FROM audit_heads h LEFT JOIN audit_searchable s ON s.chain = h.chain
WHERE h.length > coalesce(s.length, 0)
"""
"""Chains, and up to where each can be searched by the index."""

_NEXT: Final = """
SELECT seq, body FROM audit_records WHERE chain = ? AND seq > ? AND typeof(seq) = 'integer' ORDER BY seq LIMIT ?
"""
_CUT: Final = "SELECT length FROM audit_cuts WHERE chain = ? AND typeof(length) = 'integer'"
_FURTHER: Final = """
INSERT INTO audit_searchable VALUES (?, ?)
ON CONFLICT (chain) DO UPDATE SET length = excluded.length WHERE excluded.length > length
"""


class SearchIndex:
    """The part of the index that one writer has to write."""

    def __init__(self) -> None:
        self._places: list[Place] = []
        self._records = 0
        self._lengths: dict[str, int] = {}
        self._sorted: list[Place] = []
        """What is being written, and up to where chains can be searched with the last of it."""
        self._sorted_lengths: dict[str, int] = {}
        self._is_behind = True
        """Whether there may be records that are not in the index, and are not here either."""

    @property
    def is_due(self) -> bool:
        """Whether there is enough to be written."""
        return self._records >= EVERY

    def add(self, rows: Sequence[Row]) -> None:
        """Have *rows*, which are kept, put into the index; in the order of their chain."""
        self._places += [(person, row.chain, row.seq) for row in rows for person in row.people]
        self._records += len(rows)
        self._lengths.update({row.chain: row.seq for row in rows})

    def write(self, connection: sqlite3.Connection) -> bool:
        """
        Write some of what was added, or of what others left who were killed: whether there is more.

        Raises what SQLite raises; then nothing is lost but time, as records are read again.
        """
        if not self._sorted:
            self._sorted, self._sorted_lengths = sorted(self._places), self._lengths
            self._places, self._lengths, self._records = [], {}, 0
        part, rest, is_behind = self._sorted[:_SLICE], self._sorted[_SLICE:], self._is_behind
        self._sorted, self._is_behind = [], True
        if is_behind:
            self._is_behind = _caught_up(connection)
            return self._is_behind
        _write(connection, part, {} if rest else self._sorted_lengths)
        self._sorted, self._is_behind = rest, False
        return bool(rest)


def _caught_up(connection: sqlite3.Connection) -> bool:
    """Write the next records of one chain that are not in the index; whether there may be more."""
    for chain, length in connection.execute(BEHIND).fetchall():
        rows = connection.execute(_NEXT, [chain, length, EVERY]).fetchall()
        if rows:
            places = [(person, chain, seq) for seq, body in rows for person in named_in(body)]
            _write(connection, places, {chain: rows[-1][0]})
            return True
    return False


def named_in(body: object) -> tuple[str, ...]:
    """By whom the record *body* is found; nobody where it is none."""
    with contextlib.suppress(BadRecordError):
        return people_of(read(body)) if isinstance(body, bytes) else ()
    return ()


def _write(connection: sqlite3.Connection, places: Sequence[Place], lengths: dict[str, int]) -> None:
    """Write *places*, with which chains can be searched up to *lengths*."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        # In the order of the index, so that each page is come to once.
        insert(connection, "INSERT OR IGNORE INTO audit_people", sorted(_left(connection, places)), together=256)
        for chain, length in lengths.items():
            connection.execute(_FURTHER, [chain, length])
        connection.execute("COMMIT")
    except BaseException:
        rolled_back(connection)
        raise


def _left(connection: sqlite3.Connection, places: Sequence[Place]) -> Iterator[Place]:
    """Those of *places* whose records have not been cut meanwhile."""
    cuts = {chain: connection.execute(_CUT, [chain]).fetchone() for chain in {chain for _, chain, _ in places}}
    return (place for place in places if (cut := cuts[place[1]]) is None or place[2] > cut[0])
