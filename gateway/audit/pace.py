"""When the next commit may begin. Pure: is told how the last one went."""

import math
from typing import Final

_TIMES_APART: Final = 10
_LONGEST_APART_S: Final = 0.02
"""
A commit costs far more than a record does, so commits begin ten times as far apart as the last one took, within bounds.
Who comes after a pause waits for nobody, and where many come, they share.
"""

_FIRST_PAUSE_S: Final = 0.05
_LONGEST_PAUSE_S: Final = 1.0
"""So long a store is left alone after it failed: twice as long each time."""


class Pace:
    """The pace of one writer. Instants are in seconds, of a clock that never goes back."""

    def __init__(self) -> None:
        self._shared_at = self._again_at = -math.inf
        self._pause_s = _FIRST_PAUSE_S

    def wait_s(self, now: float, *, is_hurried: bool) -> float:
        """How long to wait before the next commit. Whoever *is_hurried* waits for nobody, but for an ill store."""
        at = self._again_at if is_hurried else max(self._again_at, self._shared_at)
        return max(0.0, at - now)

    def kept(self, began: float, now: float) -> None:
        """The commit that *began* then is kept."""
        self._shared_at = began + min(_TIMES_APART * (now - began), _LONGEST_APART_S)
        self._pause_s = _FIRST_PAUSE_S

    def failed(self, now: float) -> None:
        """It is not known to be."""
        self._again_at = now + self._pause_s
        self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)
