"""CPU time of several ways to do one thing, in interleaved rounds within this process."""

import gc
import time
from collections.abc import Callable, Mapping

from bench.results import Timing

_LEAST_S = 0.2


def compared(group: str, ways: Mapping[str, Callable[[], object]], *, rounds: int) -> list[Timing]:
    """Milliseconds of CPU that each of *ways* takes, round by round."""
    times = {name: _often_enough(way) for name, way in ways.items()}
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            found[name].append(_milliseconds(way, times[name]))
    return [Timing(group=group, name=name, cpu_ms=values) for name, values in found.items()]


def _often_enough(way: Callable[[], object]) -> int:
    # The first calls make what later ones use.
    for _ in range(3):
        way()
    return max(1, round(_LEAST_S * 1000 / max(_milliseconds(way, 3), 0.001)))


def _milliseconds(way: Callable[[], object], times: int) -> float:
    gc.collect()
    began = time.process_time()
    for _ in range(times):
        way()
    return (time.process_time() - began) * 1000 / times
