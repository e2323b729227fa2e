"""When a worker that ended is started again. Pure: is told how long it served, and says how long to wait."""

GIVE_UP_AFTER = 5
"""Deaths in a row, each soon after the start, after which another start will not help either."""

_SOON_S = 5.0
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0


class Restarts:
    """The deaths of one worker."""

    def __init__(self) -> None:
        self._in_a_row = 0

    def pause_s(self, *, served_s: float) -> float | None:
        """
        Seconds to wait before the next start; None when it is not worth it.

        *served_s* is how long the worker answered: 0 when it never did.
        """
        self._in_a_row = self._in_a_row + 1 if served_s < _SOON_S else 1
        if self._in_a_row >= GIVE_UP_AFTER:
            return None
        return min(_FIRST_PAUSE_S * float(2 ** (self._in_a_row - 1)), _LONGEST_PAUSE_S)
