"""Time, as a thing that is handed in: an interval clock for deadlines and a calendar clock for sources."""

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
