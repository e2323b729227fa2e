"""
How much a question about the graph itself gives back, estimated before it is answered.

Introspection is answered from memory in one go, so one question that multiplies its lists would hold up every other
caller. The standard question, which every tool sends, is the measure: others may cost a quarter more.
"""

import dataclasses
from collections.abc import Iterable, Mapping

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLWrappingType,
    get_introspection_query,
    parse,
)

from gateway.limits.selected import selected

_TIMES_THE_STANDARD = 1.25


@dataclasses.dataclass(frozen=True, slots=True)
class IntrospectionCost:
    """How long the lists of one schema are on average, and how many values one question may ask for."""

    weights: Mapping[str, float]
    allowed: float


def introspection_cost(schema: GraphQLSchema) -> IntrospectionCost:
    """The cost of introspecting *schema*. To be worked out once."""
    weights = _weights(schema)
    standard = get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
        one_of=True,
    )
    (found,) = selected(parse(standard), weights=weights)
    return IntrospectionCost(weights=weights, allowed=_TIMES_THE_STANDARD * found.introspected)


def _weights(schema: GraphQLSchema) -> dict[str, float]:
    types = list(schema.type_map.values())
    composite = [found for found in types if isinstance(found, GraphQLObjectType | GraphQLInterfaceType)]
    fields: list[GraphQLField] = [field for found in composite for field in found.fields.values()]
    count = len(types)
    wrapped = _all_wrappers(fields) / max(1, len(fields))
    return {
        # Lists and non-nulls around a type: most have one or none, and few questions ask for less than nine.
        "ofType": max(0.1, wrapped / (1 + wrapped)),
        "types": count,
        "directives": len(schema.directives),
        "fields": max(1.0, len(fields) / count),
        "args": max(1.0, _all(field.args for field in fields) / max(1, len(fields))),
        "inputFields": max(1.0, _all(t.fields for t in types if isinstance(t, GraphQLInputObjectType)) / count),
        "enumValues": max(1.0, _all(t.values for t in types if isinstance(t, GraphQLEnumType)) / count),
    }


def _all(found: Iterable[Mapping[str, object]]) -> int:
    return sum(map(len, found))


def _all_wrappers(fields: Iterable[GraphQLField]) -> int:
    return sum(map(_wrappers, (field.type for field in fields)))


def _wrappers(found: GraphQLOutputType) -> int:
    count = 0
    while isinstance(found, GraphQLWrappingType):
        found = found.of_type
        count += 1
    return count
