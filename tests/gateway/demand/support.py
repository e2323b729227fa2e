"""What tests of demand share: clients of it, and who watches them."""

import collections

from gateway.demand.client import ClientDemand
from gateway.demand.demand import Demand
from gateway.demand.leases import Leases
from gateway.demand.settings import Audience, DemandLimits
from gateway.demand.watch import Reason
from tests.connectors.support import FixedClock, Reports

CLIENT = "shop"
NO_LIMITS = DemandLimits()


class Watched:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.refusals: collections.Counter[tuple[Reason, bool]] = collections.Counter()
        self.costs: list[tuple[int, int]] = []

    def refused(self, client: str, audience: Audience, reason: Reason, *, measured: bool) -> None:  # noqa: ARG002
        self.refusals[reason, measured] += 1

    def cost(self, client: str, audience: Audience, *, estimated: int, actual: int) -> None:  # noqa: ARG002
        self.costs.append((estimated, actual))


class Place:
    """A gateway's demand, with a clock that stands still."""

    def __init__(self, *, leases: Leases | None = None, parts: int = 1, max_clients: int = 100) -> None:
        self.clock, self.report, self.watch = FixedClock(), Reports(), Watched()
        self.demand = Demand(
            clock=self.clock,
            report=self.report,
            leases=leases,
            parts=parts,
            watch=self.watch,
            max_clients=max_clients,
        )

    def client(self, limits: DemandLimits = NO_LIMITS, *, name: str = CLIENT) -> ClientDemand:
        return self.demand.of(name, "partner", limits)
