"""How many operations of one client are under way at once. Pure: whoever counts in has to count out."""

import math
from typing import Final

RETRY_AFTER_S: Final = 1.0
"""What is under way has an end within a second or two; nobody knows which one."""

_UNEVEN: Final = 2
"""Connections of a client are not spread evenly over the processes: each lets in so many times its part."""


def part(concurrent: int, parts: int) -> int:
    """What one of *parts* processes lets in of *concurrent*: never more than all of it, and in all at most twice it."""
    return min(concurrent, math.ceil(_UNEVEN * concurrent / parts))


class Slots:
    """At most *most* at once; None is any number."""

    __slots__ = ("most", "peak", "taken")

    def __init__(self, most: int | None) -> None:
        self.most = most
        self.taken = 0
        self.peak = 0
        """The most at once since it was last set to what is taken."""

    @property
    def has_room(self) -> bool:
        """Whether one more fits."""
        return self.most is None or self.taken < self.most

    def enter(self) -> None:
        """One more is under way."""
        self.taken += 1
        self.peak = max(self.peak, self.taken)

    def leave(self) -> None:
        """One has ended, in whatever way."""
        self.taken -= 1
