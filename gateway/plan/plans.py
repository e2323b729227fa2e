"""Plans, made on first sight and kept within bounds. What is pinned is kept for good."""

import collections
import dataclasses
from collections.abc import Hashable, Iterable
from typing import Protocol

from gateway.plan.outline import Booleans, Outline
from gateway.plan.plan import Plan

MAX_COMBINATIONS = 32
"""
Plans of one operation, for the values of the variables that steer it and for callers with different rights. The first
one made goes first.
"""

MAX_CHARACTERS = 100_000
"""
Of the operations of all plans together, each counted as often as it has plans. A plan with its generated code has one
to two objects for each; the garbage collector looks at all of them at once, beside the documents that are remembered.
"""


class Makes(Protocol):
    """Makes plans. Plans of different makers are kept apart."""

    def plan(self, outline: Outline, booleans: Booleans) -> Plan:
        """The plan of an operation for these values."""


class Plans:
    """The plans of one schema. Those of operations that have not been used for longest go first."""

    def __init__(self, planner: Makes, *, sharing: int = 1) -> None:
        self._sharing = sharing
        self._planner = planner
        self._kept: collections.OrderedDict[Outline, dict[Hashable, Plan]] = collections.OrderedDict()
        self._pinned: dict[Outline, Plan] = {}
        self._characters = 0

    def plan(self, outline: Outline, booleans: Booleans, *, keep: bool = True, by: Makes | None = None) -> Plan:
        """
        The plan of an operation for these values, made when there is none yet; without *keep* it is not remembered.

        Made *by* somebody else than these plans' own planner, if one is given. Raises what its `plan` raises.
        """
        first = outline.first
        key: Hashable = booleans if by is None else (by, booleans)
        found = self._found(first, key)
        if found is None:
            found = (by or self._planner).plan(first, booleans)
            if keep:
                self._keep(first, key, found)
        # All that differs between operations that are like each other is in their outlines.
        return found if first is outline else dataclasses.replace(found, outline=outline)

    def pin(self, outline: Outline) -> Plan:
        """The plan of an operation for its variables' defaults, kept for good and apart from the bounds."""
        first = outline.first
        if first not in self._pinned:
            self._pinned[first] = self._planner.plan(first, first.defaults)
        return self._pinned[first]

    def release(self, *, but: Iterable[Outline]) -> None:
        """Keep the plans that were pinned no longer than others, apart from those of these operations."""
        kept = {outline.first for outline in but}
        for outline in [each for each in self._pinned if each not in kept]:
            plan = self._pinned.pop(outline)
            if outline.defaults not in self._kept.get(outline, ()):
                self._keep(outline, outline.defaults, plan)

    def forget(self, outlines: Iterable[Outline]) -> None:
        """Drop the plans of operations whose document is not remembered any more."""
        for outline in outlines:
            self._characters -= outline.characters * len(self._kept.pop(outline, ()))

    def _found(self, outline: Outline, key: Hashable) -> Plan | None:
        kept = self._kept.get(outline)
        if kept is not None:
            self._kept.move_to_end(outline)
            if (found := kept.get(key)) is not None:
                return found
        return self._pinned.get(outline) if key == outline.defaults else None

    def _keep(self, outline: Outline, key: Hashable, made: Plan) -> None:
        kept = self._kept.setdefault(outline, {})
        kept[key] = made
        self._characters += outline.characters
        if len(kept) > MAX_COMBINATIONS:
            self._drop_first(outline, kept)
        # The operation just planned was moved to the end, so it is the last to go.
        most = MAX_CHARACTERS // self._sharing
        while self._characters > most and len(self._kept) > 1:
            self.forget((next(iter(self._kept)),))
        while self._characters > most and len(kept) > 1:
            self._drop_first(outline, kept)

    def _drop_first(self, outline: Outline, kept: dict[Hashable, Plan]) -> None:
        del kept[next(iter(kept))]
        self._characters -= outline.characters
