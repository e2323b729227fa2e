"""How demand says no to an operation that may be asked again later."""

from gateway.demand.settings import DemandLimits
from gateway.demand.watch import Reason


class RateLimited(Exception):
    """The client has asked as much as it may for now: 429. *reason* is BUDGET or CONCURRENCY, *limits* are its own."""

    def __init__(self, reason: Reason, *, retry_after_s: float, limits: DemandLimits) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.retry_after_s = retry_after_s
        self.limits = limits
