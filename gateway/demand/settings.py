"""
What an operator says of how much may be asked: for each audience, and for single clients.

Where nothing is said, our own defaults hold. What is said of an audience changes them for it, what is said of a client
changes them for that one; so a line in the settings changes one figure and leaves the others as they are.
"""

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Audience = Literal["partner", "self_care", "agent", "operator"]

_UNLIMITED: Final = "unlimited"
_MINUTE_S: Final = 60.0
_PARTS_OF_A_MINUTE: Final = 4
"""Where no burst is said, what comes in a quarter of a minute may come at once."""


def _none_if_unlimited(said: Any) -> Any:
    return None if said == _UNLIMITED else said


# TOML has no word for nothing.
Most = Annotated[Annotated[int, Field(ge=1, le=10**12)] | None, BeforeValidator(_none_if_unlimited)]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DemandLimits:
    """What one client may ask; None is no bound. Costs are those of `gateway.plan.cost`."""

    cost_per_minute: int | None = None
    burst: int | None = None
    """What may come at once after a pause; None: a quarter of *cost_per_minute*."""

    concurrent: int | None = None
    max_cost: int | None = None
    max_calls_per_system: int | None = None
    measure_only: bool = False

    @property
    def rate(self) -> float | None:
        """Cost per second that comes back to the budget; None where there is no budget."""
        return None if self.cost_per_minute is None else self.cost_per_minute / _MINUTE_S

    @property
    def bucket(self) -> int | None:
        """The most that may come at once; None where there is no budget."""
        if self.cost_per_minute is None:
            return None
        return self.burst if self.burst is not None else max(1, self.cost_per_minute // _PARTS_OF_A_MINUTE)

    @property
    def most(self) -> int | None:
        """What one operation may cost: what does not fit into a full budget would wait for ever."""
        known = [each for each in (self.max_cost, self.bucket) if each is not None]
        return min(known) if known else None


DEFAULTS: Final[Mapping[Audience, DemandLimits]] = MappingProxyType(
    {
        # About a hundred questions a minute of the size of a customer at a glance (600), or a thousand about one line.
        "partner": DemandLimits(cost_per_minute=60_000, concurrent=10, max_cost=5_000, max_calls_per_system=25),
        # One client is an app of millions: how many of them ask is for the operator to say, and for the door and the
        # systems' own budgets to bear. What one customer asks at once is not more than a big family's.
        "self_care": DemandLimits(max_cost=10_000, max_calls_per_system=100),
        # A whole desk is one client, and a customer is waiting on the line.
        "agent": DemandLimits(),
        "operator": DemandLimits(),
    }
)


class DemandChanges(BaseModel):
    """What is other than usual. `unlimited` takes a bound away; what is not named stays as it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cost_per_minute: Most = Field(default=None, description="Cost per minute of all operations together.")
    burst: Most = Field(
        default=None,
        description="Cost that may come at once after a pause; one operation may not cost more. Not given: a quarter "
        "of cost_per_minute. Give at least what is asked in the time that an operation takes.",
    )
    concurrent: Most = Field(
        default=None,
        description="Operations at once. Of several processes each lets in up to twice its part, but never more than "
        "this, because connections are not spread evenly.",
    )
    max_cost: Most = Field(default=None, description="Cost of one operation, as estimated before anything is asked.")
    max_calls_per_system: Most = Field(
        default=None,
        description="Calls of one operation to one system; answers that are kept do not count. Fields beyond are null.",
    )
    measure_only: bool | None = Field(
        default=None, description="Count and tell what would be refused, and refuse nothing."
    )

    def over(self, limits: DemandLimits) -> DemandLimits:
        """*limits*, changed by what is named here."""
        changes = {name: getattr(self, name) for name in self.model_fields_set}
        if changes.get("measure_only", ...) is None:
            del changes["measure_only"]
        return dataclasses.replace(limits, **changes)


class DemandSettings(BaseModel):
    """How much may be asked, by audience."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    measure_only: bool = Field(
        default=False, description="Count and tell what would be refused, and refuse nothing, unless said otherwise."
    )
    replicas: int = Field(
        default=1,
        ge=1,
        le=1000,
        description="Gateways that serve the same clients; each takes its part of a budget while they share no Redis.",
    )
    partner: DemandChanges = Field(default_factory=DemandChanges, description="Clients of other companies.")
    self_care: DemandChanges = Field(default_factory=DemandChanges, description="Your own apps for customers.")
    agent: DemandChanges = Field(default_factory=DemandChanges, description="Your own staff's applications.")
    operator: DemandChanges = Field(default_factory=DemandChanges, description="Those who run this gateway.")

    def of(self, audience: Audience, own: DemandChanges | None = None) -> DemandLimits:
        """The limits of a client of *audience*, of which *own* is said."""
        usual = dataclasses.replace(DEFAULTS[audience], measure_only=self.measure_only)
        said: DemandChanges = getattr(self, audience)
        found = said.over(usual)
        return found if own is None else own.over(found)
