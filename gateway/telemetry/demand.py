"""Watches what clients ask and what it costs."""

from gateway.demand.settings import Audience
from gateway.demand.watch import Reason
from gateway.telemetry.metrics import Bound, Metrics


class DemandNumbers:
    """Tells it to Prometheus. Clients are those of the registry, so there are no more labels than it has lines."""

    def __init__(self, metrics: Metrics) -> None:
        self._refused = Bound(metrics.demand_refused.labels)
        self._cost = Bound(metrics.demand_cost.labels)
        self._each = Bound(metrics.operation_cost.labels)

    def refused(self, client: str, audience: Audience, reason: Reason, *, measured: bool) -> None:
        """An operation was refused, in whole or in part; or, where it is only *measured*, would have been."""
        self._refused(client, audience, reason.value, "measured" if measured else "refused").inc()

    def cost(self, client: str, audience: Audience, *, estimated: int, actual: int) -> None:
        """An operation has ended that was *estimated* to cost so much, and did cost *actual*."""
        self._cost(client, audience, "estimated").inc(estimated)
        self._cost(client, audience, "actual").inc(actual)
        self._each(audience).observe(actual)
