"""What was dropped of late: what was asked for before it is not kept after it. Pure; bounded in time and in number."""

import collections
from collections.abc import Hashable, Iterable
from typing import Final

MOST: Final = 10_000
"""Drops remembered one by one."""


class Drops:
    """
    Tags with the time of their last drop, each for *remembered_s* seconds and at most *most* of them.

    What does not fit is not lost: from then on it counts for every tag. Instants are seconds by one clock, at best one
    that nobody sets. By a calendar clock, which may be set back, what was asked later than the present was asked before
    that, and counts as spoilt. A step of less than *remembered_s* leaves the drops where they are, after the present;
    with a longer one they are drops of the present.
    """

    def __init__(self, *, remembered_s: float, most: int = MOST) -> None:
        self._at: collections.OrderedDict[Hashable, float] = collections.OrderedDict()
        self._before: float | None = None
        self._latest: float | None = None
        self._remembered_s = remembered_s
        self._most = most

    def __len__(self) -> int:
        return len(self._at)

    def note(self, tags: Iterable[Hashable], *, now: float) -> None:
        """*tags* are dropped *now*."""
        self._heed(now)
        self._latest = now if self._latest is None else max(self._latest, now)
        for tag in tags:
            self._at[tag] = now
            self._at.move_to_end(tag)
        while self._at and (len(self._at) > self._most or next(iter(self._at.values())) < now - self._remembered_s):
            _, at = self._at.popitem(last=False)
            self._before = at if self._before is None else max(self._before, at)

    def note_all(self, *, now: float) -> None:
        """Every tag is dropped *now*."""
        self._heed(now)
        self._at.clear()
        self._latest = self._before = now if self._latest is None else max(self._latest, now)

    def any_since(self, asked_at: float, *, now: float) -> bool:
        """Whether anything was dropped since *asked_at*, as told *now*; where nothing was, nothing is spoilt."""
        if self._latest is None:
            return False
        self._heed(now)
        return asked_at <= self._latest or asked_at > now

    def spoil(self, tags: Iterable[Hashable], *, asked_at: float, now: float) -> bool:
        """Whether an answer under *tags* that was asked for at *asked_at* may say what a drop was to get rid of."""
        if not self.any_since(asked_at, now=now):
            return False
        if asked_at > now or (self._before is not None and asked_at <= self._before):
            return True
        dropped = self._at
        return any(tag in dropped and asked_at <= dropped[tag] for tag in tags)

    def _heed(self, now: float) -> None:
        """Without it nothing would be kept for as long as a clock was set back by."""
        # After a shorter step what was asked before it and what was asked after it cannot be told apart. After a longer
        # one they can, because no call takes as long: what was asked before it lies after the present until answered.
        if self._latest is None or now >= self._latest - self._remembered_s:
            return
        self._latest = now
        self._before = None if self._before is None else min(self._before, now)
        for tag, at in self._at.items():
            self._at[tag] = min(at, now)
