"""How long a run measures: a few minutes to see that all works, or as long as figures for the page need."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds of one turn (*seconds*, at most *longest_s* where a contestant is slow), rounds, and places on curves."""

    name: str
    rounds: int
    curve_rounds: int
    seconds: float
    longest_s: float
    concurrencies: tuple[int, ...]
    sizes: tuple[int, ...]
    groups: tuple[int, ...]
    operations: tuple[int, ...]
    micro_rounds: int


FULL = Pace(
    name="full",
    rounds=3,
    curve_rounds=2,
    seconds=4,
    longest_s=16,
    concurrencies=(1, 16, 64),
    sizes=(10, 100, 1_000, 10_000),
    groups=(1, 2, 5, 10, 20, 50),
    operations=(1, 100, 1_000, 10_000),
    micro_rounds=9,
)
QUICK = Pace(
    name="quick",
    rounds=1,
    curve_rounds=1,
    seconds=2,
    longest_s=5,
    concurrencies=(1, 16),
    sizes=(10, 1_000),
    groups=(1, 50),
    operations=(1, 10_000),
    micro_rounds=3,
)
