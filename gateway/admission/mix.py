"""
Which classes were let in lately: where lesser ones come in beside a class, it is not that class that is too many. Pure.

The line is strictly by class, so somebody lesser comes in only when nobody of the class waits.
"""

from typing import Final

from connectors.terms import Criticality

_REMEMBERED: Final = 256
"""So many are remembered, and half as many at least: a burst of a hundred agents is no flood of them."""

_BESIDE: Final = 0.1
"""This part of those who come in must be lesser ones."""


class Mix:
    """Of a class beside which nobody lesser was let in it is not known that there is time for more."""

    def __init__(self) -> None:
        self._counts = [0.0 for _ in Criticality]
        self._all = 0

    def add(self, criticality: Criticality) -> None:
        """One of this class was let in."""
        self._counts[criticality] += 1
        self._all += 1
        if self._all >= _REMEMBERED:
            self._counts = [count / 2 for count in self._counts]
            self._all //= 2

    def has_others_beside(self, criticality: Criticality) -> bool:
        """Whether there is more time than this class and those before it take."""
        return sum(self._counts[criticality + 1 :]) > _BESIDE * self._all
