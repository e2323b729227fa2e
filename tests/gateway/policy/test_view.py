"""What is not for an audience is not there for it, and nobody can tell it from what was never there."""

from typing import Any

import pytest
from graphql import GraphQLObjectType, get_introspection_query, print_schema, validate_schema

from gateway.policy.policies import policies_of
from gateway.policy.rebuilding import Gone, rebuilt
from gateway.policy.view import view_of
from schema.policy import Audience
from tests.gateway.policy.asking import ask, asker, operations
from tests.resolvers.support import MSISDN, SCHEMA, FakeOperator

GRAPH = SCHEMA._schema
POLICIES = policies_of(GRAPH)
NETWORK = f'{{ line(by: {{msisdn: "{MSISDN}"}}) {{ network {{ imsi }} }} }}'


def _coordinates(schema: Any) -> set[str]:
    return {
        f"{kind.name}.{name}"
        for kind in schema.type_map.values()
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__")
        for name in kind.fields
    }


@pytest.mark.parametrize("audience", Audience)
def test_a_view_is_a_sound_schema_of_what_is_for_its_audience_and_nothing_else(audience: Audience) -> None:
    view = view_of(GRAPH, POLICIES, audience)

    assert not validate_schema(view)
    assert {each for each, policy in POLICIES.items() if audience in policy.audiences} == _coordinates(view)


def test_the_operators_view_is_the_whole_graph() -> None:
    assert set(POLICIES) == _coordinates(view_of(GRAPH, POLICIES, Audience.OPERATOR))


def test_types_that_only_others_have_are_gone_with_all_they_say() -> None:
    printed = print_schema(view_of(GRAPH, POLICIES, Audience.PARTNER))

    for gone in ("CreditProfile", "NetworkProfile", "HSS", "_Entity", "_Service", "@tag", "requiresScopes"):
        assert gone not in printed


def test_the_whole_graph_is_as_it_was() -> None:
    before = print_schema(GRAPH)

    for audience in Audience:
        view_of(GRAPH, POLICIES, audience)

    assert before == print_schema(GRAPH)


def test_an_object_of_which_nothing_is_left_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="Money"):
        rebuilt(GRAPH, lambda coordinate: Gone.GONE if coordinate.startswith("Money.") else None)


async def test_what_is_not_there_is_refused_as_what_never_was() -> None:
    partner = operations(Audience.PARTNER)
    operator = FakeOperator()

    _, (hidden,) = await ask(partner, NETWORK, asker(Audience.PARTNER), operator)
    _, (unknown,) = await ask(partner, NETWORK.replace("network", "nothing"), asker(Audience.PARTNER), operator)

    assert hidden["message"].replace("network", "nothing") == unknown["message"]
    assert "BAD_INPUT" == hidden["extensions"]["code"] == unknown["extensions"]["code"]
    assert not operator.hss.calls


async def test_introspection_shows_the_view() -> None:
    async def seen(audience: Audience) -> set[str]:
        data, errors = await ask(operations(audience), get_introspection_query(), asker(audience), FakeOperator())
        assert not errors
        return {each["name"] for each in data["__schema"]["types"]}

    assert {"CreditProfile", "NetworkProfile"} <= await seen(Audience.AGENT)
    assert {"CreditProfile", "NetworkProfile", "_Service"}.isdisjoint(await seen(Audience.PARTNER))


async def test_a_view_answers_as_the_whole_graph_does() -> None:
    text = (
        f'{{ customer(by: {{msisdn: "{MSISDN}"}}) {{ name party {{ name }} accounts {{ name bills {{ nodes '
        "{ amount { amount currency } source { freshness } } } } lines { nodes { balances { money { amount } } } } "
        "totals { openBills { amount { amount } } } } }"
    )
    agent = operations(Audience.AGENT)

    for _ in range(3):
        data, errors = await ask(agent, text, asker(Audience.AGENT), FakeOperator())
        whole, _ = await ask(agent, text, None, FakeOperator())
        assert not errors
        assert data == whole
        assert data["customer"]["accounts"]
