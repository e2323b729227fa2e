"""Watching demand, for metrics. Here is only what is told; a watcher must be quick and must not raise."""

import enum
from typing import Protocol

from gateway.demand.settings import Audience


class Reason(enum.StrEnum):
    """Why an operation is refused, or would be."""

    BUDGET = "budget"  # The client has spent what it may in this minute.
    CONCURRENCY = "concurrency"  # As many of its operations as may be are under way.
    COST = "cost"  # One operation costs more than it may.
    CALLS = "calls"  # One operation has called one system more often than it may.


class DemandWatch(Protocol):
    """Follows what clients ask. *client* is a name from the registry."""

    def refused(self, client: str, audience: Audience, reason: Reason, *, measured: bool) -> None:
        """An operation was refused, in whole or in part; or, where it is only *measured*, would have been."""
        ...

    def cost(self, client: str, audience: Audience, *, estimated: int, actual: int) -> None:
        """An operation has ended that was *estimated* to cost so much, and did cost *actual*."""
        ...


class Unwatched:
    """Nobody watches."""

    def refused(self, client: str, audience: Audience, reason: Reason, *, measured: bool) -> None:
        """Nobody is told."""

    def cost(self, client: str, audience: Audience, *, estimated: int, actual: int) -> None:
        """Nobody is told."""
