"""The graph as app developers see it: everything described, sourced, and nullable where a system may fail."""

import dataclasses
import enum
import inspect
import pathlib
import typing
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
from connectors.capabilities import Billing, Customers, Network, RechargeHistory, Recharging
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


def _what_capabilities_give(found: Any) -> Iterator[type]:
    """The words within an annotation such as `Answer[tuple[Bill, ...]]`, through records that are no words."""
    if isinstance(found, type) and hasattr(found, "__strawberry_definition__") and not issubclass(found, enum.Enum):
        yield found
    elif dataclasses.is_dataclass(found) and isinstance(found, type) and not typing.get_args(found):
        for each in typing.get_type_hints(found).values():
            yield from _what_capabilities_give(each)
    for each in typing.get_args(found):
        yield from _what_capabilities_give(each)


def test_every_word_that_a_connector_makes_has_its_source() -> None:
    operations = [
        operation
        for capability in (Customers, Billing, Network, Recharging, RechargeHistory)
        for name, operation in inspect.getmembers(capability, inspect.isfunction)
        if not name.startswith("_")
    ]
    given = {word for each in operations for word in _what_capabilities_give(typing.get_type_hints(each)["return"])}

    assert {"Customer", "Party", "Bill", "BillingAccount", "NetworkProfile", "Balance"} <= {
        each.__name__ for each in given
    }
    for word in given:
        source = TYPES[word.__name__].fields["source"]  # type: ignore[attr-defined]
        assert "Source!" == str(source.type), word


def test_a_source_tells_all_there_is_to_know_of_it() -> None:
    fields = TYPES["Source"].fields  # type: ignore[attr-defined]

    assert {"system", "operation", "fetchedAt", "ageSeconds", "freshness"} == set(fields)


def test_what_callers_may_say_of_time_and_age_is_described() -> None:
    found = {each.name: each for each in GRAPH._schema.directives if each.name in {"within", "fresh"}}

    assert {"within", "fresh"} == set(found)
    for each in found.values():
        assert each.description
        assert all(argument.description for argument in each.args.values())


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
