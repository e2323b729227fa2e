"""Which parts of each system's answers one GraphQL operation needs, found by one walk over its document."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar, cast

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
)
from graphql.execution.values import VariableValues, get_argument_values, get_directive_values
from graphql.type import (
    GraphQLIncludeDirective,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLSkipDirective,
)

from resolvers.edge import PARTS_OF_ARGUMENTS
from schema.field import PARTS
from schema.parts import Part

P = TypeVar("P", bound=Part)


def parts_of(info: GraphQLResolveInfo[Any]) -> frozenset[Part]:
    """
    Every part that any selected field of the operation needs.

    The union over the whole operation, not per field: two fields that meet at the same customer then ask one question,
    whichever comes first. Each fragment is visited once.
    """
    return frozenset(_Walk(info).parts())


def of_kind(parts: frozenset[Part], kind: type[P]) -> frozenset[P]:
    """Those of *parts* that belong to one system's answer."""
    return frozenset(part for part in parts if isinstance(part, kind))


class _Walk:
    def __init__(self, info: GraphQLResolveInfo[Any]) -> None:
        self._info = info
        self._schema: GraphQLSchema = info.schema
        # Strawberry hands resolvers the coerced values alone; graphql-core's own functions want them in their wrapper.
        self._variables = VariableValues(sources={}, coerced=cast("Any", info.variable_values))
        self._seen: set[str] = set()

    def parts(self) -> Iterator[Part]:
        operation = self._info.operation
        root = self._schema.get_root_type(operation.operation)
        if root is not None:
            yield from self._selections(operation.selection_set, root)

    def _selections(self, selections: SelectionSetNode, parent: GraphQLNamedType) -> Iterator[Part]:
        for node in selections.selections:
            if not self._selected(node):
                continue
            match node:
                case FieldNode():
                    yield from self._field(node, parent)
                case InlineFragmentNode():
                    condition = node.type_condition
                    inner = self._schema.get_type(condition.name.value) if condition else parent
                    yield from self._selections(node.selection_set, inner or parent)
                case FragmentSpreadNode():
                    yield from self._fragment(node.name.value)

    def _fragment(self, name: str) -> Iterator[Part]:
        fragment = self._info.fragments.get(name)
        if fragment is None or name in self._seen:
            return
        self._seen.add(name)
        on = self._schema.get_type(fragment.type_condition.name.value)
        if on is not None:
            yield from self._selections(fragment.selection_set, on)

    def _field(self, node: FieldNode, parent: GraphQLNamedType) -> Iterator[Part]:
        if not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            return
        field = parent.fields.get(node.name.value)
        if field is None:
            return
        definition = field.extensions.get("strawberry-definition")
        metadata: Mapping[Any, Any] = getattr(definition, "metadata", None) or {}
        yield from metadata.get(PARTS, ())
        if PARTS_OF_ARGUMENTS in metadata:
            try:
                yield from metadata[PARTS_OF_ARGUMENTS](get_argument_values(field, node, self._variables))
            except GraphQLError:
                # A null variable where none may be: the field will fail by itself, and nothing below it is asked for.
                return
        if node.selection_set is not None:
            yield from self._selections(node.selection_set, get_named_type(field.type))

    def _selected(self, node: SelectionNode) -> bool:
        if not node.directives:
            return True
        try:
            skip = get_directive_values(GraphQLSkipDirective, node, self._variables)
            include = get_directive_values(GraphQLIncludeDirective, node, self._variables)
        except GraphQLError:
            return False  # The executor refuses the selection around it for the same reason.
        return not (skip and skip["if"]) and not (include and not include["if"])
