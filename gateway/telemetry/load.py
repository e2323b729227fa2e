"""How much each system is asked by this process just now, for whoever looks. Told by the watcher of its calls."""

from connectors.guard.watch import Level


class Load:
    """
    One system: its levels, and its calls in the last whole second.

    Counted beside the metrics and not read from them: those may be switched off, and tell the numbers of all workers.
    """

    __slots__ = ("_before", "_calls", "_levels", "_second")

    def __init__(self) -> None:
        self._levels = dict.fromkeys(Level, 0.0)
        self._second = 0
        self._calls = 0
        self._before = 0

    def moves(self, level: Level, change: float) -> None:
        """*level* is higher by *change*, or lower."""
        self._levels[level] += change

    def level(self, level: Level) -> int:
        """How high *level* is."""
        return round(self._levels[level])

    def asks(self, now: float) -> None:
        """The system is asked at *now*, in seconds by an interval clock."""
        second = int(now)
        if second != self._second:
            self._before = self._calls if second == self._second + 1 else 0
            self._second, self._calls = second, 0
        self._calls += 1

    def calls_per_s(self, now: float) -> int:
        """How many calls there were in the last whole second before *now*."""
        match int(now) - self._second:
            case 0:
                return self._before
            case 1:
                return self._calls
            case _:
                return 0
