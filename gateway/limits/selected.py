"""
What each operation of a document selects, fragments followed.

Execution takes a fragment once per selection, however often and by whatever ways it is spread there, and so it is
counted here: 26 fragments that each spread the next one twice select one field. Each selection is visited once and its
sums are remembered; they may become huge numbers, which costs Python nothing.
"""

import dataclasses
from collections.abc import Iterable, Mapping

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from gateway.limits.fragments import ordered

INTROSPECTION = frozenset({"__schema", "__type"})


@dataclasses.dataclass(frozen=True, slots=True)
class Selected:
    """Sums over a selection and all that is below it."""

    depth: int = 0
    root_fields: int = 0
    """Fields of the selection itself."""

    fields: int = 0
    values: float = 0.0
    """The fields, each as often as its weight and the weights above it say."""

    introspected: float = 0.0
    """The values below those fields that ask for the graph itself."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Level:
    """One selection without its inline fragments: its fields with what is below each, and the fragments spread."""

    fields: list[tuple[str, "_Level | None"]] = dataclasses.field(default_factory=list)
    spreads: set[str] = dataclasses.field(default_factory=set)


def selected(document: DocumentNode, *, weights: Mapping[str, float]) -> list[Selected]:
    """
    What each operation of *document* selects.

    *weights* says how many values a field of introspection has; others count as one. Raises FragmentCycle.
    """
    fragments = {
        found.name.value: _levels(found.selection_set)
        for found in document.definitions
        if isinstance(found, FragmentDefinitionNode)
    }
    sums = _Sums(fragments, weights)
    return [
        sums.of(_levels(found.selection_set))
        for found in document.definitions
        if isinstance(found, OperationDefinitionNode)
    ]


def _levels(root: SelectionSetNode) -> list[_Level]:
    """The selection *root* and every selection below it, each before the ones below it."""
    found = [_Level()]
    stack = [(root, found[0])]
    while stack:
        selection_set, level = stack.pop()
        for node in selection_set.selections:
            match node:
                case FieldNode():
                    below = _Level() if node.selection_set is not None else None
                    level.fields.append((node.name.value, below))
                    if below is not None and node.selection_set is not None:
                        found.append(below)
                        stack.append((node.selection_set, below))
                case InlineFragmentNode():
                    stack.append((node.selection_set, level))
                case FragmentSpreadNode():
                    level.spreads.add(node.name.value)
    return found


class _Sums:
    """Works out levels, those below first. Sets of fragments are bits of one number, which makes their union cheap."""

    def __init__(self, fragments: Mapping[str, list[_Level]], weights: Mapping[str, float]) -> None:
        self._weights = weights
        self._place = {name: place for place, name in enumerate(fragments)}
        self._reach: dict[str, int] = {}
        self._own: list[Selected] = [Selected()] * len(fragments)
        self._together: dict[int, Selected] = {0: Selected()}
        self._whole: dict[int, Selected] = {}
        for name in ordered({name: _spreads(levels) for name, levels in fragments.items()}):
            root, *below = fragments[name]
            self._work_out(below)
            self._own[self._place[name]] = _sum(map(self._field, root.fields))
            self._reach[name] = 1 << self._place[name] | self._reached(root)

    def of(self, levels: list[_Level]) -> Selected:
        """What the first of *levels* selects."""
        self._work_out(levels)
        return self._whole[id(levels[0])]

    def _work_out(self, levels: list[_Level]) -> None:
        for level in reversed(levels):
            own = _sum(map(self._field, level.fields))
            self._whole[id(level)] = _sum((own, self._of_fragments(self._reached(level))))

    def _reached(self, level: _Level) -> int:
        bits = 0
        for name in level.spreads:
            bits |= self._reach.get(name, 0)
        return bits

    def _of_fragments(self, bits: int) -> Selected:
        if bits not in self._together:
            self._together[bits] = _sum(own for place, own in enumerate(self._own) if bits >> place & 1)
        return self._together[bits]

    def _field(self, field: tuple[str, _Level | None]) -> Selected:
        name, level = field
        below = self._whole[id(level)] if level is not None else Selected()
        weight = self._weights.get(name, 1.0)
        return Selected(
            depth=1 + below.depth,
            root_fields=1,
            fields=1 + below.fields,
            values=weight * (1 + below.values),
            introspected=below.values if name in INTROSPECTION else 0.0,
        )


def _spreads(levels: Iterable[_Level]) -> set[str]:
    return {name for level in levels for name in level.spreads}


def _sum(parts: Iterable[Selected]) -> Selected:
    depth = root_fields = fields = 0
    values = introspected = 0.0
    for part in parts:
        depth = max(depth, part.depth)
        root_fields += part.root_fields
        fields += part.fields
        values += part.values
        introspected += part.introspected
    return Selected(depth, root_fields, fields, values, introspected)
