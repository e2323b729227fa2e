"""
How important a call under way is: as its most important caller.

A flight sets it for all that is done on its behalf; whoever has the call wait for its turn is told when it rises.
"""

from collections.abc import Callable
from contextvars import ContextVar

from connectors.guard.answer import Call
from connectors.terms import Criticality


class Standing:
    """The criticality of one flight. It only rises."""

    __slots__ = ("_waits", "criticality")

    def __init__(self, criticality: Criticality) -> None:
        self.criticality = criticality
        self._waits: list[Callable[[Criticality], object]] = []

    def joined_by(self, criticality: Criticality) -> None:
        """One more caller wants the answer."""
        if criticality < self.criticality:
            self.criticality = criticality
            for rise in tuple(self._waits):
                rise(criticality)

    def waits(self, rise: Callable[[Criticality], object]) -> None:
        """The call has to wait; *rise* is called when it becomes more important."""
        self._waits.append(rise)

    def waits_no_more(self, rise: Callable[[Criticality], object]) -> None:
        """The wait of *rise* is over."""
        self._waits.remove(rise)


STANDING: ContextVar[Standing | None] = ContextVar("switchboard_standing", default=None)
"""The standing of the flight that is being made; None outside of one."""


def standing_of(call: Call) -> Standing:
    """The standing of the flight that *call* is made for, else one of its own."""
    return STANDING.get() or Standing(call.within.criticality)
