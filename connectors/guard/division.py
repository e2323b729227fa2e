"""
Division: how the places at a system are divided among the processes that want some. Pure.

What each process wants is said by class of callers, the most important first, and last what it would like to have in
hand. The wants of one class are met before those of the next; within a class, where there is not enough, everybody
gets the same, or all that it wants if that is less (max-min). What cannot be divided evenly goes round from turn to
turn, so that of two processes that want the only place neither waits for good.
"""

import math
from collections.abc import Mapping, Sequence

from connectors.guard.shares import Shares
from connectors.terms import Criticality

Wants = tuple[int, ...]
"""Places that a process wants: for each class, those of the ones before it not counted, and at the end to spare."""

_CLASSES = tuple(Criticality)


def wants(demand: Sequence[int], *, shares: Shares, most: int, in_hand: int) -> Wants:
    """
    What a process wants that has, by class, *demand* calls under way or waiting, and may have *most* places.

    A class wants no more than it could use if the process had all of them. *in_hand* is what the process likes to have
    in all, whatever its demand: a call that finds a place need not wait until there is one.
    """
    wanted: list[int] = []
    for each in _CLASSES:
        # It shares what it and the classes after it may have, and so does each class before it.
        rooms = (shares.places(before, of=most) - sum(wanted[before:]) for before in _CLASSES[: each + 1])
        wanted.append(max(0, min(demand[each], *rooms)))
    together = sum(wanted)
    # A class uses its share of what the process has, so its wants are met only where that is many enough.
    useful = max(in_hand, *(math.ceil(sum(wanted[each:]) / shares.of(each) - 1e-9) for each in _CLASSES))
    spare = max(0, min(most, max(useful, together + together // 4 + 1)) - together)
    return (*wanted, spare)


def divide(wants: Mapping[str, Wants], *, whole: int, turn: int) -> dict[str, int]:
    """What each process, by its name, may have of *whole* places. *turn* counts up with the time."""
    names = sorted(wants)
    first = turn % len(names) if names else 0
    names = names[first:] + names[:first]
    given = dict.fromkeys(names, 0)
    left = whole
    for wanted in zip(*(wants[name] for name in names), strict=True):
        for name, places in zip(names, _evenly(left, wanted), strict=True):
            given[name] += places
            left -= places
    return given


def _evenly(places: int, wanted: Sequence[int]) -> list[int]:
    """So many of *wanted* as there are *places*; what is left over after an even division goes to the first."""
    level, over = _level(places, wanted)
    got = []
    for each in wanted:
        one_more = int(each > level and over > 0)
        over -= one_more
        got.append(min(each, level) + one_more)
    return got


def _level(places: int, wanted: Sequence[int]) -> tuple[int, int]:
    """Up to how many everybody gets what it wants, and how many places are then left for those who want more."""
    count = len(wanted)
    for number, each in enumerate(sorted(wanted)):
        level, over = divmod(places, count - number)
        if each > level:
            return level, over
        places -= each
    return max(wanted, default=0), 0
