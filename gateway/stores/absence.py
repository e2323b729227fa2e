"""
The second level's comings and goings, and its clock. Pure: is told what happened and when.

    AWAY --it can be asked--> THERE --an answer does not come--> AWAY, for 1 s at first, for 5 s at most
"""

from typing import Final

FIRST_WAIT_S: Final = 1.0
LONGEST_WAIT_S: Final = 5.0
STEADY_S: Final = 10.0
"""Who was there for so long was well: the next absence begins with the first wait again."""


class Absence:
    """Whether the other side is there, and how long to leave it alone when it is not."""

    __slots__ = ("_since", "_told", "_wait_s", "is_there")

    def __init__(self) -> None:
        self.is_there = False
        self._told: bool | None = None
        self._since = 0.0
        self._wait_s = FIRST_WAIT_S

    def came(self, *, now: float) -> bool:
        """It can be asked. Says whether that is news."""
        self.is_there = True
        self._since = now
        return self._is_news()

    def went(self, *, now: float) -> bool:
        """It did not answer. Says whether that is news."""
        if self.is_there and now - self._since >= STEADY_S:
            self._wait_s = FIRST_WAIT_S
        self.is_there = False
        return self._is_news()

    def wait_s(self) -> float:
        """For how many seconds it is not to be tried now; longer each time that it does not come and stay."""
        wait_s = self._wait_s
        self._wait_s = min(LONGEST_WAIT_S, 2 * wait_s)
        return wait_s

    def _is_news(self) -> bool:
        is_news = self._told is not self.is_there
        self._told = self.is_there
        return is_news


class FarClock:
    """
    What a clock elsewhere shows at least, told by our own interval clock.

    A reading of it was made at some instant between our question and its answer. It is taken for one of the last: what
    is worked out of it then never lies after the truth, however long the way was. Clocks drift, so the reading has to
    be young.
    """

    __slots__ = ("_ahead_s",)

    MARGIN_S: Final = 0.005
    """What two clocks drift apart between two readings, and more."""

    def __init__(self) -> None:
        self._ahead_s: float | None = None

    def read(self, shown_s: float, *, answered_at: float) -> None:
        """It showed *shown_s*, and we knew at *answered_at* by our own."""
        self._ahead_s = shown_s - answered_at - self.MARGIN_S

    def forget(self) -> None:
        """Another clock may be there now."""
        self._ahead_s = None

    def at(self, own: float) -> float | None:
        """What it showed at our instant *own* at least; None where it was never read."""
        return None if self._ahead_s is None else own + self._ahead_s
