"""
A slow, independent measure of what an operation does: graphql-core executes it over made-up objects and counts.

Lists are as long as the marks of the graph and the arguments of the question say, every type of a union is tried, and
no object of the graph's own code takes part.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from graphql import (
    ExecutionResult,
    GraphQLEnumType,
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    execute_sync,
    get_named_type,
    parse,
)

from gateway.plan.cost import ASSUMED, CALL, OBJECT
from gateway.plan.facts import Facts
from tests.gateway.plan.generated import GRAPH, Generated

ENTITIES = ("Customer", "Line", "BillingAccount", "Bill")


@dataclasses.dataclass
class Measured:
    """What was seen during one execution."""

    facts: Facts
    entity: str
    """The type of every entity that another subgraph names."""

    coordinates: set[str] = dataclasses.field(default_factory=set)
    cost: int = 0

    def resolve(self, source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        """The made-up value of one field."""
        facts = self.facts[info.parent_type.name][info.field_name]
        self.coordinates.add(facts.coordinate)
        keys = next((len(arguments[name]) for name in facts.keys if name in arguments), None)
        page = next((arguments[name] for name, _ in facts.page if name in arguments), None)
        self.cost += CALL * facts.calls(info.field_nodes[0]) * (1 if keys is None else keys)
        if not facts.types:
            return _leaf(info.parent_type.fields[info.field_name])
        above = source["page"] if source else None
        size = next((each for each in (page, keys, facts.size, above) if each is not None), ASSUMED)
        kind = facts.types[0].name if len(facts.types) == 1 else self.entity
        objects = [self._object(kind, None if facts.lists else page) for _ in range(size if facts.lists else 1)]
        return objects if facts.lists else objects[0]

    def _object(self, kind: str, page: int | None) -> Mapping[str, Any]:
        self.cost += OBJECT
        return {"__typename": kind, "page": page}


def measured(generated: Generated, facts: Facts, *, entity: str = "Line") -> Measured:
    """What execution of *generated* comes to."""
    found = Measured(facts, entity)
    result = execute_sync(
        GRAPH, parse(generated.text), variable_values=generated.variables, field_resolver=found.resolve
    )
    assert isinstance(result, ExecutionResult)
    assert not result.errors, result.errors
    return found


def _leaf(field: GraphQLField) -> Any:
    if not isinstance(field.type, GraphQLNonNull):
        return None
    kind = get_named_type(field.type)
    value = next(iter(kind.values)) if isinstance(kind, GraphQLEnumType) else 1
    assert not isinstance(kind, GraphQLObjectType)
    return [value] if str(field.type).startswith("[") else value
