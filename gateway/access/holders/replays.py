"""Proofs that were shown already: each is taken once (RFC 9449, 11.1)."""

import math
from typing import Final, Protocol

from connectors.clock import Clock
from gateway.access.tokens.claims import Undecided

_MOST: Final = 250_000
"""In the 65 seconds for which each is remembered that is four thousand a second, and 45 MB."""


class Replays(Protocol):
    """Remembers proofs."""

    async def is_new(self, digest: bytes, *, for_s: float) -> bool:
        """
        Whether the proof with *digest* is shown for the first time; it is remembered for so many seconds.

        What replicas share may be away: then each knows its own, because a dead cache must not stop calls. Raises
        Undecided where there is no room: to forget one would be to let it be shown again.
        """
        ...


class ProcessReplays:
    """Those that this process was shown. *for_s* is always the same, so they go in the order in which they came."""

    def __init__(self, *, clock: Clock, most: int = _MOST) -> None:
        self._clock = clock
        self._most = most
        self._until: dict[bytes, float] = {}

    async def is_new(self, digest: bytes, *, for_s: float) -> bool:
        """As `Replays` says."""
        now = self._clock.monotonic()
        while self._until and (oldest := next(iter(self._until.items())))[1] <= now:
            del self._until[oldest[0]]
        if digest in self._until:
            return False
        if len(self._until) >= self._most:
            raise Undecided(retry_after_s=max(1, math.ceil(next(iter(self._until.values())) - now)))
        self._until[digest] = now + for_s
        return True
