"""
An adaptive limit: how many calls at once a system bears, found out between two bounds. Pure.

The usual duration of each operation is learnt from calls made while no more than the lower bound were under way: so
many never hurt. While calls take about that long and the places are all used, there come to be more; when they take
clearly longer there come to be fewer, in proportion (a gradient), and fewer at once when the system does not answer in
its time or says that it cannot. A system that has become slower for good leads back to the lower bound, where its new
usual duration is learnt; one that has become much quicker shows it at any limit.
"""

import dataclasses
import math

_TOLERANCE = 1.5
"""How many times the usual duration is still no sign of overload; what Netflix's limiter uses."""

_CONTENT = 1.25
"""Up to how many times the usual duration there come to be more places."""

_LEARNT_IN_A_BAD_TIME = 0.5
"""Calls that take less than this part of the usual duration say that it is not the usual one any more."""

# Enough that durations which differ as much as they do at random (a deviation as large as the mean) do not look like
# a change.
_LEAST_SAMPLES = 30
_BACK_OFF = 0.7
_SMOOTHING = 0.5
_LEARNING = 0.1


@dataclasses.dataclass(slots=True)
class _Window:
    """What was seen since the limit was last looked at: calls of known operations, their time and their usual time."""

    calls: int = 0
    took: float = 0.0
    usual: float = 0.0
    most: int = 0


class Adaptive:
    """The limit of one system. All times are seconds by the interval clock."""

    def __init__(self, *, least: int, most: int) -> None:
        self._least = least
        self._most = most
        self.room = most
        """How many may be used, by what other processes leave; a limit above it was not tried when there is trouble."""

        # It begins at the lower bound: nothing is known yet, and what is usual is learnt there.
        self._exact = float(least)
        self._changed_at = float("-inf")
        self._usual: dict[str, float] = {}
        self._window = _Window()

    def rebound(self, *, least: int, most: int) -> None:
        """Between these two from now on. What is usual was learnt, and stays."""
        self._least, self._most, self.room = least, most, most
        self._exact = min(float(most), max(float(least), self._exact))

    @property
    def limit(self) -> int:
        """How many calls the system may be given at once."""
        return int(self._exact)

    def answered(self, operation: str, *, began: float, now: float, at_once: int) -> None:
        """A call was answered; *at_once* is the most that were under way when it began and when it ended."""
        took = now - began
        if at_once <= self._least:
            self._learn(operation, took)
        usual = self._usual.get(operation)
        # What began under another limit says nothing about this one.
        if usual is None or began < self._changed_at:
            return
        window = self._window
        window.calls += 1
        window.took += took
        window.usual += usual
        window.most = max(window.most, at_once)
        if window.calls >= max(_LEAST_SAMPLES, self.limit):
            self._look(window, now)

    def overloaded(self, *, began: float, now: float) -> None:
        """A call did not end in its time, or was turned away. Many of them at once are one sign, not many."""
        if began >= self._changed_at:
            self._set(self._tried() * _BACK_OFF, now)

    def _learn(self, operation: str, took: float) -> None:
        known = self._usual.get(operation)
        self._usual[operation] = took if known is None else known + _LEARNING * (took - known)

    def _look(self, window: _Window, now: float) -> None:
        slower = window.took / window.usual if window.usual > 0 else 1.0
        if slower > _TOLERANCE:
            gradient = max(0.5, _TOLERANCE / slower)
            self._set(self._tried() * (1 - _SMOOTHING + _SMOOTHING * gradient), now)
        elif slower < _LEARNT_IN_A_BAD_TIME:
            # Without this, the usual duration of an ill time would later let the system become as slow again.
            self._usual = {operation: usual * slower for operation, usual in self._usual.items()}
            self._window = _Window()
        elif slower <= _CONTENT and window.most >= self.limit:
            # More by the root: quick where there are many, careful where there are few.
            self._set(self._exact + _SMOOTHING * math.sqrt(self._exact), now)
        else:
            self._window = _Window()

    def _tried(self) -> float:
        return min(self._exact, float(self.room))

    def _set(self, limit: float, now: float) -> None:
        self._exact = min(float(self._most), max(float(self._least), limit))
        self._changed_at = now
        self._window = _Window()
