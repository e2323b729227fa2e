"""
Which fields of an operation will be executed: fragments spread, conditions decided, equal answers' names put together.

What a condition says is taken from the operation's boolean values. Nothing here knows what a field is for.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
)
from graphql.execution.values import VariableValues, get_directive_values
from graphql.type import GraphQLIncludeDirective, GraphQLSkipDirective

_HasFields: TypeAlias = GraphQLObjectType | GraphQLInterfaceType


@dataclasses.dataclass(slots=True)
class Group:
    """The selections of one field under one name in the answer: they are executed as one."""

    coordinate: str
    field: GraphQLField
    node: FieldNode
    below: list[SelectionSetNode]
    nodes: list[FieldNode] = dataclasses.field(default_factory=list)
    """All of them; `node` is the first."""

    @property
    def name(self) -> str:
        """Its name in the answer."""
        return (self.node.alias or self.node.name).value


class Selection:
    """Finds the selected fields of one document, with the values of one operation's boolean variables."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, booleans: Mapping[str, Any]) -> None:
        self._schema = schema
        self._booleans = VariableValues(sources={}, coerced=dict(booleans))
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }

    def groups(self, selections: list[SelectionSetNode], parent: GraphQLNamedType) -> list[Group]:
        """
        The fields of *selections* on an object of *parent*, those with one name in the answer together.

        Each fragment is visited once (GraphQL specification, 6.3.2). Of an abstract *parent*, the fields of every type
        that it may be.
        """
        groups: dict[tuple[str, str], Group] = {}
        visited: set[str] = set()
        for selection_set in selections:
            for node, on in self._fields(selection_set, parent, visited):
                field = on.fields.get(node.name.value)
                if field is None:
                    continue
                key = (on.name, node.alias.value if node.alias else node.name.value)
                group = groups.setdefault(key, Group(f"{on.name}.{node.name.value}", field, node, []))
                group.nodes.append(node)
                if node.selection_set is not None:
                    group.below.append(node.selection_set)
        return list(groups.values())

    def _fields(
        self, selections: SelectionSetNode, parent: GraphQLNamedType | None, visited: set[str]
    ) -> Iterator[tuple[FieldNode, _HasFields]]:
        for node in selections.selections:
            if not self._selected(node):
                continue
            match node:
                case FieldNode():
                    if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
                        yield node, parent
                case InlineFragmentNode():
                    on = node.type_condition
                    inner = self._schema.get_type(on.name.value) if on else parent
                    yield from self._fields(node.selection_set, inner, visited)
                case FragmentSpreadNode():
                    yield from self._fragment(node.name.value, visited)

    def _fragment(self, name: str, visited: set[str]) -> Iterator[tuple[FieldNode, _HasFields]]:
        fragment = self._fragments.get(name)
        if fragment is None or name in visited:
            return
        visited.add(name)
        on = self._schema.get_type(fragment.type_condition.name.value)
        yield from self._fields(fragment.selection_set, on, visited)

    def _selected(self, node: SelectionNode) -> bool:
        if not node.directives:
            return True
        try:
            skip = get_directive_values(GraphQLSkipDirective, node, self._booleans)
            include = get_directive_values(GraphQLIncludeDirective, node, self._booleans)
        except GraphQLError:
            return False  # The executor refuses the selection around it for the same reason.
        return not (skip and skip["if"]) and not (include and not include["if"])
