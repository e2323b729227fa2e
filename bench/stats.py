"""Medians, spreads and ratios of interleaved rounds. Pure."""

import dataclasses
import statistics
from collections.abc import Iterable, Sequence


@dataclasses.dataclass(frozen=True, slots=True)
class Spread:
    """What several rounds came to."""

    low: float
    median: float
    high: float
    rounds: int


def spread(values: Iterable[float]) -> Spread:
    """The median of *values* with the least and the greatest. ValueError when there is none."""
    found = sorted(values)
    if not found:
        raise ValueError("no round was measured")
    return Spread(found[0], statistics.median(found), found[-1], len(found))


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """
    The spread of ours divided by theirs, round by round.

    What stands at the same place was measured in the same round, next to each other, so that a machine that was slow
    for a while was slow for both. ValueError when no round has both.
    """
    return spread(one / other for one, other in zip(ours, theirs, strict=False) if other > 0)
