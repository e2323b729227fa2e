"""
What may be said over a system's limits and cache times while it is used, and what holds then. Pure.

What is not named stays as the settings have it. The bounds of each figure are those of the settings.
"""

import dataclasses
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from connectors.guard.freshness import EVERY
from connectors.guard.settings import GuardSettings, Places, Window
from connectors.guard.shares import BudgetSettings, Burst, CallsPerSecond, usual_burst

_UNLIMITED: Final = "unlimited"
_TIMES: Final = ("fresh_s", "revalidate_s", "stale_s", "negative_s")


def _none_if_unlimited(said: Any) -> Any:
    return None if said == _UNLIMITED else said


class SystemLimits(BaseModel):
    """How much a system may be asked, where not as the settings say. Of the whole gateway, as there."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    calls_per_s: Annotated[CallsPerSecond | None, BeforeValidator(_none_if_unlimited)] = Field(
        default=None, description="Calls a second; null or `unlimited`: no such limit."
    )
    burst: Burst | None = Field(
        default=None,
        description="So many more may come within a second; null: what comes in a fifth of one. Not named, it is that "
        "too where it is less than the settings say.",
    )
    max_concurrent: Places = Field(
        default=1, description="Calls at once. Below `min_concurrent` nothing is found out any more: it is this many."
    )

    @property
    def changes(self) -> dict[str, Any]:
        """What was named."""
        return self.model_dump(exclude_unset=True)


class CacheTimes(BaseModel):
    """For how many seconds answers are good for what, where not as the settings say."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    fresh_s: Window = Field(default=0.0, description="Seconds for which an answer may be given again.")
    revalidate_s: Window = Field(
        default=0.0, description="Seconds beyond `fresh_s` for which it is given at once and asked anew behind."
    )
    stale_s: Window = Field(
        default=0.0, description="Seconds beyond `fresh_s` for which it is given when the system does not answer."
    )
    negative_s: Window = Field(
        default=0.0, description="Seconds for which it is kept that the system does not know what was asked."
    )

    @property
    def changes(self) -> dict[str, Any]:
        """What was named."""
        return self.model_dump(exclude_unset=True)


@dataclasses.dataclass(frozen=True, slots=True)
class Tuning:
    """All that is said over one system. *times* are by operation; under `EVERY`: of each that is not named here."""

    limits: SystemLimits | None = None
    times: Mapping[str, CacheTimes] = dataclasses.field(default_factory=dict)


def tuned(usual: GuardSettings, tuning: Tuning) -> GuardSettings:
    """*usual*, changed by *tuning*. Raises ValueError, in a sentence for the operator, where that cannot be."""
    found = usual.model_copy(update=_limits(usual, tuning.limits) | _times(usual, tuning.times))
    # A copy is checked by nobody; of what models check together only this is about what was changed.
    found.check_expensive()
    return found


def _limits(usual: GuardSettings, limits: SystemLimits | None) -> dict[str, Any]:
    if limits is None or not limits.model_fields_set:
        return {}
    said = limits.model_fields_set
    # Where that was said of the budget alone it must outlive it.
    found: dict[str, Any] = {"replicas": usual.parts}
    if "calls_per_s" in said or "burst" in said:
        found["budget"] = _budget(usual.budget, limits)
    if "max_concurrent" in said:
        found["max_concurrent"] = limits.max_concurrent
        if usual.min_concurrent is not None:
            # In an incident there may have to be fewer than were thought to be safe.
            found["min_concurrent"] = min(usual.min_concurrent, limits.max_concurrent)
    return found


def _budget(usual: BudgetSettings | None, limits: SystemLimits) -> BudgetSettings | None:
    said = limits.model_fields_set
    before = None if usual is None else usual.calls_per_s
    calls_per_s = limits.calls_per_s if "calls_per_s" in said else before
    if calls_per_s is None:
        return None
    found = BudgetSettings(calls_per_s=calls_per_s) if usual is None else usual
    burst = limits.burst if "burst" in said else found.burst
    if "burst" not in said and burst is not None and "calls_per_s" in said:
        # A burst that was right for many calls a second would undo a limit of few.
        burst = min(burst, usual_burst(calls_per_s))
    return found.model_copy(update={"calls_per_s": calls_per_s, "burst": burst})


def _times(usual: GuardSettings, times: Mapping[str, CacheTimes]) -> dict[str, dict[str, float]]:
    # What is said of all operations first: it is narrowed by what is said of one.
    said = sorted(times.items(), key=lambda each: each[0] != EVERY)
    found: dict[str, dict[str, float]] = {}
    for operation, each in said:
        for name, seconds in each.changes.items():
            now = found.get(name, getattr(usual, name))
            # Of all: also of those that the settings name.
            found[name] = {**dict.fromkeys(now, seconds), EVERY: seconds} if operation == EVERY else {**now}
            found[name][operation] = seconds
    return found


def same_times(one: GuardSettings, other: GuardSettings) -> bool:
    """Whether both keep answers for as long."""
    return all(getattr(one, name) == getattr(other, name) for name in _TIMES)
