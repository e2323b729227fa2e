"""
Places: who may have one of the places at a system. Pure.

A class and those that go after it may together hold their share of the places, so the rest stays free for those that
go before. A place that was given is not taken back until its call ends, and a batch of slow calls would else keep an
agent waiting for all of them; so reserved places stay free even while nobody wants them. Each class may have one,
if there is one at all.
"""

from connectors.guard.shares import Shares
from connectors.terms import Criticality


class Places:
    """So many places, how many are held, and by whom."""

    __slots__ = ("_caps", "_held", "_shares")

    def __init__(self, places: int, *, shares: Shares) -> None:
        self._shares = shares
        # Both by class, each with those after it: a call that would pass any bound of its class or one before waits.
        self._held = [0 for _ in Criticality]
        self._caps = self._caps_of(places)

    @property
    def held(self) -> int:
        """Places that are held now."""
        return self._held[0]

    def held_by(self, criticality: Criticality) -> int:
        """Places that this class alone holds now."""
        return self._held[criticality] - (self._held[criticality + 1] if criticality + 1 < len(self._held) else 0)

    def take(self, criticality: Criticality) -> bool:
        """Take a place, if this class may have one now. Where one class may not, none after it may."""
        for each in range(criticality + 1):
            if self._held[each] >= self._caps[each]:
                return False
        for each in range(criticality + 1):
            self._held[each] += 1
        return True

    def give_back(self, criticality: Criticality) -> None:
        """Give back a place that this class took."""
        for each in range(criticality + 1):
            self._held[each] -= 1

    def resize(self, places: int) -> None:
        """From now on there are *places*. Those that are held beyond it are given back in their time."""
        self._caps = self._caps_of(places)

    def _caps_of(self, places: int) -> list[int]:
        return [self._shares.places(each, of=places) for each in Criticality]
