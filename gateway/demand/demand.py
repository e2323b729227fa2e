"""The demand of all clients of one process: who has asked how much, kept by the clients' names."""

import collections
from typing import Final

from connectors.clock import Clock
from connectors.environment import Reporter
from gateway.demand.client import ClientDemand
from gateway.demand.leases import Leases
from gateway.demand.purse import OwnPurse, Purse, SharedPurse
from gateway.demand.settings import Audience, DemandLimits
from gateway.demand.tally import Tally
from gateway.demand.watch import DemandWatch, Unwatched

MAX_CLIENTS: Final = 10_000
"""Of more the one that has not asked for longest is forgotten, and would begin with a full budget."""


class Demand:
    """
    Everybody's demand. *leases* are the budgets that replicas share; without them each of *parts* processes counts.

    *parts* are replicas times workers: also with *leases* a process takes its part while they cannot be reached.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        report: Reporter,
        leases: Leases | None = None,
        parts: int = 1,
        watch: DemandWatch | None = None,
        max_clients: int = MAX_CLIENTS,
    ) -> None:
        self._clock = clock
        self._report = report
        self._leases = leases
        self._parts = parts
        self._watch = watch or Unwatched()
        self._max_clients = max_clients
        self._clients: collections.OrderedDict[str, ClientDemand] = collections.OrderedDict()

    def __len__(self) -> int:
        return len(self._clients)

    def of(self, client: str, audience: Audience, limits: DemandLimits) -> ClientDemand:
        """
        The demand of a *client* of the registry. Where its *limits* are not those of the last time, they hold now.

        Hand in the same object as long as nothing changed: it is not compared then.
        """
        found = self._clients.get(client)
        if found is None:
            return self._begin(client, audience, limits)
        self._clients.move_to_end(client)
        found.audience = audience
        if found.limits is not limits and found.limits != limits:
            found.change(limits, purse=self._purse(client, limits, before=found.purse), parts=self._parts)
        return found

    def close(self) -> None:
        """Write what has not been told yet."""
        for each in self._clients.values():
            each.tally.tell()

    def _begin(self, client: str, audience: Audience, limits: DemandLimits) -> ClientDemand:
        found = self._clients[client] = ClientDemand(
            client,
            audience,
            limits,
            purse=self._purse(client, limits),
            tally=Tally(client, measure_only=limits.measure_only, report=self._report),
            watch=self._watch,
            clock=self._clock,
            parts=self._parts,
        )
        if len(self._clients) > self._max_clients:
            _, forgotten = self._clients.popitem(last=False)
            forgotten.tally.tell()
        return found

    def _purse(self, client: str, limits: DemandLimits, before: Purse | None = None) -> Purse | None:
        rate, bucket, most = limits.rate, limits.bucket, limits.most
        if rate is None or bucket is None or most is None:
            return None
        if before is not None:
            before.change(rate=rate, bucket=bucket, most=most)
            return before
        if self._leases is None:
            return OwnPurse(rate=rate, bucket=bucket, most=most, parts=self._parts, clock=self._clock)
        return SharedPurse(
            f"client:{client}",
            rate=rate,
            bucket=bucket,
            most=most,
            parts=self._parts,
            clock=self._clock,
            leases=self._leases,
        )
