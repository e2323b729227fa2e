"""
The budget of one client: what its operations cost, against so much a minute. Pure; time is handed in.

It is GCRA, the generic cell rate algorithm, with weights: a bucket of *burst* that fills by *rate* a second. While an
operation is under way its estimate is only reserved; when it has ended, what it did cost is taken, and the rest is
there again. So there is nothing to give back late, to a bucket that was full in between: what is let in within any T
seconds comes to at most rate x T + burst, by what it did cost, or by its estimate while it is under way. What was
dearer than its estimate is owed, up to one burst. What is reserved does not fill again before it was taken: a burst
that is smaller than what is asked in the time that an operation takes is the narrower bound.
"""

from typing import Final, NamedTuple, Protocol

_ROUNDING: Final = 1e-6
"""Of cost: whoever comes back in the time told is not sent away for the last bit of a float."""


class Settling(Protocol):
    """Where an estimate was reserved, and has to be settled."""

    def settle(self, now: float, *, reserved: float, actual: float) -> None:
        """An operation has ended for which *reserved* was kept, and which did cost *actual*."""
        ...


class Admitted(NamedTuple):
    """It fits. *by* has it reserved until it is settled there."""

    cost: int
    left: float
    """What would fit beside it at once."""

    used: float
    """What is missing in a full budget, this operation's cost included."""

    rate: float
    """So much of it comes back each second."""

    by: Settling


class Refused(NamedTuple):
    """It does not fit."""

    retry_after_s: float
    """It will after so many seconds, if what is under way is no dearer than estimated and nothing else comes."""


class Budget:
    """One bucket, full at first. A clock that goes backwards stands still here."""

    __slots__ = ("_began", "_burst", "_now", "_rate", "_reserved", "_taken")

    def __init__(self, *, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        # Spent is taken - rate x (now - began). A sum of many small steps would drift; this does not.
        self._began = self._now = float("-inf")
        self._taken = 0.0
        self._reserved = 0.0

    def admit(self, now: float, cost: int) -> Admitted | Refused:
        """Reserve *cost* if it fits now. What is dearer than the whole bucket never does."""
        used = self._spent(now) + self._reserved
        left = self._burst - used - cost
        if left < -_ROUNDING:
            return Refused(-left / self._rate)
        self._reserved += cost
        return Admitted(cost, max(0.0, left), used + cost, self._rate, self)

    def settle(self, now: float, *, reserved: float, actual: float) -> None:
        """An operation has ended for which *reserved* was kept, and which did cost *actual*."""
        spent = self._spent(now)
        self._reserved -= reserved
        self._take(actual, room=2 * self._burst - spent)

    def charge(self, now: float, cost: float) -> None:
        """Something was let in by somebody else's count; it leaves no debt where this bucket is empty."""
        spent = self._spent(now)
        self._take(cost, room=self._burst - spent - self._reserved)

    def change(self, now: float, *, rate: float, burst: float) -> None:
        """From now on it is another size; what was spent is spent, and what is reserved stays reserved."""
        spent = self._spent(now)
        self._began, self._taken = self._now, min(spent, 2 * burst)
        self._rate, self._burst = rate, burst

    def _take(self, cost: float, *, room: float) -> None:
        self._taken += max(0.0, min(cost, room))

    def _spent(self, now: float) -> float:
        self._now = now = max(now, self._now)
        spent = self._taken - self._rate * (now - self._began)
        if spent > 0:
            return spent
        self._began, self._taken = now, 0.0
        return 0.0
