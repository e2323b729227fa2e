"""
Records in PostgreSQL: the store that replicas on several machines share.

Through asyncpg: its connections are asyncio's own, so one that hangs is cut at once, and TLS is a context as everywhere
else here. It reads environment variables of its own (PGPASSWORD and others) for what is not told to it; so all is told.
"""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from connectors.tls import context_of
from gateway.audit.chain import Head, Row, Witnessed
from gateway.audit.cuts import Cut
from gateway.audit.postgres_tables import ARE_THERE, TABLES
from gateway.audit.settings import PostgresSettings
from gateway.audit.store import Disturbed, StoreAway
from gateway.audit.times import instant, micros

if TYPE_CHECKING:
    import asyncpg

_FIRST: Final = "INSERT INTO audit_heads VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING 1"
_NEXT: Final = """
UPDATE audit_heads SET length = $2, hash = $3, at_us = $4, signature = $5
WHERE chain = $1 AND length = $6 AND hash = $7 RETURNING 1
"""
_RECORDS: Final = (
    "INSERT INTO audit_records SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bytea[])"
)
_PEOPLE: Final = "INSERT INTO audit_people SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])"

_DURABLE: Final = """
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
"""
"""A database may be set to answer before its disk has anything. Whoever waits for more than the disk keeps that."""

_LOCK: Final = 0x5B_A0D17
"""Ours among the advisory locks of the database."""

_CLOSE_S: Final = 2.0


class PostgresStore:
    """Writes records to a database; makes the tables where there are none and its role may."""

    def __init__(self, settings: PostgresSettings, *, timeout_s: float) -> None:
        self._settings = settings
        self._timeout_s = timeout_s
        self._open: asyncpg.Connection | None = None

    def renew(self, settings: PostgresSettings) -> None:
        """As `Store` says."""
        if settings.is_encrypted:
            context_of(settings.tls)  # What does not serve is found here, and what was there before stays in use.
        self._settings = settings

    async def newest(self, count: int) -> list[Witnessed]:
        """As `Store` says."""
        found: list[Any] = await self._guarded(self._newest(count))
        return [head_of(row) for row in found]

    async def append(self, before: Head | None, rows: Sequence[Row], after: Witnessed) -> None:
        """As `Store` says."""
        await self._guarded(self._append(before, rows, after))

    async def aclose(self) -> None:
        """As `Store` says."""
        connection, self._open = self._open, None
        if connection is not None:
            await closed(connection)

    async def _guarded(self, work: Any) -> Any:
        import asyncpg  # noqa: PLC0415 - only where it is wanted

        try:
            return await work
        except (Disturbed, asyncpg.IntegrityConstraintViolationError) as exc:
            self._cut()
            raise Disturbed from exc
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as exc:
            self._cut()
            raise StoreAway(type(exc).__name__) from None
        except BaseException:
            # Whoever waits has left in the midst of something, and nothing more can be said on this connection.
            self._cut()
            raise

    async def _newest(self, count: int) -> Any:
        connection = await self._connected()
        await made(connection)
        return await connection.fetch(f"{HEADS} ORDER BY at_us DESC LIMIT $1", count)

    async def _append(self, before: Head | None, rows: Sequence[Row], after: Witnessed) -> None:
        connection = await self._connected()
        # Not asyncpg's own transaction: it would wait to take back what failed. The connection is cut instead.
        await connection.execute("BEGIN")
        if await _is_moved(connection, before, after):
            await _add(connection, rows)
        await connection.execute("COMMIT")

    async def _connected(self) -> Any:
        if self._open is None or self._open.is_closed():
            self._open = await connected(self._settings, timeout_s=self._timeout_s)
            await self._open.execute(_DURABLE)
        return self._open

    def _cut(self) -> None:
        connection, self._open = self._open, None
        if connection is not None:
            connection.terminate()


async def connected(settings: PostgresSettings, *, timeout_s: float) -> Any:
    """A connection. Reads certificate files; raises what asyncpg and the files raise."""
    import asyncpg  # noqa: PLC0415 - only where it is wanted

    return await asyncpg.connect(
        host=settings.host,
        port=settings.port,
        database=settings.database,
        user=settings.username,
        # Empty rather than None, for which it would look into the environment and the home folder.
        password="" if settings.password is None else settings.password.get_secret_value(),
        ssl=await asyncio.to_thread(context_of, settings.tls) if settings.is_encrypted else False,
        timeout=timeout_s,
        server_settings={"application_name": "switchboard audit"},
    )


async def made(connection: Any) -> None:
    """Make the tables where there are none."""
    if not await connection.fetchval(ARE_THERE):
        # One of several processes makes them; the others would stumble over it.
        await connection.execute(f"BEGIN; SELECT pg_advisory_xact_lock({_LOCK})")
        if not await connection.fetchval(ARE_THERE):
            await connection.execute(TABLES)
        await connection.execute("COMMIT")


async def closed(connection: Any) -> None:
    """Close *connection*, politely where there is somebody to hear it."""
    try:
        await connection.close(timeout=_CLOSE_S)
    except Exception:  # noqa: BLE001 - whatever it is, the connection goes
        connection.terminate()


HEADS: Final = "SELECT chain, length, hash, at_us, signature FROM audit_heads"


def head_of(row: Any) -> Witnessed:
    """A row of the table of heads."""
    chain, length, digest, at_us, signature = row
    return Witnessed(Head(chain, length, digest), instant(at_us), signature)


CUTS: Final = "SELECT chain, length, hash, at_us, before_us, who, why, signature FROM audit_cuts"


def cut_of(row: Any) -> Cut:
    """A row of the table of cuts."""
    chain, length, digest, at_us, before_us, who, why, signature = row
    head, at, before = Head(chain, length, digest), instant(at_us), instant(before_us)
    return Cut(head=head, at=at, before=before, by=who, why=why, signature=signature)


async def _is_moved(connection: Any, before: Head | None, after: Witnessed) -> bool:
    """Move the head; False when it is there already. Waits for a connection of ours that was cut and is still at it."""
    head = after.head
    values = [head.chain, head.length, head.hash, micros(after.at), after.signature]
    if before is None:
        found = await connection.fetchval(_FIRST, *values)
    else:
        found = await connection.fetchval(_NEXT, *values, before.length, before.hash)
    if found is not None:
        return True
    there = await connection.fetchrow("SELECT length, hash FROM audit_heads WHERE chain = $1", head.chain)
    if there is not None and tuple(there) == (head.length, head.hash):
        return False
    raise Disturbed


async def _add(connection: Any, rows: Sequence[Row]) -> None:
    columns = [(row.chain, row.seq, row.at_us, row.body, row.hash) for row in rows]
    await connection.execute(_RECORDS, *map(list, zip(*columns, strict=True)))
    people = [(person, row.chain, row.seq) for row in rows for person in row.people]
    if people:
        await connection.execute(_PEOPLE, *map(list, zip(*people, strict=True)))
