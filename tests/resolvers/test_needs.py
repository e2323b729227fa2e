"""Needs: what the plan of an operation says of the systems it asks is what is asked."""

import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import FieldNode, GraphQLField, GraphQLObjectType, OperationDefinitionNode, get_operation_ast, parse
from graphql.execution.values import VariableValues, get_variable_values
from hypothesis import given
from strawberry.types.field import StrawberryField

from connectors import capabilities
from resolvers.arguments import Arguments
from resolvers.edge import ASKS, Ask
from resolvers.needs import Asked, Needs, needs_of
from schema.parts import BillingPart
from tests.gateway.plan.generated import Generated, operations
from tests.resolvers.support import IMSI, MSISDN, SCHEMA, FakeOperator, codes
from tests.resolvers.test_laziness import FULL
from tests.resolvers.walked_parts import walked_parts

GRAPH = SCHEMA._schema
CAPABILITIES = {
    "customers": capabilities.Customers,
    "billing": capabilities.Billing,
    "network": capabilities.Network,
    "recharging": capabilities.Recharging,
    "recharge_history": capabilities.RechargeHistory,
}
SYSTEMS = {
    "customers": "crm",
    "billing": "billing",
    "network": "hss",
    "recharging": "recharge",
    "recharge_history": "recharge-history",
}
TOTALS = """query ($by: CustomerKey!) { customer(by: $by) {
  recharges { totalCount }
  totals { openBills { complete } unbilled { complete } prepaid { complete } }
  lines { nodes { accumulators { number } account { balance { purses { name } } payments { totalCount } } } }
} }"""


def _prepared(text: str, variables: dict[str, Any]) -> tuple[OperationDefinitionNode, dict[str, Any], Needs]:
    document = parse(text)
    operation = get_operation_ast(document)
    assert operation is not None
    values = get_variable_values(GRAPH, operation.variable_definitions or (), variables)
    assert isinstance(values, VariableValues)
    return operation, values.coerced, needs_of(GRAPH, document, operation, values.coerced)


def _needs(text: str, **variables: Any) -> Needs:
    return _prepared(text, variables)[2]


def _fields() -> Iterator[tuple[str, StrawberryField]]:
    for kind in GRAPH.type_map.values():
        for name, field in kind.fields.items() if isinstance(kind, GraphQLObjectType) else ():
            definition = field.extensions.get("strawberry-definition")
            if isinstance(definition, StrawberryField):
                yield f"{kind.name}.{name}", definition


@given(operations())
def test_parts_are_those_that_a_walk_over_the_whole_document_finds(generated: Generated) -> None:
    operation, variables, needs = _prepared(generated.text, generated.variables)

    assert walked_parts(GRAPH, parse(generated.text), operation, variables) == needs.parts(variables)


def test_every_field_that_waits_says_what_it_asks() -> None:
    for coordinate, field in _fields():
        waits = field.base_resolver is not None and inspect.iscoroutinefunction(field.base_resolver.wrapped_func)

        assert waits == bool(field.metadata.get(ASKS)), coordinate


def test_what_is_asked_is_an_operation_of_a_capability() -> None:
    by = {"by": {"imsi": IMSI}}
    for coordinate, field in _fields():
        declared = field.metadata.get(ASKS, ())
        asks: tuple[Ask, ...] = declared(by) if callable(declared) else declared

        for ask in asks:
            assert inspect.iscoroutinefunction(getattr(CAPABILITIES[ask.capability], ask.operation)), coordinate


@pytest.mark.parametrize("query", [FULL, TOTALS])
@pytest.mark.parametrize("by", [{"id": "1000042"}, {"partyId": "51000042"}, {"msisdn": MSISDN}, {"imsi": IMSI}])
async def test_what_systems_are_asked_was_said_before(query: str, by: dict[str, str]) -> None:
    operator = FakeOperator()
    said = {(SYSTEMS[ask.capability], ask.operation) for ask in _needs(query, by=by).asks}

    outcome = await operator.ask(query, by=by)

    assert [] == codes(outcome)
    assert {(system, operation) for system, calls in operator.calls.items() for operation in calls} <= said


@pytest.mark.parametrize(
    ("by", "depths"),
    [
        ('{id: "1"}', {"customers": 0, "bills": 1}),
        ('{partyId: "1"}', {"customers_of_party": 0, "bills": 1}),
        ('{msisdn: "60000042"}', {"profile": 0, "customers_of_accounts": 1, "customers": 0, "bills": 2}),
        (
            f'{{imsi: "{IMSI}"}}',
            {"profile_by_imsi": 0, "profile": 1, "customers_of_accounts": 2, "customers": 0, "bills": 3},
        ),
    ],
)
def test_depth_is_how_many_calls_come_before(by: str, depths: dict[str, int]) -> None:
    needs = _needs(f"{{ customer(by: {by}) {{ bills {{ totalCount }} }} }}")

    assert depths == {ask.operation: ask.depth for ask in needs.asks}


def test_a_key_in_a_variable_may_be_any_and_the_worst_counts() -> None:
    needs = _needs("query ($by: CustomerKey!) { customer(by: $by) { bills { totalCount } } }", by={"id": "1"})

    assert Asked("Customer.bills", "billing", "bills", 3) in needs.asks
    assert {"customers", "customers_of_party", "profile", "profile_by_imsi", "customers_of_accounts", "bills"} == {
        ask.operation for ask in needs.asks
    }


def test_a_fragment_met_at_two_depths_counts_at_the_deeper_one() -> None:
    needs = _needs(
        '{ line(by: {msisdn: "60000042"}) { ...N } customer(by: {id: "1"}) { lines { nodes { ...N } } } } '
        "fragment N on Line { network { imsi } }"
    )

    assert Asked("Line.network", "network", "profile_by_msisdn", 2) in needs.asks


def test_what_is_skipped_asks_nothing() -> None:
    needs = _needs('{ line(by: {msisdn: "60000042"}) { msisdn network @skip(if: true) { imsi } } }')

    assert () == needs.asks


def test_the_accounts_that_a_key_needs_are_no_wish_for_what_billing_knows() -> None:
    by_number = _needs('{ customer(by: {msisdn: "60000042"}) { name bills { totalCount } } }')

    assert not by_number.profiles
    assert BillingPart.ACCOUNTS in by_number.parts({})
    assert _needs('{ customer(by: {msisdn: "60000042"}) { accounts { name } } }').profiles


class TestArguments:
    """Arguments read the quick way are those that graphql-core reads."""

    @pytest.mark.parametrize(
        ("written", "variables"),
        [
            ("", {}),
            ("(first: 3)", {}),
            ("(first: $n)", {"n": 3}),
            ("(first: $n)", {"n": None}),
            ("(first: $n)", {}),
            ("(first: $n, after: $c)", {"n": 3, "c": "x"}),
            ("(first: $n, after: $c)", {"n": 3}),
            ('(first: 4, after: "y")', {}),
            ("(first: null)", {}),
            ("(after: null)", {}),
        ],
    )
    def test_of_a_page(self, written: str, variables: dict[str, Any]) -> None:
        self._are_the_same("Customer", "bills", written, variables)

    @pytest.mark.parametrize(
        ("written", "variables"),
        [
            ("(by: $by)", {"by": {"msisdn": MSISDN}}),
            ("(by: $by)", {"by": None}),
            ("(by: $by)", {}),
            ("(by: {msisdn: $m})", {"m": MSISDN}),
            ("(by: {msisdn: $m})", {"m": None}),
            ("(by: {msisdn: $m})", {}),
            ("(by: {accountNumber: $m})", {"m": "A1"}),
            ('(by: {msisdn: $m, id: "1"})', {"m": MSISDN}),
            ('(by: {id: "1"})', {}),
        ],
    )
    def test_of_a_key(self, written: str, variables: dict[str, Any]) -> None:
        self._are_the_same("Query", "customer", written, variables)

    @pytest.mark.parametrize(
        ("written", "variables"),
        [
            ("(by: $by)", {"by": [{"msisdn": MSISDN}]}),
            ('(by: [{id: "1"}, $one])', {"one": {"msisdn": MSISDN}}),
            ("(by: [{id: $i}])", {"i": "1"}),
            ("(by: {id: $i})", {"i": "1"}),
            ("(by: [{id: $i}])", {}),
        ],
    )
    def test_of_many_keys(self, written: str, variables: dict[str, Any]) -> None:
        self._are_the_same("Query", "customers", written, variables)

    def _are_the_same(self, kind: str, name: str, written: str, variables: dict[str, Any]) -> None:
        parent = GRAPH.type_map[kind]
        assert isinstance(parent, GraphQLObjectType)
        field = parent.fields[name]
        operation = get_operation_ast(parse(f"{{ {name}{written} }}"))
        assert operation is not None
        node = operation.selection_set.selections[0]
        assert isinstance(node, FieldNode)

        assert _slowly(field, node, variables) == Arguments(field, node).read(variables)


def _slowly(field: GraphQLField, node: FieldNode, variables: dict[str, Any]) -> Any:
    from graphql import GraphQLError
    from graphql.execution.values import get_argument_values

    try:
        return get_argument_values(field, node, VariableValues(sources={}, coerced=variables))
    except GraphQLError:
        return None
