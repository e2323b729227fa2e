"""An operation without what is below fields that its caller may not read, so that nothing of it is planned or asked."""

import copy
import dataclasses
from typing import TypeVar

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
)

from gateway.plan.outline import STEERING, Outline

N = TypeVar("N", bound=Node)
D = TypeVar("D", OperationDefinitionNode, FragmentDefinitionNode)


def pruned(outline: Outline, schema: GraphQLSchema, hidden: frozenset[str]) -> Outline:
    """
    *outline* with nothing left of the fields at the coordinates *hidden* but their names.

    Its document is valid in *schema*, and is not changed. Visits each selection once, however often it is spread.
    """
    root = schema.get_root_type(outline.operation.operation)
    operation = _below(outline.operation, root, schema, hidden)
    fragments = {
        name: _below(each, schema.get_type(each.type_condition.name.value), schema, hidden)
        for name, each in outline.fragments.items()
    }
    # Other operations of the document, and fragments that only they use, are none of this one's business.
    document = DocumentNode(definitions=(operation, *fragments.values()), loc=outline.document.loc)
    return dataclasses.replace(outline, document=document, operation=operation, fragments=fragments)


def _below(definition: D, root: GraphQLNamedType | None, schema: GraphQLSchema, hidden: frozenset[str]) -> D:
    return _with(definition, selection_set=_selections(definition.selection_set, root, schema, hidden))


def _selections(
    found: SelectionSetNode, parent: GraphQLNamedType | None, schema: GraphQLSchema, hidden: frozenset[str]
) -> SelectionSetNode:
    return _with(found, selections=tuple(_selection(each, parent, schema, hidden) for each in found.selections))


def _selection(
    node: SelectionNode, parent: GraphQLNamedType | None, schema: GraphQLSchema, hidden: frozenset[str]
) -> SelectionNode:
    if isinstance(node, InlineFragmentNode):
        on = schema.get_type(node.type_condition.name.value) if node.type_condition is not None else parent
        return _with(node, selection_set=_selections(node.selection_set, on, schema, hidden))
    if not isinstance(node, FieldNode) or not isinstance(parent, GraphQLObjectType):
        return node
    if f"{parent.name}.{node.name.value}" in hidden:
        return _with(node, selection_set=None, arguments=(), directives=_steering(node))
    field = parent.fields.get(node.name.value)
    if node.selection_set is None or field is None:
        return node
    below = _selections(node.selection_set, get_named_type(field.type), schema, hidden)
    return _with(node, selection_set=below)


def _steering(node: FieldNode) -> tuple[DirectiveNode, ...]:
    # Whether it is selected still counts. How young it should be does not: nothing is asked for it.
    return tuple(each for each in node.directives or () if each.name.value in STEERING)


def _with(node: N, **changes: object) -> N:
    found = copy.copy(node)
    for name, value in changes.items():
        # Nodes are frozen so that nobody changes a document that others hold; nobody holds this copy yet.
        object.__setattr__(found, name, value)
    return found
