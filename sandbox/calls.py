"""How often each system was asked for what, how densely, and what it is busy with: laziness and limits are counted."""

import collections
import contextlib
import time
from collections.abc import Callable, Iterator

from sandbox.call import SystemName

_WINDOW_S = 1.0


class CallCounter:
    """Calls received since the start or the last reset, by system and operation."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._counts: dict[SystemName, dict[str, int]] = {name: {} for name in SystemName}
        self._paces = {name: _Pace() for name in SystemName}
        self._live = dict.fromkeys(SystemName, 0)
        self._most = dict.fromkeys(SystemName, 0)

    def count(self, system: SystemName, operation: str) -> None:
        """Add one call."""
        counts = self._counts[system]
        counts[operation] = counts.get(operation, 0) + 1
        self._paces[system].count(self._monotonic())

    @contextlib.contextmanager
    def live(self, system: SystemName) -> Iterator[Callable[[], None]]:
        """A call is being answered within the block, or until what is given is called."""
        is_live = True

        def answered() -> None:
            nonlocal is_live
            self._live[system] -= is_live
            is_live = False

        self._live[system] += 1
        self._most[system] = max(self._most[system], self._live[system])
        try:
            yield answered
        finally:
            answered()

    def reset(self) -> None:
        """Start again from nothing. What is being answered goes on."""
        for counts in self._counts.values():
            counts.clear()
        self._paces = {name: _Pace() for name in SystemName}
        self._most = dict(self._live)

    def as_json(self) -> dict[str, dict[str, int]]:
        """Counts by system and operation; every system is present."""
        return {str(name): dict(counts) for name, counts in self._counts.items()}

    def pace_as_json(self) -> dict[str, dict[str, int]]:
        """By system: the most calls within one second, those being answered now, and the most of them at once."""
        return {
            str(name): {"peak": pace.peak, "live": self._live[name], "most": self._most[name]}
            for name, pace in self._paces.items()
        }


class _Pace:
    """The most calls within any one second."""

    def __init__(self) -> None:
        self._last: collections.deque[float] = collections.deque()
        self.peak = 0

    def count(self, now: float) -> None:
        self._last.append(now)
        while self._last[0] <= now - _WINDOW_S:
            self._last.popleft()
        self.peak = max(self.peak, len(self._last))
