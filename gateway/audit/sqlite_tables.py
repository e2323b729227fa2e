"""
The tables of records in a SQLite file, and how many rows are written with one statement.

Records lie one after the other, as they came: what a commit has to write is little more than the records themselves.
What is found by whom it is about lies elsewhere, see `sqlite_search`. Triggers refuse what is not adding. They keep
honest hands from a mistake; whoever may write to the file can drop them, and is found by the chain.
"""

import functools
import sqlite3
from collections.abc import Sequence
from typing import Any, Final

from gateway.audit.store import StoreAway

LAYOUT: Final = 2
"""Stands in the file as its `user_version`."""

OTHER_LAYOUT: Final = "OtherLayout"
"""Why a file is not written to, or read, that another release of ours made."""

_TABLES: Final = (
    # With a row number of its own: without, what is longer than a quarter of a page takes a page for itself.
    """
    CREATE TABLE IF NOT EXISTS audit_records (
        chain TEXT NOT NULL, seq INTEGER NOT NULL, at_us INTEGER NOT NULL, body BLOB NOT NULL, hash BLOB NOT NULL,
        PRIMARY KEY (chain, seq)
    )
    """,
    "CREATE INDEX IF NOT EXISTS audit_records_at ON audit_records (at_us)",
    """
    CREATE TABLE IF NOT EXISTS audit_people (
        person TEXT NOT NULL, chain TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (person, chain, seq)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE IF NOT EXISTS audit_searchable (chain TEXT PRIMARY KEY, length INTEGER NOT NULL) WITHOUT ROWID
    """,
    """
    CREATE TABLE IF NOT EXISTS audit_heads (
        chain TEXT PRIMARY KEY, length INTEGER NOT NULL, hash BLOB NOT NULL, at_us INTEGER NOT NULL,
        signature TEXT NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE IF NOT EXISTS audit_cuts (
        chain TEXT PRIMARY KEY, length INTEGER NOT NULL, hash BLOB NOT NULL, at_us INTEGER NOT NULL,
        before_us INTEGER NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL, signature TEXT NOT NULL
    ) WITHOUT ROWID
    """,
)

_REFUSE: Final = """
CREATE TRIGGER IF NOT EXISTS {table}_{what} BEFORE {what} ON {table} {when}
BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END
"""
_BACK: Final = "WHEN NEW.chain <> OLD.chain OR NEW.length <= OLD.length"
_NOT_CUT: Final = "WHEN OLD.seq > coalesce((SELECT length FROM audit_cuts WHERE chain = OLD.chain), 0)"

_REFUSED: Final = (
    *(_REFUSE.format(table=table, what="UPDATE", when="") for table in ("audit_records", "audit_people")),
    *(_REFUSE.format(table=table, what="DELETE", when=_NOT_CUT) for table in ("audit_records", "audit_people")),
    *(_REFUSE.format(table=table, what="UPDATE", when=_BACK) for table in ("audit_heads", "audit_cuts")),
    *(_REFUSE.format(table=table, what="DELETE", when="") for table in ("audit_heads", "audit_cuts")),
)

_MOST_VALUES: Final = 900
"""In one statement: older releases of SQLite take 999."""


def make(connection: sqlite3.Connection) -> None:
    """Make what is not there. Raises StoreAway for a file that another release wrote, and what SQLite raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        make_within(connection)
        connection.execute("COMMIT")
    except BaseException:
        rolled_back(connection)
        raise


def make_within(connection: sqlite3.Connection) -> None:
    """The same in a transaction of the caller's."""
    if layout_of(connection) != LAYOUT:
        connection.execute(f"PRAGMA user_version = {LAYOUT}")
    for statement in (*_TABLES, *_REFUSED):
        connection.execute(statement)


def layout_of(connection: sqlite3.Connection) -> int:
    """The layout of the file; 0 for one without tables. Raises StoreAway for one that is not ours."""
    (layout,) = connection.execute("PRAGMA user_version").fetchone()
    if layout != LAYOUT and connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'audit_records'").fetchone():
        raise StoreAway(OTHER_LAYOUT)
    return int(layout)


def rolled_back(connection: sqlite3.Connection) -> None:
    """Take back what was not committed."""
    # After some errors SQLite has rolled back by itself.
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def insert(connection: sqlite3.Connection, into: str, rows: Sequence[Sequence[Any]], *, together: int = 32) -> None:
    """
    Write *rows* with the statement *into*, which lacks its VALUES.

    As many as may be with one statement: before and after each the thread hands the interpreter to the event loop and
    has to get it back, which costs both more than the row does. *together* bounds how many statements SQLite compiles.
    """
    for start in range(0, len(rows), together):
        part = rows[start : start + together]
        connection.execute(_statement(into, len(part), len(part[0])), [value for row in part for value in row])


@functools.lru_cache(maxsize=512)
def _statement(into: str, rows: int, columns: int) -> str:
    assert rows * columns <= _MOST_VALUES, (into, rows)  # noqa: S101 - for whoever changes `together`
    row = f"({', '.join('?' * columns)})"
    return f"{into} VALUES {', '.join([row] * rows)}"
