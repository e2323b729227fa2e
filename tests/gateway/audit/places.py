"""Both places where records are kept, alike for tests: opened, read, and tampered with by somebody who may do anything there."""

import contextlib
import pathlib
import sqlite3
from typing import Protocol

from gateway.audit.chain import Row, Witnessed
from gateway.audit.cuts import Cut
from gateway.audit.opening import reading_of
from gateway.audit.postgres import PostgresStore
from gateway.audit.settings import AuditSettings
from gateway.audit.sqlite import SQLiteStore
from gateway.audit.store import Store
from gateway.audit.verify import Finding, begins, forged
from tests.gateway.audit.making import SECRET, SECRETS, findings
from tests.gateway.audit.postgres_server import PostgresServer

TABLES = ("audit_records", "audit_people", "audit_heads", "audit_cuts")


class Place(Protocol):
    """One of them."""

    settings: AuditSettings

    def store(self) -> Store: ...

    def enter(self, sql: str) -> None:
        """As the gateway might; raises an exception when it is refused."""

    def without_triggers(self) -> None: ...

    def bytes(self, value: bytes) -> str:
        """*value* as SQL has it."""


class InSQLite:
    def __init__(self, folder: pathlib.Path) -> None:
        self.path = folder / "audit.db"
        self.settings = AuditSettings.model_validate({"secrets": [SECRET], "sqlite": str(self.path)})

    def store(self) -> Store:
        return SQLiteStore(self.path, timeout_s=1)

    def enter(self, sql: str) -> None:
        with contextlib.closing(sqlite3.connect(self.path)) as connection, connection:
            connection.executescript(sql)

    def without_triggers(self) -> None:
        with contextlib.closing(sqlite3.connect(self.path)) as connection, connection:
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f"DROP TRIGGER {name}")

    def bytes(self, value: bytes) -> str:
        return f"X'{value.hex()}'"


class InPostgres:
    def __init__(self, server: PostgresServer) -> None:
        self.server = server
        self.database = server.database()
        postgresql = server.settings(self.database)
        self.settings = AuditSettings.model_validate({"secrets": [SECRET], "postgresql": postgresql})

    def store(self) -> Store:
        return PostgresStore(self.server.settings(self.database), timeout_s=1)

    def enter(self, sql: str) -> None:
        self.server.enter(sql, database=self.database)

    def without_triggers(self) -> None:
        self.enter("; ".join(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in TABLES))

    def bytes(self, value: bytes) -> str:
        return f"'\\x{value.hex()}'::bytea"


async def rows_in(place: Place) -> list[Row]:
    """Every record there."""
    reading = reading_of(place.settings)
    try:
        return [row async for row in reading.rows()]
    finally:
        await reading.aclose()


async def findings_in(place: Place) -> list[Finding]:
    """What verification says of what is there."""
    reading = reading_of(place.settings)
    try:
        heads, cuts = await reading.heads(), await reading.cuts()
        rows = [row async for row in reading.rows()]
    finally:
        await reading.aclose()
    signed: list[Witnessed | Cut] = [*heads, *cuts]
    return [*forged(signed, SECRETS, where="the table"), *findings(rows, heads, begins=begins(cuts, SECRETS))]
