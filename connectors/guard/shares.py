"""What an operator says about who may use how much of a system: shares by class, and calls per second."""

import math
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from connectors.terms import Criticality

Share = Annotated[float, Field(gt=0, le=1)]
CallsPerSecond = Annotated[float, Field(gt=0, le=100_000)]
Burst = Annotated[int, Field(ge=1, le=100_000)]


class Shares(BaseModel):
    """The part of a system that a class of callers may use, together with the classes after it. Agents: all of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    self_care: Share = Field(default=0.9, description="Part that self care, partners and batch may use together.")
    partner: Share = Field(default=0.7, description="Part that partners and batch may use together.")
    batch: Share = Field(default=0.2, description="Part that batch may use.")

    @model_validator(mode="after")
    def _less_for_the_less_important(self) -> "Shares":
        if not self.self_care >= self.partner >= self.batch:
            raise ValueError("give self_care at least as much as partner, and partner at least as much as batch")
        return self

    def of(self, criticality: Criticality) -> float:
        """The part that *criticality* may use, from 0 to 1."""
        match criticality:
            case Criticality.AGENT:
                return 1.0
            case Criticality.SELF_CARE:
                return self.self_care
            case Criticality.PARTNER:
                return self.partner
            case Criticality.BATCH:
                return self.batch

    def places(self, criticality: Criticality, *, of: int) -> int:
        """How many *of* so many places *criticality* may hold together with the classes after it; one, if there is."""
        return min(of, max(1, int(self.of(criticality) * of + 1e-9)))


class BudgetSettings(BaseModel):
    """How many calls a second a system has to bear."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    calls_per_s: CallsPerSecond = Field(description="Calls a second that the system has to bear, in all.")
    burst: Burst | None = Field(
        default=None,
        description="So many more may come within a second; not given: what comes in a fifth of one.",
    )
    max_wait_s: float = Field(
        default=0.2, ge=0, le=10, description="Seconds that a call may wait for its turn; longer is refused at once."
    )
    replicas: int = Field(default=1, ge=1, le=1000, description="What `guard.replicas` says, where that is not given.")

    @property
    def most_at_once(self) -> int:
        """The burst, as said or by default; at least one call."""
        return usual_burst(self.calls_per_s) if self.burst is None else self.burst


def usual_burst(calls_per_s: float) -> int:
    """What comes in a fifth of a second; at least one call."""
    return max(1, math.ceil(calls_per_s / 5))
