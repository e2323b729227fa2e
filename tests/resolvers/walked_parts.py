"""The parts of an operation, found the slow way: one walk over the document with all variables at hand."""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
)
from graphql.execution.values import VariableValues, get_argument_values, get_directive_values
from graphql.type import GraphQLIncludeDirective, GraphQLInterfaceType, GraphQLNamedType, GraphQLSkipDirective

from resolvers.edge import PARTS_OF_ARGUMENTS
from schema.field import PARTS
from schema.parts import Part


def walked_parts(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> frozenset[Part]:
    """Every part that a selected field of *operation* needs, with its coerced *variables*."""
    return frozenset(_Walk(schema, document, variables).parts(operation))


class _Walk:
    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self._schema = schema
        self._fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self._variables = VariableValues(sources={}, coerced=dict(variables))
        self._seen: set[str] = set()

    def parts(self, operation: OperationDefinitionNode) -> Iterator[Part]:
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
        fragment = self._fragments.get(name)
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
