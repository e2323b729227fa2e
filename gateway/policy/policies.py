"""The policy of every field of the graph, read once from the marks beside the words (`schema.policy`)."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)
from strawberry.types.base import StrawberryObjectDefinition, get_object_definition

from gateway.plan.facts import metadata
from schema.field import OWN_POLICY
from schema.policy import POLICY, Policy

Policies = Mapping[str, Policy]
"""By coordinate, such as `Customer.name`."""


class UngovernedError(Exception):
    """Fields of the graph have no policy, so nobody may be let at any of it. *coordinates* says which."""

    def __init__(self, coordinates: list[str]) -> None:
        super().__init__(f"no policy says who may read {', '.join(coordinates)}")
        self.coordinates = coordinates


def policies_of(schema: GraphQLSchema) -> Policies:
    """
    The policies of all fields of all object types of *schema*, those of introspection left out.

    A field that leads to other objects is as strict as they are: nothing is asked of a system for whoever may read
    nothing of its answer. Raises UngovernedError.
    """
    found: dict[str, Policy] = {}
    without: list[str] = []
    for kind in schema.type_map.values():
        if not isinstance(kind, GraphQLObjectType) or kind.name.startswith("__"):
            continue
        word = _of_word(kind)
        for name, field in kind.fields.items():
            coordinate = f"{kind.name}.{name}"
            policy = _of_field(word, field)
            if policy is None:
                without.append(coordinate)
            else:
                found[coordinate] = policy
    if without:
        raise UngovernedError(without)
    return found


def known_scopes(schema: GraphQLSchema) -> frozenset[str]:
    """The scopes that any policy of *schema* asks for."""
    return frozenset(scope for each in policies_of(schema).values() for group in each.scopes for scope in group)


def _of_field(word: Policy | None, field: GraphQLField) -> Policy | None:
    if word is None:
        return None
    own: Mapping[str, Any] = metadata(field).get(OWN_POLICY, {})
    policy = dataclasses.replace(word, **own)
    kind = get_named_type(field.type)
    for other in _led_to(kind):
        policy = policy.and_what_it_leads_to(other)
    if isinstance(kind, GraphQLUnionType):
        # Which of them it is shows in `__typename` alone, and so that there is one. Scopes are each one's own.
        words = [each for each in map(_of_word, kind.types) if each is not None]
        policy = dataclasses.replace(policy, data=max([policy.data, *(each.data for each in words)]))
    return policy


def _led_to(kind: GraphQLNamedType) -> list[Policy]:
    if not isinstance(kind, GraphQLObjectType):
        return []
    # A page of bills leads to bills.
    definition = _definition(kind)
    items = [get_object_definition(each) for each in definition.type_var_map.values()] if definition else []
    words = [_of_word(kind), *(_of_definition(each) for each in items)]
    return [each for each in words if each is not None]


def _of_word(kind: GraphQLObjectType) -> Policy | None:
    definition = _definition(kind)
    return None if definition is None else _of_definition(definition)


def _of_definition(definition: StrawberryObjectDefinition | None) -> Policy | None:
    if definition is None:
        return None
    # Strawberry makes a class of its own of the root and of each kind of page; both know what they were made of.
    made_of = definition.concrete_of.origin if definition.concrete_of else definition.origin
    found = getattr(made_of, POLICY, None)
    return found if isinstance(found, Policy) else None


def _definition(kind: GraphQLObjectType) -> StrawberryObjectDefinition | None:
    found = kind.extensions.get("strawberry-definition")
    return found if isinstance(found, StrawberryObjectDefinition) else None
