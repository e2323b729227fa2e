"""The fields of one operation, collected once: which fields each object of it has, in which order and from where."""

from collections.abc import Mapping
from typing import Any

from graphql import (
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    is_abstract_type,
    is_object_type,
)
from graphql.execution.collect_fields import (
    CollectedFields,
    FieldDetailsList,
    FragmentDetails,
    GroupedFieldSet,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues

Place = tuple[int, int]
"""A type and a group of field nodes of the document, both by identity: where in an operation something stands."""


class NotCollectableError(Exception):
    """The operation is one of those that only graphql-core's own way can execute."""


class Collected:
    """
    What graphql-core collects for one operation and the values of the variables in its `@skip` and `@include`.

    Groups of nodes are the same objects in every execution, so what is known about a place can be found by identity.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        booleans: Mapping[str, Any],
    ) -> None:
        """Raise GraphQLError or NotCollectableError when the operation has to be collected for each request."""
        self.fragments = {name: FragmentDetails(fragment, None) for name, fragment in fragments.items()}
        self._schema = schema
        self._operation = operation
        self._variables = VariableValues(sources={}, coerced=dict(booleans))
        self._subfields: dict[Place, tuple[FieldDetailsList, CollectedFields]] = {}
        root_type = schema.get_root_type(operation.operation)
        if root_type is None or any(each.variable_definitions for each in fragments.values()):
            raise NotCollectableError
        self.root_type = root_type
        found = collect_fields(schema, self.fragments, self._variables, root_type, operation)
        self.root = _whole(found).grouped_field_set
        self._groups: dict[int, GraphQLObjectType] = {}
        self._sets: set[int] = set()
        self._below(root_type, self.root)

    def subfields(self, kind: GraphQLObjectType, details: FieldDetailsList) -> CollectedFields | None:
        """The fields of objects of *kind* at the field *details*; None where graphql-core has to say it itself."""
        found = self._subfields.get((id(kind), id(details)))
        return found[1] if found else None

    def parent(self, details: FieldDetailsList) -> GraphQLObjectType | None:
        """The type whose field *details* is; None for a group of another collection, of which nothing may be kept."""
        return self._groups.get(id(details))

    def has_set(self, fields: GroupedFieldSet) -> bool:
        """Whether *fields* are all the fields of some object in this collection."""
        return id(fields) in self._sets

    def _below(self, parent: GraphQLObjectType, fields: GroupedFieldSet) -> None:
        waiting = [(parent, fields)]
        while waiting:
            parent, fields = waiting.pop()
            self._sets.add(id(fields))
            for details in fields.values():
                self._groups[id(details)] = parent
                for kind in self._kinds(parent, details):
                    collected = self._collect(kind, details)
                    if collected is not None:
                        waiting.append((kind, collected.grouped_field_set))

    def _kinds(self, parent: GraphQLObjectType, details: FieldDetailsList) -> list[GraphQLObjectType]:
        field = parent.fields.get(details[0].node.name.value)
        kind = get_named_type(field.type) if field else None
        if is_object_type(kind):
            return [kind]
        return list(self._schema.get_possible_types(kind)) if is_abstract_type(kind) else []

    def _collect(self, kind: GraphQLObjectType, details: FieldDetailsList) -> CollectedFields | None:
        try:
            found = collect_subfields(self._schema, self.fragments, self._variables, self._operation, kind, details)
        except GraphQLError:
            return None  # Null for `if: Boolean!`: graphql-core says so at every place, with the place.
        _whole(found)
        self._subfields[id(kind), id(details)] = (details, found)
        return found


def _whole(found: CollectedFields) -> CollectedFields:
    """What was collected, unless some of it comes later (`@defer`, `@stream`). Raises NotCollectableError."""
    nodes = (each.node for details in found.grouped_field_set.values() for each in details)
    streams = any(directive.name.value == "stream" for node in nodes for directive in node.directives or ())
    if streams or found.new_defer_usages:
        raise NotCollectableError
    return found
