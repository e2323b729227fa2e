"""
The purse of one client: its budget in this process, or what this process leases from the one that replicas share.

A lease is a quarter of the bucket, divided by the processes, so all that is leased ahead is a quarter of it together.
An operation that finds enough in stock asks nobody; one that does not waits for one round trip, beside which there is
no other for this client. While the shared budget cannot be reached the process takes its part, as the guard does with
the calls of a system; what it was granted it has counted there too, so that nobody has a burst twice.
"""

import asyncio
from typing import Final, Protocol

from connectors.clock import Clock
from gateway.demand.budget import Admitted, Budget, Refused
from gateway.demand.leases import Leases
from gateway.demand.stock import Stock

_LEASED: Final = 4
"""One of so many parts of the bucket may be leased, by all processes together."""


class Purse(Protocol):
    """What a client has to spend."""

    async def admit(self, cost: int) -> Admitted | Refused:
        """Reserve *cost*, of which there is never more than `DemandLimits.most`, if it fits."""
        ...

    def change(self, *, rate: float, bucket: int, most: int) -> None:
        """From now on it is another size; what was spent is spent."""
        ...


class OwnPurse:
    """A client's budget that this process alone counts: its part, of as many processes as there are."""

    def __init__(self, *, rate: float, bucket: int, most: int, parts: int, clock: Clock) -> None:
        self._parts = parts
        self._clock = clock
        self._budget = Budget(rate=rate / parts, burst=_part(bucket, most, parts))

    async def admit(self, cost: int) -> Admitted | Refused:
        """Reserve *cost* if it fits."""
        return self._budget.admit(self._clock.monotonic(), cost)

    def change(self, *, rate: float, bucket: int, most: int) -> None:
        """From now on it is another size; what was spent is spent."""
        burst = _part(bucket, most, self._parts)
        self._budget.change(self._clock.monotonic(), rate=rate / self._parts, burst=burst)


class SharedPurse:
    """A client's budget that all replicas share, under *key*."""

    def __init__(
        self, key: str, *, rate: float, bucket: int, most: int, parts: int, clock: Clock, leases: Leases
    ) -> None:
        self._key = key
        self._leases = leases
        self._rate, self._bucket, self._parts = rate, bucket, parts
        self._clock = clock
        self._stock = Stock(most=bucket / _LEASED / parts, rate=rate, burst=bucket)
        self._own = Budget(rate=rate / parts, burst=_part(bucket, most, parts))
        self._trip = asyncio.Lock()

    async def admit(self, cost: int) -> Admitted | Refused:
        """Reserve *cost* if it fits; waits for the shared budget at most as long as that may take."""
        found = self._stock.admit(self._clock.monotonic(), cost)
        return await self._asked(cost) if found is None else found

    def change(self, *, rate: float, bucket: int, most: int) -> None:
        """From now on it is another size; what was spent is spent."""
        self._rate, self._bucket = rate, bucket
        self._stock.change(most=bucket / _LEASED / self._parts, rate=rate, burst=bucket)
        burst = _part(bucket, most, self._parts)
        self._own.change(self._clock.monotonic(), rate=rate / self._parts, burst=burst)

    async def _asked(self, cost: int) -> Admitted | Refused:
        async with self._trip:
            # Whoever asked before may have brought enough, or the news that there is none.
            while (found := self._stock.admit(self._clock.monotonic(), cost)) is None:
                need, want = self._stock.wants(cost)
                leased = await self._leases.lease(self._key, rate=self._rate, burst=self._bucket, need=need, want=want)
                now = self._clock.monotonic()
                if leased is None:
                    return self._own.admit(now, cost)
                self._stock.asked(now, granted=leased.granted, left=leased.left)
                if not leased.granted:
                    return Refused(leased.wait_s)
                self._own.charge(now, leased.granted)
            return found


def _part(bucket: int, most: int, parts: int) -> float:
    # What one operation may cost fits into a full part, or nobody who asks it would ever be let in.
    return max(bucket / parts, most)
