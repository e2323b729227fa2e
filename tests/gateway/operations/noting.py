"""A world whose systems note on what terms each call was made."""

import collections
from collections.abc import Callable, Mapping
from typing import Any

from connectors.routes import Routes, Systems
from connectors.terms import Terms
from tests.gateway.guarded import World

NAMES = ("customers", "billing", "network", "recharging", "recharge_history")


class Noted:
    """Any system, with a note of the terms of each of its operations."""

    def __init__(self, system: Any, terms: dict[str, list[Terms]]) -> None:
        self._system = system
        self._terms = terms

    def __getattr__(self, name: str) -> Callable[..., Any]:
        asked = getattr(self._system, name)

        def operation(*args: Any, within: Terms, **named: Any) -> Any:
            self._terms[name].append(within)
            return asked(*args, within=within, **named)

        return operation


class Noting(World):
    """A world that knows how old each call allowed its answer to be."""

    def __init__(self, *, fresh_s: float | Mapping[str, float] = 60) -> None:
        super().__init__(fresh_s=fresh_s)
        self.terms: dict[str, list[Terms]] = collections.defaultdict(list)
        routes = self.operator.graph.routes
        found: Any = {name: self._noted(getattr(routes, name)) for name in NAMES}
        object.__setattr__(self.operator.graph, "routes", Routes(**found))

    def _noted(self, systems: Any) -> Any:
        return Systems({systems.name: Noted(systems[systems.name], self.terms)})

    def ages(self) -> dict[str, list[float | None]]:
        """The greatest ages that were taken since the last time, by operation."""
        found = {name: [each.max_age_s for each in terms] for name, terms in self.terms.items()}
        self.terms.clear()
        return found
