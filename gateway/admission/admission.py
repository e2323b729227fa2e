"""
Admission: which questions this process works on, which wait, and which are told to come later. Pure: time is handed in.

Nobody waits while the limit allows more (`limit`). Who waits is let in by class, mutations first (`line`). A burst may
wait for as long as its callers' patience, and so may callers who ask again only when they have been answered: such a
queue is over soon, or does not grow, and answering late is better than not at all. Only where more come than are
answered and somebody has to wait long, all through *burst_s*, or where somebody's patience ends, is it an overload:
then as many wait as can be let in within *wait_s*, the least important make room, and all others are refused at once.
For a queue that grows for good makes every answer late, and there are no more answers for it; this is CoDel's
distinction (RFC 8289) between good and bad queues. A class beside which lesser ones are still let in (`mix`) is not
what there is too much of: none of it is refused, and it waits as before.
"""

import dataclasses
import math
from collections.abc import Hashable
from typing import Final, Generic, TypeVar

from connectors.terms import Criticality
from gateway.admission.limit import Limit
from gateway.admission.line import Line
from gateway.admission.mix import Mix

T = TypeVar("T", bound=Hashable)

_SOON_S: Final = 0.1
"""Who waits no longer is let in soon, as long as nobody has to be refused for it."""

_DELAY: Final = 4
"""So many times *wait_s* may be waited in an overload by those for whom there was room by the estimate."""

_PARTS: Final = (1.0, 0.75, 0.5, 0.25)
"""Of *wait_s*, by class: who is more important may wait longer, so that a few who come together are all let in."""

_LOOK_S: Final = 2.0
_FEW: Final = 0.1
"""An overload has ended when no more than this part of those who came within _LOOK_S was refused."""

_RATE_S: Final = 0.25
"""Over about so long the rate of answers is smoothed."""

_GROWS: Final = 0.5
"""So many more come than are answered, for one that is answered, where there come to be more and more."""

_GROWTH: Final = 0.25
"""
In an overload the limit grows in a second by this part of what is answered in one, at most.

What is let in now may be work for the processor only when its systems have answered.
"""

_LEAST_GROWTH: Final = 4.0


@dataclasses.dataclass(frozen=True, slots=True)
class Verdicts(Generic[T]):
    """What has become of those who waited."""

    let_in: tuple[T, ...] = ()
    refused: tuple[T, ...] = ()


@dataclasses.dataclass(slots=True)
class _Slow:
    """A time in which somebody always had to wait long."""

    since: float
    before: int | None
    """The most who were here at once in such a time before it, where there was one."""

    most: int
    answered: int = 0

    @property
    def grew(self) -> bool:
        """Whether more came than were answered. The most of a time, for those who ask again are away for a moment."""
        return self.before is not None and self.most - self.before > _GROWS * self.answered


class Admission(Generic[T]):
    """The admission of one process. Times are seconds by the interval clock."""

    def __init__(self, *, least: int, turn_s: float, wait_s: float, burst_s: float, max_waiting: int) -> None:
        self.limit = Limit(least=least, turn_s=turn_s)
        self._least = least
        self._wait_s = wait_s
        self._burst_s = burst_s
        self._max_waiting = max_waiting
        self._line: Line[T] = Line()
        self._mix = Mix()
        self._since: dict[T, float] = {}
        self._slow: _Slow | None = None
        self._looked_at = float("-inf")
        self._answered = 0
        self._rate = 0.0
        self._began = 0.0
        self._refused = self._let = 0
        self.under_way = 0
        self.overloaded = False

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._since)

    @property
    def is_to_be_watched(self) -> bool:
        """Whether turns of the loop are to be measured."""
        return self.under_way > self._least or self.overloaded or bool(self._since)

    def enters(self, criticality: Criticality) -> bool:
        """Whether a newcomer is let in at once; it is under way then."""
        if self._since or not self.limit.allows(self.under_way):
            return False
        self._begins(criticality)
        return True

    def comes(self, item: T, criticality: Criticality, *, mutation: bool, now: float) -> Verdicts[T]:
        """A newcomer that was not let in waits, unless it or somebody less important is refused for want of room."""
        self._line.add(item, criticality, mutation=mutation)
        self._since[item] = now
        if self._slow is not None:
            self._slow.most = max(self._slow.most, self.waiting + self.under_way)
        return self._refuse(self._too_many(), now)

    def leaves(self) -> None:
        """A question is answered, or given up."""
        self.under_way -= 1
        self._answered += 1
        if self._slow is not None:
            self._slow.answered += 1

    def fills_up(self) -> Verdicts[T]:
        """Let in those who waited, as many as there may be."""
        return Verdicts(let_in=self._let_in())

    def gives_up(self, item: T) -> None:
        """The caller of *item*, who waited, is gone."""
        self._drop(item)

    def loses_patience(self, item: T, now: float) -> Verdicts[T]:
        """
        *item* has waited for as long as it may.

        Where there is no time for it there is none for lesser ones. It comes in itself if its own time was short, as
        what can be had at once is what such a caller asks for, and if the lesser ones were those who are too many.
        """
        if item not in self._since:
            return Verdicts()
        criticality, lesser = self._line.criticality(item), self._line.less_important_than(item)
        if not self.overloaded and now - self._since[item] < self._burst_s:
            lesser = []
        elif not self._mix.has_others_beside(criticality):
            return self._refuse((*lesser, item), now)
        self._drop(item)
        self._begins(criticality)
        return Verdicts(let_in=(item,), refused=self._refuse(tuple(lesser), now).refused)

    def turned(self, took_s: float, now: float) -> Verdicts[T]:
        """A turn of the loop took so long."""
        passed = self._count(now)
        self.limit.turned(
            took_s,
            under_way=self.under_way,
            per_s=self._rate,
            wanted=bool(self._since),
            more=max(_LEAST_GROWTH, _GROWTH * self._rate) * passed if self.overloaded else math.inf,
        )
        let_in = self._let_in()
        if self.overloaded:
            self._look_for_the_end(now)
        elif self._is_slow(now):
            self._begin(now)
            return Verdicts(let_in=let_in, refused=self._refuse(self._too_many(), now).refused)
        return Verdicts(let_in=let_in)

    def rests(self, now: float, *, after_s: float) -> bool:
        """
        Forget the limit when there was nothing to watch for *after_s*; whether it is forgotten.

        Not sooner: in an instant between two bursts all of the next one would be let in at once.
        """
        if self.is_to_be_watched or now - self._looked_at < after_s:
            return False
        self.limit.forget()
        return True

    def patience_s(self, own_s: float, criticality: Criticality, *, mutation: bool) -> float:
        """How long a newcomer may wait whose caller would wait *own_s*."""
        if not self.overloaded or mutation or self._mix.has_others_beside(criticality):
            return own_s
        return min(own_s, _DELAY * self._wait_s)

    def _room(self, criticality: Criticality) -> int:
        """How many of this class, and of those before it, may wait together."""
        if not self.overloaded or self._mix.has_others_beside(criticality):
            return self._max_waiting
        return max(1, int(self._rate * self._wait_s * _PARTS[criticality]))

    def _too_many(self) -> tuple[T, ...]:
        found = []
        # All who wait are of the class of the last one, or of those before it.
        while (last := self._line.last()) is not None and len(self._since) > self._room(last[1]):
            self._drop(last[0])
            found.append(last[0])
        return tuple(found)

    def _let_in(self) -> tuple[T, ...]:
        found = []
        while self.limit.allows(self.under_way) and (first := self._line.first()) is not None:
            criticality = self._line.criticality(first)
            self._drop(first)
            self._begins(criticality)
            found.append(first)
        return tuple(found)

    def _begins(self, criticality: Criticality) -> None:
        self.under_way += 1
        self._let += 1
        self._mix.add(criticality)

    def _refuse(self, items: tuple[T, ...], now: float) -> Verdicts[T]:
        for item in items:
            self._drop(item)
        if items and not self.overloaded:
            # Nobody is refused before it has come to that.
            self._begin(now)
        self._refused += len(items)
        return Verdicts(refused=items)

    def _begin(self, now: float) -> None:
        self.overloaded = True
        self._began, self._refused, self._let = now, 0, 0

    def _is_slow(self, now: float) -> bool:
        """Whether somebody always had to wait long for twice *burst_s*, and in the later of them more came."""
        oldest = next(iter(self._since.values()), now)
        if now - oldest < _SOON_S:
            self._slow = None
            return False
        here = self.waiting + self.under_way
        slow = self._slow = self._slow or _Slow(now, before=None, most=here)
        if now - slow.since < self._burst_s:
            return False
        self._slow = _Slow(now, before=slow.most, most=here)
        return slow.grew

    def _look_for_the_end(self, now: float) -> None:
        if now - self._began >= _LOOK_S:
            self.overloaded = self._refused > _FEW * (self._refused + self._let)
            self._slow = None
            self._began, self._refused, self._let = now, 0, 0

    def _drop(self, item: T) -> None:
        self._line.discard(item)
        self._since.pop(item, None)

    def _count(self, now: float) -> float:
        """Seconds since turns were last looked at, as far as that tells anything."""
        passed = now - self._looked_at
        if passed > 0:
            self._rate += min(1.0, passed / _RATE_S) * (self._answered / passed - self._rate)
        self._looked_at, self._answered = now, 0
        return min(passed, _RATE_S)
