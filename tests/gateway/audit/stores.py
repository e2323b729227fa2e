"""A store in memory that a test can make slow, ill or wrong, one call at a time."""

import asyncio
from collections.abc import Sequence

from gateway.audit.chain import Head, Row, Witnessed
from gateway.audit.store import Disturbed, StoreAway


class MemoryStore:
    """Keeps what it is told. While *gate* is closed it takes its time; *ill* is raised before, *late* after it is kept."""

    def __init__(self) -> None:
        self.heads: dict[str, Witnessed] = {}
        self.rows: list[Row] = []
        self.commits: list[int] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.ill: Exception | None = None
        self.late: Exception | None = None
        self.is_closed = self.is_held = False
        self.renewed: object = None

    @property
    def people(self) -> list[str]:
        """Whom records are about, in their order."""
        return [person for row in self.rows for person in row.people]

    async def newest(self, count: int) -> list[Witnessed]:
        self._or_ill()
        return list(self.heads.values())[-count:]

    async def append(self, before: Head | None, rows: Sequence[Row], after: Witnessed) -> None:
        self._or_ill()
        self.is_held = not self.gate.is_set()
        await self.gate.wait()
        self._or_ill()
        there = self.heads.get(after.head.chain)
        if there is None or there.head != after.head:
            if (None if there is None else there.head) != before:
                raise Disturbed
            self.heads[after.head.chain] = after
            self.rows += rows
            self.commits.append(len(rows))
        late, self.late = self.late, None
        if late is not None:
            raise late

    def renew(self, settings: object) -> None:
        self.renewed = settings

    async def aclose(self) -> None:
        self.is_closed = True

    def _or_ill(self) -> None:
        if self.ill is not None:
            raise self.ill


AWAY = StoreAway("ConnectionRefusedError")
