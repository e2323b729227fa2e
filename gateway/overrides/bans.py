"""Whom and what is refused by override, as each request looks at it. While there is nothing, that is one look."""

import datetime as dt
from collections.abc import Iterable, Mapping

from gateway.overrides.override import Banned, Entry, Revoked, Suspended


class Bans:
    """Clients that are suspended, tokens that are revoked, operations that are banned. Changed as a whole, in place."""

    __slots__ = ("_before", "_operations", "_suspended", "any", "operations")

    def __init__(self) -> None:
        self.any = False
        """Whether any client is suspended or any token revoked."""

        self.operations = False
        """Whether any operation is banned."""

        self._suspended: frozenset[str] = frozenset()
        self._before: Mapping[str, float] = {}
        self._operations: frozenset[tuple[str, str | None]] = frozenset()

    def set(self, entries: Iterable[Entry]) -> None:
        """From now on these hold, and nothing else."""
        said = [each.override for each in entries]
        self._suspended = frozenset(each.client for each in said if isinstance(each, Suspended))
        self._before = {each.client: _seconds(each.issued_before) for each in said if isinstance(each, Revoked)}
        self._operations = frozenset((each.operation, each.client) for each in said if isinstance(each, Banned))
        self.any = bool(self._suspended or self._before)
        self.operations = bool(self._operations)

    def suspends(self, client: str) -> bool:
        """Whether *client* is refused."""
        return client in self._suspended

    def revokes(self, client: str, issued_at: float | None) -> bool:
        """Whether tokens of *client* that were issued then, in seconds since 1970, are not believed; None: not said."""
        before = self._before.get(client)
        return before is not None and (issued_at is None or issued_at < before)

    def bans(self, operation: str, client: str | None) -> bool:
        """Whether the operation of that hash is refused to *client*; None where clients are not told apart."""
        found = self._operations
        return (operation, None) in found or (client is not None and (operation, client) in found)


def _seconds(at: dt.datetime) -> float:
    return at.timestamp()
