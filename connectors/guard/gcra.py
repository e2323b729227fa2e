"""
GCRA, the generic cell rate algorithm: whether one more call fits into so many a second. Pure; time is handed in.

It is a bucket of *burst* calls that fills by *rate* a second, told by one number: the instant at which it will be full
again. In any window of T seconds at most rate x T + burst calls are let through, and none is refused that fits.
"""

_ROUNDING_S = 1e-9
"""A caller that was told to come back in some time and does so is not sent away again for the last bit of a float."""


def burst_that_arrives(burst: float, *, rate: float, late_s: float) -> float:
    """
    The burst of a bucket whose calls arrive up to *late_s* seconds after they were let through, one later than another.

    What arrives in T seconds was let through in T + *late_s*. With a bucket that is smaller by what comes in that time,
    at most rate x T + *burst* arrive. It holds at least one call: a *burst* below that, and what comes in *late_s*, is
    exceeded by the difference.
    """
    return max(1.0, burst - rate * late_s)


class Gcra:
    """One bucket, full at first."""

    __slots__ = ("_began", "_burst", "_rate", "_taken")

    def __init__(self, *, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        # The bucket is full again at began + taken / rate. A sum of many small steps would drift; this does not.
        self._began = float("-inf")
        self._taken = 0.0

    def rebound(self, now: float, *, rate: float, burst: float) -> "Gcra":
        """One of another size that holds what this one does at *now*, and not a whole burst again."""
        missing = max(0.0, self._full_at(now) - now) * self._rate
        found = Gcra(rate=rate, burst=burst)
        found._began, found._taken = now, max(0.0, burst - (self._burst - missing))
        return found

    def take(self, now: float, *, kept_free: float = 0.0) -> float:
        """
        Take one call at *now*: 0.0 when it is taken, else the seconds after which it would fit.

        *kept_free* is how much of the burst must be left after it, for calls that are more important.
        """
        full_at = self._full_at(now)
        wait = full_at - now - (self._burst - 1.0 - kept_free) / self._rate
        if wait > _ROUNDING_S:
            return wait
        self._taken += 1.0
        return 0.0

    def charge(self, now: float) -> None:
        """A call was let through by somebody else's count; it leaves no debt where this bucket is empty."""
        if self._full_at(now) - now <= (self._burst - 1.0) / self._rate + _ROUNDING_S:
            self._taken += 1.0

    def _full_at(self, now: float) -> float:
        full_at = self._began + self._taken / self._rate
        if full_at > now:
            return full_at
        self._began = now
        self._taken = 0.0
        return now
