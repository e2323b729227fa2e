"""Every field of the graph has a policy, it is the one beside it, and it is as strict as what the field leads to."""

import pathlib

import pytest
import strawberry
from graphql import GraphQLObjectType, get_named_type, is_leaf_type, is_non_null_type

import schema as words
from gateway.policy.policies import UngovernedError, policies_of
from gateway.policy.table import table
from schema.field import field
from schema.policy import (
    EVERYBODY,
    OPERATORS,
    OURS,
    STAFF,
    Audience,
    DataClass,
    Form,
    Policy,
    alternatives,
    any_of,
    governed,
)
from tests.resolvers.support import SCHEMA

GRAPH = SCHEMA._schema
POLICIES = policies_of(GRAPH)
COMMITTED = pathlib.Path(words.__file__).with_name("policies.tsv")


def test_every_field_has_one() -> None:
    fields = {
        f"{kind.name}.{name}"
        for kind in GRAPH.type_map.values()
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__")
        for name in kind.fields
    }

    assert fields == set(POLICIES)


def test_a_graph_with_a_field_that_has_none_is_refused_by_the_fields_name() -> None:
    @strawberry.type
    class Loose:
        value: str = "x"

    @governed(DataClass.PUBLIC)
    @strawberry.type
    class Query:
        loose: Loose = strawberry.field(resolver=Loose)

    with pytest.raises(UngovernedError, match=r"Loose\.value"):
        policies_of(strawberry.Schema(query=Query)._schema)


def test_a_field_is_as_strict_as_what_it_leads_to() -> None:
    @governed(DataClass.SENSITIVE, "deep:read", any_of("a", "b"), audiences=STAFF)
    @strawberry.type
    class Deep:
        value: str = field("Something.", personal=Form.NAME, audiences=OPERATORS)

    @governed(DataClass.PERSONAL, "top:read")
    @strawberry.type
    class Query:
        deep: Deep = strawberry.field(resolver=lambda: Deep(value="x"))
        flat: str = "x"

    with pytest.warns(UserWarning, match="federation"):
        found = policies_of(strawberry.Schema(query=Query)._schema)

    scopes = (frozenset({"top:read"}), frozenset({"deep:read"}), frozenset({"a", "b"}))
    assert Policy(DataClass.SENSITIVE, scopes, STAFF) == found["Query.deep"]
    assert Policy(DataClass.PERSONAL, scopes[:1], EVERYBODY) == found["Query.flat"]
    assert Policy(DataClass.PERSONAL, scopes[1:], OPERATORS, Form.NAME) == found["Deep.value"]


def test_a_page_is_as_strict_as_its_items() -> None:
    assert (frozenset({"customer:read"}), frozenset({"billing:read"})) == POLICIES["Customer.bills"].scopes
    assert (frozenset({"billing:read"}),) == POLICIES["BillConnection.nodes"].scopes == POLICIES["BillEdge.node"].scopes
    assert OURS == POLICIES["Line.network"].audiences


def test_the_reviewed_table_is_the_one_that_is_enforced() -> None:
    committed = COMMITTED.read_text(encoding="utf-8") if COMMITTED.exists() else ""

    assert committed == table(GRAPH), (
        "Who may read what has changed. Run `make schema`, and have schema/policies.tsv reviewed."
    )


def test_what_is_masked_can_be() -> None:
    """A mask gives text or null: it is no use for a number, and null is none where nothing may be null."""
    for coordinate, policy in POLICIES.items():
        parent, _, name = coordinate.partition(".")
        kind = GRAPH.type_map[parent].fields[name].type  # type: ignore[attr-defined]
        if policy.form is None:
            continue
        assert is_leaf_type(get_named_type(kind)), coordinate
        assert policy.is_personal, coordinate
        if policy.form is Form.HIDDEN:
            assert not is_non_null_type(kind), coordinate
        else:
            assert get_named_type(kind).name in {"String", "MSISDN", "IMSI"}, coordinate


def test_nothing_is_secret_because_nothing_secret_is_read() -> None:
    assert DataClass.SECRET not in {each.data for each in POLICIES.values()}


def test_routers_are_told_the_same() -> None:
    printed = SCHEMA.with_scopes()

    assert 'type Bill @key(fields: "id") @requiresScopes(scopes: [["billing:read"]]) {' in printed
    assert '  imsi: IMSI! @tag(name: "staff")' in printed
    assert '@requiresScopes(scopes: [["billing:read", "customer:read"]])' in printed


def test_routers_that_do_not_know_of_scopes_are_told_nothing_of_them() -> None:
    """Apollo Gateway and Hive Gateway refuse a supergraph in which they are."""
    assert "requiresScopes" not in SCHEMA.as_str()
    assert 'import: ["@key", "@shareable", "@tag"]' in SCHEMA.as_str()
    assert len(SCHEMA.with_scopes().splitlines()) == len(SCHEMA.as_str().splitlines())


def test_audiences_that_are_no_group_cannot_be_told_to_routers() -> None:
    with pytest.raises(ValueError, match="TAGS"):
        field("Something.", audiences={Audience.AGENT})


def test_all_groups_are_needed_and_any_of_each() -> None:
    assert [["a", "c"], ["b", "c"]] == alternatives((any_of("b", "a"), any_of("c")))
