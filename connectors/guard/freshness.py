"""
Freshness: what an answer of some age is good for, by its operation's windows and the caller's terms. Pure.

                       +-- revalidate_s --+
    |---- fresh_s -----|------------ stale_s ------------|
    0     FRESH            REVALIDATE         STALE          GONE   -> age of the answer

Both windows beyond the fresh time begin where it ends. What is within neither is never given.
"""

import dataclasses
import enum
from collections.abc import Mapping
from typing import Final

from connectors.guard.answer import CHECK
from connectors.guard.settings import GuardSettings
from connectors.terms import Terms

EVERY: Final = "*"
"""In the settings: every operation that is not named."""

CLOCKS_DIFFER_S: Final = 5.0
"""An answer may seem to come from the future by this much, because replicas' clocks differ; one beyond has no age."""


class Standing(enum.Enum):
    """What an answer is good for."""

    FRESH = enum.auto()  # It is given.
    REVALIDATE = enum.auto()  # It is given, and its system is asked for the next caller.
    STALE = enum.auto()  # Its system is asked; it is given when that fails.
    TOO_OLD = enum.auto()  # It would be given, but this caller takes nothing so old.
    GONE = enum.auto()  # It is as if there were none.


@dataclasses.dataclass(frozen=True, slots=True)
class Windows:
    """For how many seconds the answers of one operation are good for what; the later two from the fresh time's end."""

    fresh_s: float = 0.0
    revalidate_s: float = 0.0
    stale_s: float = 0.0
    negative_s: float = 0.0
    beyond_s: float = dataclasses.field(init=False)
    """For how long after its fresh time an answer may be given at all."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "beyond_s", max(self.revalidate_s, self.stale_s))

    @property
    def negative(self) -> "Windows":
        """The windows of the answer that something is not known: fresh or gone."""
        return Windows(fresh_s=self.negative_s)


def windows_of(operation: str, settings: GuardSettings) -> Windows | None:
    """The windows of *operation*; None when nothing of it is kept, as of what must be live."""
    if operation == CHECK:
        return None
    windows = Windows(
        fresh_s=_named(settings.fresh_s, operation),
        revalidate_s=_named(settings.revalidate_s, operation),
        stale_s=_named(settings.stale_s, operation),
        negative_s=_named(settings.negative_s, operation),
    )
    return None if windows == Windows() else windows


def judge(age_s: float, windows: Windows, terms: Terms, *, fresh_s: float | None = None) -> Standing:
    """
    What an answer of *age_s* seconds is good for.

    *fresh_s* is the answer's own fresh time where it is shorter than its operation's: its later windows begin earlier.
    """
    if fresh_s is None or fresh_s > windows.fresh_s:
        fresh_s = windows.fresh_s
    # What is good for no time at all is not given either while it seems to come from the future.
    if max(age_s, 0.0) >= fresh_s + windows.beyond_s or age_s < -CLOCKS_DIFFER_S:
        return Standing.GONE
    if terms.max_age_s is not None and age_s > terms.max_age_s:
        return Standing.STALE if terms.or_older else Standing.TOO_OLD
    if age_s < fresh_s:
        return Standing.FRESH
    return Standing.REVALIDATE if age_s < fresh_s + windows.revalidate_s else Standing.STALE


def _named(seconds: Mapping[str, float], operation: str) -> float:
    return seconds.get(operation, seconds.get(EVERY, 0.0))
