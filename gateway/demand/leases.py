"""A budget that several gateways share, from which each takes something ahead. The stores hand one in."""

from typing import NamedTuple, Protocol


class Leased(NamedTuple):
    """What the shared budget said."""

    wait_s: float
    """Zero when something is granted, else the seconds after which what is needed would fit."""

    granted: float
    left: float
    """What is left in it after that, or was all there was."""


class Leases(Protocol):
    """Buckets that all replicas share, each under a key of its own."""

    async def lease(self, key: str, *, rate: float, burst: float, need: float, want: float) -> Leased | None:
        """
        Take *need* at least and *want* at most from a bucket of *burst* that fills by *rate* a second, or nothing.

        None at once, or within a fraction of a second, where it cannot be reached; nothing is raised.
        """
        ...
