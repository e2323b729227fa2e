"""
What an operation selects, merged as execution merges it: fields of one name in one place are one field.

The merged selections form a graph rather than a tree: those that are made of the same selections, on the same type, are
worked out once. So 26 fragments that each spread the next one twice are as many selections, and not 2 to the 26th.
"""

import dataclasses
from collections.abc import Iterator, Mapping

from graphql import (
    BooleanValueNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    is_abstract_type,
)

from gateway.plan.facts import Facts, FieldFacts
from gateway.plan.outline import Outline, conditions

META = frozenset({"__schema", "__type"})
"""Fields that show the graph itself. They are told by their coordinate; what is asked of them is not followed."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Level:
    """One merged selection on one object type."""

    kind: str
    """The type's name."""

    fields: tuple["Selected", ...]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Selected:
    """One field of a merged selection; *node* is the first of those that mean it, and all have the same arguments."""

    facts: FieldFacts
    node: FieldNode
    below: tuple[Level, ...]
    """What is selected of each object type that it can give."""


class Selections:
    """The merged selections of one operation with its boolean variables known."""

    def __init__(
        self,
        schema: GraphQLSchema,
        facts: Facts,
        outline: Outline,
        booleans: Mapping[str, bool | None],
    ) -> None:
        self._schema = schema
        self._facts = facts
        self._fragments = outline.fragments
        self._booleans = booleans
        self._levels: dict[tuple[str, frozenset[int]], Level] = {}
        self._shown: set[str] = set()
        root = schema.get_root_type(outline.operation.operation)
        self.root = self._level(root, (outline.operation.selection_set,)) if root is not None else Level("", ())

    def coordinates(self) -> Iterator[str]:
        """The fields that are selected, such as `Customer.bills`; `__typename` is none of them."""
        for level in self._levels.values():
            for selected in level.fields:
                yield selected.facts.coordinate
        for name in self._shown:
            yield f"{self.root.kind}.{name}"

    def _level(self, kind: GraphQLObjectType, sets: tuple[SelectionSetNode, ...]) -> Level:
        key = (kind.name, frozenset(map(id, sets)))
        found = self._levels.get(key)
        if found is None:
            # Each field needs a place of its own in the answer, so there are no more levels than an answer has objects;
            # how many fields an operation may select is one of the limits.
            fields = tuple(self._fields(kind, self._merged(kind, sets)))
            found = self._levels[key] = Level(kind.name, fields)
        return found

    def _fields(self, kind: GraphQLObjectType, merged: Mapping[str, list[FieldNode]]) -> Iterator[Selected]:
        for nodes in merged.values():
            name = nodes[0].name.value
            if name.startswith("__"):
                self._shown.update(META & {name})
                continue
            facts = self._facts[kind.name][name]
            sets = tuple(node.selection_set for node in nodes if node.selection_set is not None)
            below = tuple(self._level(each, sets) for each in facts.types)
            yield Selected(facts, nodes[0], below)

    def _merged(self, kind: GraphQLObjectType, sets: tuple[SelectionSetNode, ...]) -> dict[str, list[FieldNode]]:
        merged: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        for each in sets:
            self._collect(kind, each, merged, seen)
        return merged

    def _collect(
        self, kind: GraphQLObjectType, selections: SelectionSetNode, merged: dict[str, list[FieldNode]], seen: set[str]
    ) -> None:
        for node in selections.selections:
            if node.directives and not self._is_selected(node):
                continue
            if isinstance(node, FieldNode):
                merged.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if node.type_condition is None or self._applies(node.type_condition.name.value, kind):
                    self._collect(kind, node.selection_set, merged, seen)
            elif isinstance(node, FragmentSpreadNode):
                self._collect_fragment(kind, node.name.value, merged, seen)

    def _collect_fragment(
        self, kind: GraphQLObjectType, name: str, merged: dict[str, list[FieldNode]], seen: set[str]
    ) -> None:
        fragment = self._fragments[name]
        if name not in seen and self._applies(fragment.type_condition.name.value, kind):
            seen.add(name)
            self._collect(kind, fragment.selection_set, merged, seen)

    def _applies(self, condition: str, kind: GraphQLObjectType) -> bool:
        if condition == kind.name:
            return True
        found = self._schema.get_type(condition)
        return is_abstract_type(found) and self._schema.is_sub_type(found, kind)

    def _is_selected(self, node: SelectionNode) -> bool:
        return all(self._says_yes(directive, value) for directive, value in conditions(node))

    def _says_yes(self, directive: str, value: ValueNode) -> bool:
        if isinstance(value, VariableNode):
            found = self._booleans[value.name.value]
        else:
            found = value.value if isinstance(value, BooleanValueNode) else None
        # Null makes the object around it fail, so nothing is selected there.
        return found is (directive == "include")
