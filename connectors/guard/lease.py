"""
Lease: single flight across replicas, for operations that cost their system much.

Who has the lease of a question asks; who has not waits until the answer is kept and takes it from there. A holder that
dies costs the others its lease's time, which is what the operation itself may take. The caller's own time is kept
before, by single flight.
"""

from collections.abc import Awaitable, Callable, Collection
from typing import TYPE_CHECKING, Any, Protocol

from connectors.clock import Clock
from connectors.guard.answer import Answer, Call
from connectors.guard.watch import Event, Unwatched, Watcher

if TYPE_CHECKING:
    from connectors.guard.pipeline import Ask, Proceed


class Held(Protocol):
    """A lease that somebody has."""

    async def release(self) -> None:
        """Give it back, and tell those who wait for it. Does nothing when it is over, or somebody else's by now."""
        ...


class Leases(Protocol):
    """
    Leases that replicas share, by key. Keys hold keyed hashes, never a number.

    Where they are kept cannot be reached, everybody gets one: reading twice is better than not at all. Nothing raises.
    """

    async def take(self, key: str, *, ttl_s: float) -> Held | None:
        """The lease, for *ttl_s* seconds at most; None while somebody has it."""
        ...

    async def wait(self, key: str, *, seconds: float) -> None:
        """Wait until the lease may be free, for *seconds* at most."""
        ...


class AcrossReplicas:
    """
    The stage that lets one replica ask. It stands before answers are kept: a lease is given back when they are.

    *key* names a question, *kept* gives what is kept for it. *ttl_s* is what the operation may take.
    """

    def __init__(
        self,
        *,
        expensive: Collection[str],
        ttl_s: float,
        leases: Leases,
        key: Callable[[Call], str],
        kept: Callable[[Call], Awaitable[Answer[Any] | None]],
        clock: Clock,
        watcher: Watcher | None = None,
    ) -> None:
        self._expensive = frozenset(expensive)
        self._ttl_s = ttl_s
        self._leases = leases
        self._key = key
        self._kept = kept
        self._clock = clock
        self._watcher = watcher or Unwatched()

    async def __call__(self, call: Call, ask: "Ask", *, proceed: "Proceed") -> Answer[Any]:
        """Proceed with the lease, or give what another replica kept; without either when the lease's time is over."""
        if call.operation not in self._expensive:
            return await proceed(call, ask)
        key = self._key(call)
        held = await self._leases.take(key, ttl_s=self._ttl_s)
        if held is None:
            self._watcher.tells(call, Event.AWAITED)
            held = await self._waited(call, key)
        try:
            # Another replica may have given the lease back since we looked for an answer.
            found = await self._kept(call)
            return await proceed(call, ask) if found is None else found
        finally:
            if held is not None:
                await held.release()

    async def _waited(self, call: Call, key: str) -> Held | None:
        """The lease after a wait; None when there is an answer, or the wait has taken as long as a lease."""
        ends = self._clock.monotonic() + self._ttl_s
        while (left_s := ends - self._clock.monotonic()) > 0:
            await self._leases.wait(key, seconds=left_s)
            if await self._kept(call) is not None:
                return None
            held = await self._leases.take(key, ttl_s=self._ttl_s)
            if held is not None:
                return held
        return None
