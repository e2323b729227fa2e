"""The graph as app developers see it: everything described, sourced, and nullable where a system may fail."""

import inspect
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
)

import schema
from resolvers.graph import build

GRAPH = build()
PRINTED = GRAPH.as_str()
TYPES = GRAPH._schema.type_map
COMMITTED = pathlib.Path(schema.__file__).with_name("schema.graphql")

NOT_OURS = ("_", "link__")
"""How names begin that the specifications of GraphQL and of federation own."""

BUILT_IN = {"String", "ID", "Int", "Float", "Boolean"}
NO_SYSTEM_OF_ITS_OWN = {"Line"}
"""A line is its number alone; each of its edges has a source of its own."""


def _ours() -> Iterator[GraphQLNamedType]:
    yield from (found for name, found in TYPES.items() if not name.startswith(NOT_OURS) and name not in BUILT_IN)


def _fields() -> Iterator[tuple[str, GraphQLField]]:
    for found in _ours():
        if isinstance(found, GraphQLObjectType | GraphQLInterfaceType):
            for name, one in found.fields.items():
                if not name.startswith(NOT_OURS):
                    yield f"{found.name}.{name}", one


def _resolver(one: GraphQLField) -> Any:
    base = one.extensions["strawberry-definition"].base_resolver
    return base.wrapped_func if base else None


def _asking() -> list[tuple[str, GraphQLField]]:
    """The fields whose resolvers wait for a system."""
    return [(name, one) for name, one in _fields() if inspect.iscoroutinefunction(_resolver(one))]


def _given_by(one: GraphQLField) -> GraphQLObjectType:
    """The type of things that a field gives, seen through its connection."""
    found = get_named_type(one.type)
    assert isinstance(found, GraphQLObjectType)
    return _given_by(found.fields["nodes"]) if "nodes" in found.fields else found


def _undescribed() -> Iterator[str]:
    for found in _ours():
        if not found.description:
            yield found.name
        if isinstance(found, GraphQLEnumType):
            yield from (f"{found.name}.{name}" for name, value in found.values.items() if not value.description)
        if isinstance(found, GraphQLInputObjectType):
            yield from (f"{found.name}.{name}" for name, member in found.fields.items() if not member.description)
    for name, one in _fields():
        if not one.description:
            yield name
        yield from (f"{name}({argument}:)" for argument, found in one.args.items() if not found.description)


def test_every_type_field_argument_member_and_enum_value_is_described() -> None:
    assert [] == list(_undescribed())


def test_descriptions_are_sentences() -> None:
    described = [(name, one.description or "") for name, one in _fields()]

    assert [] == [name for name, text in described if not text.endswith(".") or text[0].islower()]


def test_the_walk_over_the_graph_finds_it() -> None:
    names = {name for name, _ in _asking()}

    assert {"Query.customer", "Customer.bills", "Line.balances", "BillingAccount.balance"} <= names


@pytest.mark.parametrize(("name", "one"), _asking(), ids=[name for name, _ in _asking()])
def test_what_needs_a_system_is_nullable_so_that_it_fails_alone(name: str, one: GraphQLField) -> None:
    found = one.type
    if name == "Query.customers":
        # The list itself needs no system; each of its places does.
        assert isinstance(found, GraphQLNonNull)
        assert isinstance(found.of_type, GraphQLList)
        found = found.of_type.of_type
    assert not isinstance(found, GraphQLNonNull)


def test_whatever_a_system_gave_says_where_it_came_from() -> None:
    given = {_given_by(one) for _, one in _asking()}
    sourced = {
        found.name
        for found in given
        for one in (found.fields.get("source"), found.fields.get("sources"))
        if one is not None and isinstance(one.type, GraphQLNonNull)
    }

    assert {found.name for found in given} - NO_SYSTEM_OF_ITS_OWN == sourced


@pytest.mark.parametrize("entity", ["Customer", "Line", "BillingAccount", "Bill"])
def test_entities_have_their_key_for_federation(entity: str) -> None:
    assert f'type {entity} @key(fields: "id")' in PRINTED
    assert "id: ID!" in PRINTED.partition(f"type {entity} ")[2].partition("\n}")[0]


def test_the_federation_version_is_one_that_composers_know() -> None:
    assert "https://specs.apollo.dev/federation/v2.9" in PRINTED


def test_there_is_nothing_to_write_or_to_listen_to() -> None:
    assert GRAPH._schema.mutation_type is None
    assert GRAPH._schema.subscription_type is None


def test_the_committed_schema_is_the_one_that_is_built() -> None:
    committed = COMMITTED.read_text(encoding="utf-8") if COMMITTED.exists() else ""

    assert committed.strip() == PRINTED.strip(), (
        "The graph changed. Run `make schema`, and commit schema/schema.graphql."
    )
