"""A simulated system behind a simulated bulkhead: servers, a queue within it, and time that is only counted."""

import dataclasses
import functools
import heapq
import itertools
import random
import statistics
from collections.abc import Callable

from connectors.guard.adaptive import Adaptive

USUAL_S = 0.05
SERVERS = 20
PATIENCE_S = 2.0
HARD_LIMIT_S = 1.8


@dataclasses.dataclass
class Seen:
    """What became of the calls of one stretch of time."""

    good: list[float] = dataclasses.field(default_factory=list)
    """Seconds that callers waited who got an answer in their time."""

    refused: int = 0
    late: int = 0

    @property
    def p99(self) -> float:
        return statistics.quantiles(self.good, n=100)[98]


class Simulation:
    """
    A system of so many servers. Each call it holds beyond them makes all of them slower, as threads and locks do.

    *limit* says how many calls it may be given, and *room* how many may wait before it.
    """

    def __init__(self, *, adaptive: Adaptive | None, limit: int, room: int, seed: int = 1) -> None:
        self.adaptive = adaptive
        self.slowness = 1.0
        self._limit = limit
        self._room = room
        self._chance = random.Random(seed)
        self._now = 0.0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._inside = 0
        self._working = 0
        self._before: list[float] = []
        self._backlog: list[tuple[float, float, int]] = []
        self.seen = Seen()

    @property
    def limit(self) -> int:
        return self._limit if self.adaptive is None else self.adaptive.limit

    def run(self, *, per_s: float, seconds: float) -> Seen:
        """What is seen in *seconds* with *per_s* callers a second."""
        self.seen, end = Seen(), self._now + seconds
        self._at(self._now, lambda: self._arrives(per_s, end))
        while self._events and self._events[0][0] < end:
            self._now, _, happens = heapq.heappop(self._events)
            happens()
        self._now = end
        return self.seen

    def _at(self, when: float, happens: Callable[[], None]) -> None:
        heapq.heappush(self._events, (when, next(self._numbers), happens))

    def _arrives(self, per_s: float, end: float) -> None:
        following = self._now + self._chance.expovariate(per_s)
        if following < end:
            self._at(following, lambda: self._arrives(per_s, end))
        room = self._room if self.adaptive is None else min(self._room, self.limit)
        if self._inside < self.limit:
            self._enters(self._now)
        elif len(self._before) < room:
            self._before.append(self._now)
        else:
            self.seen.refused += 1

    def _enters(self, came: float) -> None:
        self._inside += 1
        self._backlog.append((came, self._now, self._inside))
        self._works()

    def _works(self) -> None:
        while self._backlog and self._working < SERVERS:
            call = self._backlog.pop(0)
            self._working += 1
            excess = max(0, self._inside - SERVERS) / SERVERS
            # A system's own times differ, by about a third here.
            takes = USUAL_S * self.slowness * (1 + 0.5 * excess) * self._chance.gammavariate(9, 1 / 9)
            self._at(self._now + takes, functools.partial(self._ends, *call))

    def _ends(self, came: float, began: float, at_once: int) -> None:
        self._working -= 1
        if self.adaptive is not None:
            if self._now - began > HARD_LIMIT_S:
                self.adaptive.overloaded(began=began, now=self._now)
            else:
                self.adaptive.answered("Get", began=began, now=self._now, at_once=max(at_once, self._inside))
        self._inside -= 1
        if self._now - came <= PATIENCE_S and self._now - began <= HARD_LIMIT_S:
            self.seen.good.append(self._now - came)
        else:
            self.seen.late += 1
        while self._before and self._inside < self.limit:
            self._enters(self._before.pop(0))
        self._works()
