"""Calls per second that several gateways share. The guard says what a count must do; the gateway hands one in."""

from typing import Protocol


class Rates(Protocol):
    """A count of calls that all replicas share, each system under a key of its own."""

    async def take(self, key: str, *, rate: float, burst: float, kept_free: float) -> float | None:
        """
        Take one call of *rate* a second: 0.0 when it is taken, else the seconds after which it would fit.

        *burst* is how many may come at once after a pause, and *kept_free* how many of them this call must leave. None
        at once, or within a fraction of a second, where the count cannot be reached; nothing is raised.
        """
        ...
