"""The words of complaints: no value, no hint, and where the graph is not shown not one word of it."""

import json
import re
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    specified_rules,
)

from connectors.terms import Terms
from gateway.limits.rules import ABOUT_THE_DOCUMENT, about_the_graph, every_rule
from gateway.limits.settings import LimitSettings
from gateway.operations.operation import Operations
from tests.resolvers.support import SCHEMA, FakeOperator, presented

MISTAKES = {
    "a field": '{ line(by: {id: "x"}) { msisd } }',
    "a field of the root": "{ custome { id } }",
    "an argument": '{ line(bye: {id: "x"}) { id } }',
    "an argument that is not there": "{ line { id } }",
    "a member": '{ line(by: {msisd: "1"}) { id } }',
    "no member": "{ line(by: {}) { id } }",
    "two members": '{ line(by: {id: "1", msisdn: "123"}) { id } }',
    "a scalar": '{ line(by: {msisdn: "canary"}) { id } }',
    "a number": '{ customer(by: {id: "1"}) { bills(first: "canary") { totalCount } } }',
    "a null": "{ line(by: null) { id } }",
    "a type": "query ($x: LineKe) { line(by: $x) { id } }",
    "an output type": "query ($x: Line) { line(by: $x) { id } }",
    "a variable's type": "query ($x: CustomerKey!) { line(by: $x) { id } }",
    "a nullable variable": "query ($x: LineKey) { line(by: $x) { id } }",
    "a fragment's type": "{ ... on Lin { id } }",
    "a fragment in the wrong place": "{ ... on Line { id } }",
    "a fragment on a scalar": "{ ... on MSISDN { id } }",
    "a directive": "{ __typename @skipp(if: true) }",
    "a directive's argument": "{ __typename @skip(iff: true) }",
    "a directive in the wrong place": "query @skip(if: true) { __typename }",
    "no selection": '{ line(by: {id: "x"}) }',
    "a selection of a leaf": '{ line(by: {id: "x"}) { msisdn { id } } }',
    "fields that differ": '{ line(by: {id: "x"}) { a: id a: msisdn } }',
    "fields of other types": '{ line(by: {id: "x"}) { a: id a: network { imsi } } }',
    "a mutation": "mutation { recharge }",
    "a subscription": "subscription { balance }",
}
VARIABLES: dict[str, Any] = {
    "a member": {"msisd": "canary"},
    "no member": {},
    "two members": {"id": "canary", "msisdn": "123"},
    "a scalar": {"msisdn": "canary"},
    "a list": [["canary"]],
    "a text": "canary",
    "a null": None,
    "a null inside": {"id": None},
    "a prototype": {"__proto__": {"canary": 1}},
    "a truth": {"id": True},
    "a fraction": {"id": 1.5},
}
OURS = {"value", "type", "operation"}
"""Words of our sentences that happen to be words of the graph as well."""

QUESTION = "query ($by: LineKey!) { line(by: $by) { id } }"


async def _errors(text: str, *, variables: Any = None, shows_graph: bool = True, **limits: Any) -> list[dict[str, Any]]:
    operations = Operations(SCHEMA, limits=LimitSettings(**limits), shows_graph=shows_graph)
    operator = FakeOperator()
    prepared = operations.prepare(text)
    outcome = await operations.execute(
        prepared, name=None, variables=variables, graph=operator.graph, within=Terms.after(5, operator.clock)
    )
    return presented(outcome)


def _words_of_the_graph() -> set[str]:
    words = {"String", "Int", "ID", "Boolean"}
    for name, found in SCHEMA._schema.type_map.items():
        words.add(name)
        if isinstance(found, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            words |= set(found.fields)
        if isinstance(found, GraphQLEnumType):
            words |= set(found.values)
    return {word for word in words if not word.startswith("__")}


def _told(errors: list[dict[str, Any]]) -> str:
    return " ".join(error["message"] for error in errors)


@pytest.mark.parametrize("shows_graph", [True, False])
@pytest.mark.parametrize("what", MISTAKES)
async def test_a_mistake_is_told_without_a_suggestion(what: str, *, shows_graph: bool) -> None:
    errors = await _errors(MISTAKES[what], shows_graph=shows_graph)

    assert errors
    assert all(error["message"].endswith(".") and error["extensions"]["code"] == "BAD_INPUT" for error in errors)
    assert "Did you mean" not in _told(errors)


@pytest.mark.parametrize("shows_graph", [True, False])
@pytest.mark.parametrize("what", VARIABLES)
async def test_a_value_is_refused_without_a_suggestion_and_without_quoting_it(what: str, *, shows_graph: bool) -> None:
    errors = await _errors(QUESTION, variables={"by": VARIABLES[what]}, shows_graph=shows_graph)

    assert errors
    assert not re.search("Did you mean|canary|None|True|[{}\\[\\]]", _told(errors))


async def test_a_value_in_a_document_is_not_quoted_either() -> None:
    for what in ("a member", "a scalar", "a number"):
        assert "canary" not in _told(await _errors(MISTAKES[what]))


@pytest.mark.parametrize("what", MISTAKES)
async def test_where_the_graph_is_not_shown_only_the_callers_words_are_used(what: str) -> None:
    text = MISTAKES[what]

    told = set(re.findall(r"\w+", _told(await _errors(text, shows_graph=False)))) - OURS

    assert told & _words_of_the_graph() <= set(re.findall(r"\w+", text))


@pytest.mark.parametrize("what", VARIABLES)
async def test_where_the_graph_is_not_shown_a_value_is_refused_by_the_name_of_its_variable(what: str) -> None:
    errors = await _errors(QUESTION, variables={"by": VARIABLES[what]}, shows_graph=False)

    assert {"The variable `by` does not fit."} == {error["message"] for error in errors}
    assert all(error["locations"] for error in errors)


async def test_where_the_graph_is_shown_mistakes_are_told_in_full() -> None:
    told = _told(await _errors(MISTAKES["a field"]))

    assert "'msisd'" in told
    assert "'Line'" in told


@pytest.mark.parametrize("shows_graph", [True, False])
async def test_a_mistake_that_shows_when_a_field_runs_keeps_its_path_and_code(*, shows_graph: bool) -> None:
    (error,) = await _errors(
        "query ($id: ID) { line(by: {id: $id}) { id } }", variables={"id": None}, shows_graph=shows_graph
    )

    assert (["line"], "BAD_INPUT") == (error["path"], error["extensions"]["code"])


async def test_suggestions_are_there_for_who_wants_them() -> None:
    for text, variables in ((MISTAKES["a field"], None), (QUESTION, {"by": {"msisd": "canary"}})):
        told = _told(await _errors(text, variables=variables, suggestions=True))

        assert "Did you mean 'msisdn'" in told
        assert "canary" not in told


@pytest.mark.parametrize(
    "text",
    [
        "{ __schema { types { name } } }",
        '{ __type(name: "Line") { name } }',
        "{ _service { sdl } }",
        "{ a: __schema { queryType { name } } }",
        "{ __typename: __schema { queryType { name } } }",
        "{ ...F } fragment F on Query { ...G } fragment G on Query { __schema { queryType { name } } }",
        "{ ... { ... on Query { __schema { queryType { name } } } } }",
        "{ __schema @skip(if: true) { queryType { name } } }",
        "query ($x: Boolean = false) { __schema @include(if: $x) { queryType { name } } }",
        "query A { __typename } query B { __schema { queryType { name } } }",
        "{ __typename } fragment Unused on Query { __schema { queryType { name } } }",
        "{ __schema\n#comment\n, { queryType { name } } }",
        "{ ...F } fragment F on Query { s: _service { __typename } }",
        "mutation { __schema { queryType { name } } }",
        'query A { a: __type(name: "Line") { fields { name } } b: __typename }',
    ],
)
async def test_the_graph_is_not_shown_by_any_way(text: str) -> None:
    (error,) = await _errors(text, shows_graph=False)

    assert "FORBIDDEN" == error["extensions"]["code"]
    assert "Line" not in json.dumps(error)


async def test_the_name_of_a_type_may_always_be_asked_for() -> None:
    assert [] == await _errors("{ __typename t: __typename }", shows_graph=False)


def test_no_rule_of_the_specification_is_left_out() -> None:
    rules = every_rule(20_000)

    # One is a subclass with a bound.
    assert len(specified_rules) == len(rules)
    assert all(issubclass(mine, theirs) for mine, theirs in zip(rules, specified_rules, strict=True))
    assert set(rules) == set(ABOUT_THE_DOCUMENT) | set(about_the_graph(rules))


def test_rules_are_built_once() -> None:
    assert every_rule(20_000) is every_rule(20_000)
    assert every_rule(20_000) is not every_rule(10)
