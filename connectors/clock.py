"""Time, as a thing that is handed in: an interval clock for deadlines and a calendar clock for sources."""

import dataclasses
import datetime as dt
import time
from typing import Protocol


class Clock(Protocol):
    """Both kinds of time. Tests hand in a clock that stands still."""

    def monotonic(self) -> float:
        """Seconds since some instant, never going back."""
        ...

    def now(self) -> dt.datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def monotonic(self) -> float:
        """Seconds since some instant, never going back."""
        return time.monotonic()

    def now(self) -> dt.datetime:
        """The present instant, aware, in UTC."""
        return dt.datetime.now(dt.UTC)


@dataclasses.dataclass(frozen=True, slots=True)
class Deadline:
    """The instant by which a caller wants its answer; one absolute deadline per request."""

    at: float

    @classmethod
    def after(cls, seconds: float, clock: Clock) -> "Deadline":
        """The deadline *seconds* from now."""
        return cls(at=clock.monotonic() + seconds)

    def remaining(self, clock: Clock) -> float:
        """Seconds left, zero when it has passed."""
        return max(0.0, self.at - clock.monotonic())
