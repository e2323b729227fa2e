"""
Stock: what a process has taken ahead from a budget that replicas share, so that few operations ask there. Pure.

What is in stock has been taken from the shared budget. It never holds more than *most*, one lease, whatever is given
back to it: so in any window replicas let in no more than the shared budget gave, and once what each had in hand when it
began: a lease, and what was reserved for operations under way, of which something may come back.
"""

from gateway.demand.budget import Admitted, Refused


class Stock:
    """The stock of one client in one process; empty at first. *most* is one lease, of a shared bucket of *burst*."""

    __slots__ = ("_asked_at", "_burst", "_has", "_left", "_most", "_rate")

    def __init__(self, *, most: float, rate: float, burst: float) -> None:
        self._has = 0.0
        self.change(most=most, rate=rate, burst=burst)

    def change(self, *, most: float, rate: float, burst: float) -> None:
        """From now on it is another size."""
        self._most, self._rate, self._burst = most, rate, burst
        self._has = min(self._has, most)
        self._left, self._asked_at = burst, float("-inf")

    def admit(self, now: float, cost: int) -> Admitted | Refused | None:
        """
        Reserve *cost* from the stock; Refused if the shared budget cannot have it; None: it has to be asked.

        The shared budget only fills as time goes by, and others only take from it: whoever was told what is left knows
        when there is no use in asking.
        """
        if self._has >= cost:
            self._has -= cost
            left = self._has + self._shared(now)
            return Admitted(cost, left, max(0.0, self._burst - left), self._rate, self)
        short = self._need(cost) - self._shared(now)
        return Refused(short / self._rate) if short > 0 else None

    def wants(self, cost: int) -> tuple[float, float]:
        """How much has to be had for an operation that costs *cost*, and how much is wanted: a lease is left then."""
        need = self._need(cost)
        return need, need + self._most

    def asked(self, now: float, *, granted: float, left: float) -> None:
        """The shared budget gave so much, and has so much left. With less than was needed it has *left* that much."""
        self._has += granted
        self._left, self._asked_at = left, now

    def settle(self, _now: float, *, reserved: float, actual: float) -> None:
        """What an operation did not cost is in stock again; what it did cost beyond is owed, up to one burst."""
        # What exceeds a lease is let go: it was taken from the shared budget, and is had by nobody.
        self._has = max(-self._burst, min(self._most, self._has + reserved - max(0.0, actual)))

    def _need(self, cost: int) -> float:
        # A debt beside a dear operation is paid in two steps: more than its bucket nobody gets at once.
        return min(cost - self._has, self._burst)

    def _shared(self, now: float) -> float:
        """The most that may be left in the shared budget."""
        return min(self._burst, self._left + self._rate * max(0.0, now - self._asked_at))
