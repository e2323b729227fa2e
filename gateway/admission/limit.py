"""
How many questions are worked on at once: found out from how long a turn of the event loop takes. Pure.

A turn is as long as there is work that waits for the processor. Questions that wait for a system are none, so behind
slow systems there may be many at once; where the processor has too much to do there come to be so few that turns are
short.
"""

import math
from typing import Final

_SMOOTHING: Final = 0.3
_EASY: Final = 0.9
"""Up to this part of the longest good turn there is time for more questions."""

_PART: Final = 0.4
"""
Of what one question costs the processor a turn may be so long, where that is more than what the settings say.

One that costs much makes long steps: with shorter turns there would be too few beside it to keep the processor busy.
"""

_MOST: Final = 6
"""So many times what the settings say, and no more."""

_LEAST_LEFT: Final = 0.7
_MORE: Final = 0.25


class Limit:
    """Never below *least*. Turns of more than *turn_s* seconds are too long, of dear questions somewhat longer ones."""

    def __init__(self, *, least: int, turn_s: float) -> None:
        self._least = least
        self._good_s = turn_s
        self.forget()

    def forget(self) -> None:
        """Start anew: nothing is known that would speak against any number."""
        self._exact = math.inf
        self.turn_s = 0.0
        """How long turns are, smoothed."""

    @property
    def at_once(self) -> float:
        """How many; infinite while there was no reason for a limit."""
        return self._exact if math.isinf(self._exact) else int(self._exact)

    def allows(self, under_way: int) -> bool:
        """Whether one more may be worked on beside those."""
        return under_way < self.at_once

    def turned(self, took_s: float, *, under_way: int, per_s: float, wanted: bool, more: float) -> None:
        """
        A turn took so long, while *per_s* questions are answered in a second.

        *wanted*: somebody waits; then the limit may grow, by *more* at most.
        """
        self.turn_s += _SMOOTHING * (took_s - self.turn_s)
        good_s = self._good(per_s)
        if self.turn_s > good_s:
            # What was lowered is to come about first, or it would be lowered again and again for one reason.
            if under_way <= self.at_once:
                self._lower(under_way, per_s, good_s)
        elif wanted and self.turn_s < _EASY * good_s:
            self._exact += min(more, 1 + _MORE * self._exact)

    def _good(self, per_s: float) -> float:
        # A limit matters where the processor is busy, or would be with more: its answers tell what a question costs.
        longest = _MOST * self._good_s
        return min(max(self._good_s, _PART / per_s), longest) if per_s else longest

    def _lower(self, under_way: int, per_s: float, good_s: float) -> None:
        now = min(self._exact, float(under_way))
        # The questions whose work makes turns too long, and not a part of all: the others wait for their systems.
        too_many = (self.turn_s - good_s) * per_s
        self._exact = max(float(self._least), now - min(too_many, (1 - _LEAST_LEFT) * now))
