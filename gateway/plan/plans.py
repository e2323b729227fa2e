"""Plans, made on first sight and kept within bounds. What is pinned is kept for good."""

import collections
import dataclasses
from collections.abc import Iterable

from gateway.plan.outline import Booleans, Outline
from gateway.plan.plan import Plan
from gateway.plan.planner import Planner

MAX_COMBINATIONS = 32
"""Plans of one operation, for the values of the variables that steer it. The first one made goes first."""

MAX_CHARACTERS = 100_000
"""
Of the operations of all plans together, each counted as often as it has plans. A plan with its generated code has one
to two objects for each; the garbage collector looks at all of them at once, beside the documents that are remembered.
"""


class Plans:
    """The plans of one schema. Those of operations that have not been used for longest go first."""

    def __init__(self, planner: Planner) -> None:
        self._planner = planner
        self._kept: collections.OrderedDict[Outline, dict[Booleans, Plan]] = collections.OrderedDict()
        self._pinned: dict[Outline, Plan] = {}
        self._characters = 0

    def plan(self, outline: Outline, booleans: Booleans, *, keep: bool = True) -> Plan:
        """
        The plan of an operation for these values, made when there is none yet; without *keep* it is not remembered.

        Raises what Planner.plan raises.
        """
        first = outline.first
        found = self._found(first, booleans)
        if found is None:
            found = self._planner.plan(first, booleans)
            if keep:
                self._keep(first, booleans, found)
        # All that differs between operations that are like each other is in their outlines.
        return found if first is outline else dataclasses.replace(found, outline=outline)

    def pin(self, outline: Outline) -> Plan:
        """The plan of an operation for its variables' defaults, kept for good and apart from the bounds."""
        first = outline.first
        if first not in self._pinned:
            self._pinned[first] = self._planner.plan(first, first.defaults)
        return self._pinned[first]

    def forget(self, outlines: Iterable[Outline]) -> None:
        """Drop the plans of operations whose document is not remembered any more."""
        for outline in outlines:
            self._characters -= outline.characters * len(self._kept.pop(outline, ()))

    def _found(self, outline: Outline, booleans: Booleans) -> Plan | None:
        kept = self._kept.get(outline)
        if kept is not None:
            self._kept.move_to_end(outline)
            if (found := kept.get(booleans)) is not None:
                return found
        return self._pinned.get(outline) if booleans == outline.defaults else None

    def _keep(self, outline: Outline, booleans: Booleans, made: Plan) -> None:
        kept = self._kept.setdefault(outline, {})
        kept[booleans] = made
        self._characters += outline.characters
        if len(kept) > MAX_COMBINATIONS:
            self._drop_first(outline, kept)
        # The operation just planned was moved to the end, so it is the last to go.
        while self._characters > MAX_CHARACTERS and len(self._kept) > 1:
            self.forget((next(iter(self._kept)),))
        while self._characters > MAX_CHARACTERS and len(kept) > 1:
            self._drop_first(outline, kept)

    def _drop_first(self, outline: Outline, kept: dict[Booleans, Plan]) -> None:
        del kept[next(iter(kept))]
        self._characters -= outline.characters
