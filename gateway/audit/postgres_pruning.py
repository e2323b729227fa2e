"""Takes the oldest parts of chains out of a database. Needs more rights than a gateway has: see `audit tables`."""

from typing import Any, Final

from gateway.audit.cuts import Cut
from gateway.audit.postgres import closed, connected, made
from gateway.audit.settings import PostgresSettings
from gateway.audit.store import StoreAway
from gateway.audit.times import micros

_STATED: Final = """
INSERT INTO audit_cuts VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (chain) DO UPDATE SET
length = excluded.length, hash = excluded.hash, at_us = excluded.at_us, before_us = excluded.before_us,
who = excluded.who, why = excluded.why, signature = excluded.signature
"""
_PEOPLE: Final = "DELETE FROM audit_people WHERE chain = $1 AND seq <= $2"
_RECORDS: Final = "DELETE FROM audit_records WHERE chain = $1 AND seq <= $2"
_PATIENCE_S: Final = 10.0


class PostgresPruning:
    """Prunes a database."""

    def __init__(self, settings: PostgresSettings) -> None:
        self._settings = settings
        self._open: Any = None

    async def cut(self, cut: Cut) -> int:
        """As `Pruning` says."""
        import asyncpg  # noqa: PLC0415 - only where it is wanted

        try:
            if self._open is None:
                self._open = await connected(self._settings, timeout_s=_PATIENCE_S)
                await made(self._open)
            return await _cut(self._open, cut)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as exc:
            raise StoreAway(type(exc).__name__) from None

    async def aclose(self) -> None:
        """As `Pruning` says."""
        if self._open is not None:
            await closed(self._open)


async def _cut(connection: Any, cut: Cut) -> int:
    head = cut.head
    before_us = micros(cut.before)
    async with connection.transaction():
        said = (head.chain, head.length, head.hash, micros(cut.at), before_us, cut.by, cut.why, cut.signature)
        await connection.execute(_STATED, *said)
        await connection.execute(_PEOPLE, head.chain, head.length)
        # "DELETE 12": the command's tag, as PostgreSQL's protocol has it (CommandComplete).
        done: str = await connection.execute(_RECORDS, head.chain, head.length)
    return int(done.rpartition(" ")[2])
