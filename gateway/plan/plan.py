"""The plan: what one GraphQL operation means here, with the variables that steer `@skip` and `@include` known."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from graphql import OperationDefinitionNode, OperationType

from gateway.execution import Completion
from gateway.plan.cost import Cost
from gateway.plan.outline import Outline
from gateway.plan.wishes import Wishes
from resolvers.needs import Needs


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Gist:
    """What is told of a plan to those who count and record, when the plan itself need not be kept for it."""

    digest: str
    name: str | None
    coordinates: frozenset[str]
    personal: frozenset[str]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """
    Everything about an operation that does not change from one request to the next.

    Who admits, explains or measures an operation reads it here; nobody walks its document again.
    """

    outline: Outline
    booleans: Mapping[str, bool | None]
    """The values of the steering variables that this plan is for."""

    coordinates: frozenset[str]
    """Fields that execution may come to, such as `Customer.bills`; an interface's are those of its possible types."""

    personal: frozenset[str]
    """Those of the coordinates that say something about somebody."""

    scopes: frozenset[frozenset[str]]
    """The groups of scopes that all of it needs: of each group one (`schema.policy`)."""

    needs: Needs
    """What the operation asks of which system, and after how many other calls."""

    estimate: Cost
    completion: Completion
    """How plain data of the answer is written."""

    wishes: Wishes | None = None
    """What the document says of time and age, where it does."""

    withheld: frozenset[str] = frozenset()
    """What is selected and refused, because those for whom this plan is made may not read it."""

    @property
    def digest(self) -> str:
        """The hash of the operation, however its document is written."""
        return self.outline.digest

    @property
    def operation(self) -> OperationDefinitionNode:
        """The operation in its document."""
        return self.outline.operation

    @property
    def name(self) -> str | None:
        """The operation's own name, if it has one."""
        return self.outline.name

    @property
    def kind(self) -> OperationType:
        """Query, mutation or subscription."""
        return self.operation.operation

    @property
    def gist(self) -> Gist:
        """What is told of it afterwards."""
        return Gist(self.digest, self.name, self.coordinates, self.personal)

    def cost(self, variables: Mapping[str, Any]) -> int:
        """What the operation costs with these coerced variables; what is counted is told in `gateway.plan.cost`."""
        return self.estimate.of(variables)

    def describe(self, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """
        The plan as JSON, for people. Of the values of *variables* nothing is in it but what they come to.

        Without them sizes that hang on them are the usual ones. `depth` of a call is how many come before it, at the
        worst.
        """
        asks = sorted(self.needs.asks, key=lambda ask: (ask.depth, ask.coordinate, ask.capability, ask.operation))
        return {
            "operation": {"name": self.name, "type": self.kind.value, "hash": self.digest},
            "booleans": dict(self.booleans),
            "cost": self.cost(variables or {}),
            "calls": [
                {
                    "field": ask.coordinate,
                    "capability": ask.capability,
                    "operation": ask.operation,
                    "depth": ask.depth,
                }
                for ask in asks
            ],
            "scopes": sorted(sorted(group) for group in self.scopes),
            "personal": sorted(self.personal),
            "coordinates": sorted(self.coordinates),
        }
