"""
When somebody who does not answer is left alone. Pure; time is handed in.

After some failures in a row nobody asks for a while. Then one does, and all others wait for what becomes of it.
"""

from typing import Final

FAILURES: Final = 5
"""So many in a row: each takes as long as an answer may take, and one alone may be about the one question."""

PAUSE_S: Final = 2.0
"""So long nobody asks then. It is also how long it takes at most to notice that answers come again."""


class Cooldown:
    """One who is asked. Times are seconds by the interval clock."""

    def __init__(self) -> None:
        self._failures = 0
        self._not_before = float("-inf")

    def wait_s(self, now: float) -> float:
        """Seconds until it may be asked again; 0: now."""
        return max(0.0, self._not_before - now)

    def asks(self, now: float) -> None:
        """Somebody asks now."""
        if self._failures >= FAILURES:
            self._not_before = now + PAUSE_S

    def failed(self, now: float) -> None:
        """An answer did not come."""
        self._failures += 1
        if self._failures >= FAILURES:
            self._not_before = now + PAUSE_S

    def answered(self) -> None:
        """One came."""
        self._failures = 0
        self._not_before = float("-inf")
