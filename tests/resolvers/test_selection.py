"""Which parts an operation needs: exactly those of the fields that will be executed."""

import pytest
import strawberry
from graphql import get_operation_ast, parse, validate
from graphql.execution.values import VariableValues, get_variable_values

from resolvers.needs import needs_of, parts_by_system
from schema.field import field
from schema.parts import BillingPart, CustomerPart, Part, PartyPart
from tests.resolvers.support import ACCOUNT, MSISDN, FakeOperator, codes

NAME, STATUS, CREDIT = CustomerPart.NAME, CustomerPart.STATUS, CustomerPart.CREDIT


@strawberry.interface
class Thing:
    name: str | None = field("Part of every thing.", part=NAME)


@strawberry.type
class Tool(Thing):
    status: str | None = field("Part of tools.", part=STATUS)


@strawberry.type
class Toy(Thing):
    credit: str | None = field("Part of toys.", part=CREDIT)


@strawberry.type
class Query:
    thing: Thing | None
    either: Tool | Toy | None


SMALL = strawberry.Schema(Query, types=[Tool, Toy])._schema


@pytest.mark.parametrize(
    ("query", "needed"),
    [
        ("{ thing { __typename } }", set()),
        ("{ thing { name } }", {NAME}),
        ("{ thing { n: name } }", {NAME}),
        ("{ thing { ... on Tool { status } } }", {STATUS}),
        ("{ thing { ... on Tool { name status } ... on Toy { credit } } }", {NAME, STATUS, CREDIT}),
        ("{ thing { ... { name } } }", {NAME}),
        ("{ thing { ... @include(if: true) { name } } }", {NAME}),
        ("{ thing { ...F } } fragment F on Thing { name }", {NAME}),
        ("{ thing { ...F } } fragment F on Tool { status ...G } fragment G on Thing { name }", {NAME, STATUS}),
        ("{ either { ... on Tool { status } ... on Thing { name } } }", {NAME, STATUS}),
        ("{ either { ... on Toy { ... on Thing { ... on Toy { credit } } } } }", {CREDIT}),
        ("{ thing { name @skip(if: true) ... on Tool { status } } }", {STATUS}),
        ("{ thing { name @include(if: false) } }", set()),
        ("{ thing { name @skip(if: false) @include(if: true) } }", {NAME}),
        ("{ thing { name @skip(if: true) @include(if: true) } }", set()),
        ("{ thing { name @skip(if: true) name } }", {NAME}),
        ("{ thing { ... on Tool @skip(if: true) { status } } }", set()),
        ("{ thing { ...F @skip(if: true) __typename } } fragment F on Thing { name }", set()),
        ("{ thing { ...F @skip(if: true) ...F } } fragment F on Thing { name }", {NAME}),
        ("{ thing { __typename } other: thing { name } }", {NAME}),
        ("{ thing { __typename } __schema { queryType { name } } }", set()),
    ],
)
def test_parts_are_those_of_the_selected_fields(query: str, needed: set[Part]) -> None:
    assert needed == _parts(query)


@pytest.mark.parametrize(("yes", "needed"), [(True, {NAME}), (False, {STATUS})])
def test_variables_decide_what_is_selected(yes: bool, needed: set[Part]) -> None:  # noqa: FBT001 - a parameter of the test
    query = "query ($yes: Boolean!) { thing { name @include(if: $yes) ... on Tool @skip(if: $yes) { status } } }"

    assert needed == _parts(query, yes=yes)


def test_a_variables_default_decides_when_nothing_is_given() -> None:
    assert set() == _parts("query ($yes: Boolean = false) { thing { name @include(if: $yes) } }")


def test_only_the_named_operation_counts() -> None:
    query = "query A { thing { name } } query B { thing { ... on Tool { status } } }"

    assert {STATUS} == _parts(query, named="B")


def test_parts_are_told_apart_by_the_system_they_belong_to() -> None:
    parts: frozenset[Part] = frozenset({NAME, PartyPart.NAME, BillingPart.ACCOUNTS})

    assert (frozenset({NAME}), frozenset({PartyPart.NAME}), frozenset({BillingPart.ACCOUNTS}), frozenset()) == (
        parts_by_system(parts)
    )


def _parts(query: str, *, named: str | None = None, **variables: object) -> frozenset[Part]:
    document = parse(query)
    assert [] == validate(SMALL, document)
    operation = get_operation_ast(document, named)
    assert operation is not None
    values = get_variable_values(SMALL, operation.variable_definitions or (), variables)
    assert isinstance(values, VariableValues)
    return needs_of(SMALL, document, operation, values.coerced).parts(values.coerced)


class TestKeys:
    """Naming a customer needs billing's accounts only where billing is asked who it is."""

    async def _billing_parts(self, query: str, **variables: object) -> frozenset[Part]:
        operator = FakeOperator()
        outcome = await operator.ask(query, **variables)
        assert [] == codes(outcome)
        return operator.billing.parts["profile"]

    @pytest.mark.parametrize("by", [f'msisdn: "{MSISDN}"', f'accountNumber: "{ACCOUNT}"', 'imsi: "999700000000042"'])
    async def test_that_lead_through_billing_need_its_accounts(self, by: str) -> None:
        assert {BillingPart.ACCOUNTS} == await self._billing_parts(f"{{ customer(by: {{{by}}}) {{ name }} }}")

    @pytest.mark.parametrize("by", ['id: "1000042"', 'partyId: "51000042"'])
    async def test_that_the_crm_knows_do_not(self, by: str) -> None:
        query = f"{{ customer(by: {{{by}}}) {{ lines {{ nodes {{ msisdn }} }} }} }}"

        assert {BillingPart.SUBSCRIBERS} == await self._billing_parts(query)

    @pytest.mark.parametrize(
        ("declared", "used", "value"),
        [
            ("$by: CustomerKey!", "$by", {"msisdn": MSISDN}),
            ("$by: MSISDN!", "{msisdn: $by}", MSISDN),
            ("$by: String!", "{accountNumber: $by}", ACCOUNT),
            (f'$by: CustomerKey! = {{msisdn: "{MSISDN}"}}', "$by", None),
        ],
    )
    async def test_in_variables_are_seen(self, declared: str, used: str, value: object) -> None:
        query = f"query ({declared}) {{ customer(by: {used}) {{ name }} }}"
        variables = {} if value is None else {"by": value}

        assert {BillingPart.ACCOUNTS} == await self._billing_parts(query, **variables)

    @pytest.mark.parametrize("by", [[{"id": "1000042"}, {"msisdn": MSISDN}], {"msisdn": MSISDN}])
    async def test_in_lists_are_seen(self, by: object) -> None:
        query = "query ($by: [CustomerKey!]!) { customers(by: $by) { name } }"

        assert {BillingPart.ACCOUNTS} == await self._billing_parts(query, by=by)

    async def test_under_aliases_are_seen_each(self) -> None:
        query = (
            '{ a: customer(by: {id: "1000042"}) { lines { nodes { msisdn } } } '
            f'b: customer(by: {{msisdn: "{MSISDN}"}}) {{ name }} }}'
        )

        assert {BillingPart.ACCOUNTS, BillingPart.SUBSCRIBERS} == await self._billing_parts(query)

    async def test_that_are_skipped_need_nothing(self) -> None:
        query = (
            '{ a: customer(by: {id: "1000042"}) { lines { nodes { msisdn } } } '
            f'b: customer(by: {{msisdn: "{MSISDN}"}}) @skip(if: true) {{ name }} }}'
        )

        assert {BillingPart.SUBSCRIBERS} == await self._billing_parts(query)


class TestMistakes:
    """A field that cannot be executed fails by itself, and the rest is answered."""

    async def test_a_null_key_costs_no_other_field(self) -> None:
        query = (
            'query ($by: CustomerKey = {id: "1"}) { customer(by: $by) { name } '
            f'line(by: {{msisdn: "{MSISDN}"}}) {{ network {{ imsi }} }} }}'
        )
        operator = FakeOperator()

        outcome = await operator.ask(query, by=None)

        assert {"customer": None, "line": {"network": {"imsi": "999700000000042"}}} == outcome.data
        assert ["BAD_INPUT"] == codes(outcome)
        assert {"hss": {"profile_by_msisdn": 1}} == operator.calls

    async def test_a_null_condition_fails_the_object_it_stands_in(self) -> None:
        query = (
            "query ($no: Boolean = false) { "
            'customer(by: {id: "1000042"}) { name status @skip(if: $no) } '
            f'line(by: {{msisdn: "{MSISDN}"}}) {{ network {{ imsi }} }} }}'
        )

        outcome = await FakeOperator().ask(query, no=None)

        assert {"customer": None, "line": {"network": {"imsi": "999700000000042"}}} == outcome.data
        assert ["BAD_INPUT"] == codes(outcome)
