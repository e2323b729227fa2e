"""
Allotment: how many of the places at a system one process may use. Pure: is told what was agreed, and when.

It is a lease. While it is heard from, what the process holds is booked for it, and nobody else can have it. A process
that hears nothing keeps what it has for as long as it is booked, then no more than its part of the whole, and only
when whatever others had under way must have ended too, its whole part: so the sum over all processes stays within the
whole also while they find out, one after the other, that nothing can be agreed any more.

    NEW --nothing is heard--> PART
    NEW, PART --told--> LEASED --its time is over--> LAPSED (the lesser of both) --calls have ended--> PART
"""

import math
from typing import Final

_BEYOND_CALLS_S: Final = 3.0
"""A lease lives for so much longer than a call may take; it is renewed each second."""

_APART_S: Final = 2.0
"""So long after one another may two processes have been heard from last."""


class Allotment:
    """
    The places of one process at one system.

    *part* is its part of the whole where nothing is agreed, and *call_s* the longest that one call may take. A lease
    outlives the calls of a process that died in its midst, so nobody gets their places before they have ended.
    """

    __slots__ = ("_apart_s", "_heard_at", "_recent", "lives_s", "met", "part", "places")

    def __init__(self, *, part: int, call_s: float) -> None:
        self.part = part
        self.places = 0
        self.lives_s = call_s + _BEYOND_CALLS_S
        self._apart_s = call_s + _APART_S
        self.met: float | None = None
        self._heard_at: float | None = None
        self._recent = 0

    @property
    def in_hand(self) -> int:
        """Places that an idle process likes to have: a little, or what it needed a moment ago."""
        return max(1, self.part // 4, self._recent)

    def held(self, in_use: int) -> int:
        """What is to be booked: calls that are under way keep their places, whatever was agreed since."""
        return max(self.places, in_use)

    def needs(self, demand: int) -> None:
        """So many calls are under way or wait. What was needed lately is let go of by and by."""
        self._recent = max(demand, self._recent - math.ceil(self._recent / 4))

    def meets(self, began: float, *, asked_at: float) -> None:
        """
        There is a register since *began*, which booked what was held at *asked_at*.

        Which one it met first is remembered. Who has met one does not take its part because the next answer is lost.
        """
        if self.met is None:
            self.met = began
        self._heard_at = asked_at

    def told(self, places: int, *, asked_at: float) -> None:
        """It may use so many *places*, by an agreement that was asked for at *asked_at*."""
        self.places = places
        self._heard_at = asked_at

    def unheard(self, now: float) -> None:
        """There is no answer now."""
        if self._heard_at is None:
            self.places = self.part
        else:
            self.passes(now)

    def passes(self, now: float) -> None:
        """Time passed since something was heard, if ever."""
        if self._heard_at is None or now < self._heard_at + self.lives_s:
            return
        over = now >= self._heard_at + self.lives_s + self._apart_s
        self.places = self.part if over else min(self.places, self.part)
