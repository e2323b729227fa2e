"""A rolling window: how many calls of late failed, and how many were slow. Counts in buckets, and knows no clock."""


class Window:
    """
    Counts of the last *seconds*, to the width of a bucket.

    A call is forgotten between `seconds - width` and `seconds` after it was added: counting costs the same however
    many calls there are.
    """

    __slots__ = ("_buckets", "_turn", "_width", "calls", "failed", "slow")

    def __init__(self, *, seconds: float, buckets: int) -> None:
        self._width = seconds / buckets
        self._buckets = [[0, 0, 0] for _ in range(buckets)]
        self._turn = 0
        self.calls = self.failed = self.slow = 0

    def add(self, now: float, *, failed: bool, slow: bool) -> None:
        """Count a call that ended at *now*, in seconds of a clock that never goes back."""
        turn = int(now // self._width)
        if turn != self._turn:
            self._move(turn)
        bucket = self._buckets[turn % len(self._buckets)]
        bucket[0] += 1
        bucket[1] += failed
        bucket[2] += slow
        self.calls += 1
        self.failed += failed
        self.slow += slow

    def _move(self, turn: int) -> None:
        """Empty every bucket that has come round again since the last call."""
        size = len(self._buckets)
        for passed in range(max(self._turn + 1, turn - size + 1), turn + 1):
            bucket = self._buckets[passed % size]
            self.calls -= bucket[0]
            self.failed -= bucket[1]
            self.slow -= bucket[2]
            bucket[:] = (0, 0, 0)
        self._turn = turn
