"""`_entities`: what other subgraphs name by a key is found, in as few questions as `customers` needs."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from connectors.errors import Unavailable
from connectors.routes import Routes, Systems
from gateway.limits.settings import LimitSettings
from gateway.operations.operation import Operations
from gateway.operations.outcome import Outcome
from resolvers.entities import MAX_REPRESENTATIONS
from resolvers.errors import present
from schema.parts import BillingPart, CustomerPart
from schema.source import Ref
from tests.connectors.support import Reports
from tests.resolvers.fakes import FakeBilling
from tests.resolvers.support import ACCOUNT, MSISDN, SCHEMA, SECOND_MSISDN, FakeOperator, codes, presented

NUMBER = "1000042"
FIFTY = [str(1000042 + n) for n in range(50)]

Json = Mapping[str, Any]


@pytest.fixture
def operator() -> FakeOperator:
    """An operator with fifty customers, each with an account; one of the accounts has a line."""
    operator = FakeOperator()
    operator.crm.accounts = {number: (f"A{number}",) for number in FIFTY}
    return operator


def by_number(number: object = NUMBER) -> dict[str, Any]:
    return {"__typename": "Customer", "customerNumber": number}


def by_id(operator: FakeOperator, typename: str, ref: Ref) -> dict[str, Any]:
    return {"__typename": typename, "id": operator.ids.seal(ref)}


def customer_ref(number: str = NUMBER, system: str = "crm") -> Ref:
    return Ref("customer", system, (number,))


async def ask(operator: FakeOperator, representations: Sequence[Any], selection: str) -> Outcome:
    return await operator.ask(
        f"query Q($of: [_Any!]!) {{ _entities(representations: $of) {{ __typename {selection} }} }}", of=representations
    )


def given(outcome: Outcome) -> list[Any]:
    """The entities of an answer that is not null as a whole."""
    assert outcome.data is not None
    found: list[Any] = outcome.data["_entities"]
    return found


async def test_a_customer_is_found_by_the_crms_number(operator: FakeOperator) -> None:
    outcome = await ask(operator, [by_number()], "... on Customer { customerNumber name }")

    assert not outcome.errors
    assert [{"__typename": "Customer", "customerNumber": NUMBER, "name": f"Customer {NUMBER}"}] == given(outcome)


async def test_a_customer_is_found_by_id_and_keeps_it(operator: FakeOperator) -> None:
    representation = by_id(operator, "Customer", customer_ref())

    outcome = await ask(operator, [representation], "... on Customer { id customerNumber }")

    assert not outcome.errors
    assert [{**representation, "customerNumber": NUMBER}] == given(outcome)


async def test_a_line_is_found_without_asking_anybody(operator: FakeOperator) -> None:
    representations = [
        {"__typename": "Line", "msisdn": MSISDN},
        {"__typename": "Line", "msisdn": f"+{MSISDN}"},
        by_id(operator, "Line", Ref("line", "", (SECOND_MSISDN,))),
    ]

    outcome = await ask(operator, representations, "... on Line { msisdn }")

    assert not outcome.errors
    assert [MSISDN, MSISDN, SECOND_MSISDN] == [line["msisdn"] for line in given(outcome)]
    assert {} == operator.calls


async def test_an_account_is_found_by_id_with_its_accounts_alone(operator: FakeOperator) -> None:
    account = by_id(operator, "BillingAccount", Ref("account", "billing", (ACCOUNT,)))

    outcome = await ask(operator, [account], "... on BillingAccount { accountNumber currency }")

    assert not outcome.errors
    assert [{"__typename": "BillingAccount", "accountNumber": ACCOUNT, "currency": "EUR"}] == given(outcome)
    assert {"billing": {"profile": 1}} == operator.calls
    assert {BillingPart.ACCOUNTS} == operator.billing.parts["profile"]


async def test_a_bill_is_found_by_id_among_its_accounts_bills(operator: FakeOperator) -> None:
    bills = [by_id(operator, "Bill", Ref("bill", "billing", (ACCOUNT, str(n)))) for n in (3, 0)]

    outcome = await ask(operator, bills, "... on Bill { id billNumber }")

    assert not outcome.errors
    assert [{**bills[0], "billNumber": "3"}, {**bills[1], "billNumber": "0"}] == given(outcome)
    assert {"billing": {"bills": 1}} == operator.calls


async def test_an_id_says_which_of_two_billing_systems_is_asked() -> None:
    """
    Both systems have an account of that number.
    """
    islands = FakeBilling("billing-islands", currency="DKK")
    operator = FakeOperator(
        lambda one: Routes(
            customers=Systems({"crm": one.crm}),
            billing=Systems({"billing": one.billing, "billing-islands": islands}),
            network=Systems({"hss": one.hss}),
            recharging=Systems({"recharge": one.recharge}),
            recharge_history=Systems({"recharge-history": one.history}),
        )
    )
    representations = [
        by_id(operator, "BillingAccount", Ref("account", "billing-islands", (ACCOUNT,))),
        by_id(operator, "Bill", Ref("bill", "billing-islands", (ACCOUNT, "3"))),
    ]

    outcome = await ask(
        operator, representations, "... on BillingAccount { currency } ... on Bill { amount { currency } }"
    )

    assert not outcome.errors
    account, bill = given(outcome)
    assert ("DKK", "DKK") == (account["currency"], bill["amount"]["currency"])
    assert {"profile": 1, "bills": 1} == islands.calls
    assert {} == operator.calls


async def test_fifty_customers_by_number_and_by_id_cost_one_call(operator: FakeOperator) -> None:
    representations = [
        by_id(operator, "Customer", customer_ref(number)) if index % 2 else by_number(number)
        for index, number in enumerate(FIFTY)
    ]

    outcome = await ask(operator, representations, "... on Customer { customerNumber }")

    assert not outcome.errors
    assert FIFTY == [customer["customerNumber"] for customer in given(outcome)]
    assert {"crm": {"customers": 1}} == operator.calls


async def test_fifty_customers_with_their_parties_cost_one_call_more(operator: FakeOperator) -> None:
    outcome = await ask(operator, [by_number(number) for number in FIFTY], "... on Customer { party { name } }")

    assert not outcome.errors
    assert ["王小明"] * 50 == [customer["party"]["name"] for customer in given(outcome)]
    assert {"crm": {"customers": 1, "parties": 1}} == operator.calls


async def test_fifty_entities_cost_what_fifty_customers_cost(operator: FakeOperator) -> None:
    selection = "{ name party { contactMedia { city } } bills(first: 1) { nodes { id } } }"
    await operator.ask(
        f"query Q($by: [CustomerKey!]!) {{ customers(by: $by) {selection} }}", by=[{"id": number} for number in FIFTY]
    )
    usual = operator.calls
    for system in (operator.crm, operator.billing):
        system.calls.clear()

    await ask(operator, [by_number(number) for number in FIFTY], f"... on Customer {selection}")

    assert usual == operator.calls


async def test_what_is_named_twice_is_asked_once_and_given_twice(operator: FakeOperator) -> None:
    account = by_id(operator, "BillingAccount", Ref("account", "billing", (ACCOUNT,)))
    both = {**by_number(), **by_id(operator, "Customer", customer_ref())}

    outcome = await ask(operator, [by_number(), account, both, account, by_number()], "... on Customer { name }")

    assert not outcome.errors
    assert ["Customer", "BillingAccount"] * 2 + ["Customer"] == [one["__typename"] for one in given(outcome)]
    assert {"crm": {"customers": 1}, "billing": {"profile": 1}} == operator.calls


@pytest.mark.parametrize(
    "below",
    [
        "{ ... on Customer { name } }",
        "{ ... { ... on Customer { ... { name } } } }",
        "{ ...Of } } fragment Of on Customer { name",
        "{ ...Any } } fragment Any on _Entity { ... on Customer { name }",
        "{ ... on Customer { name status @skip(if: true) } ... on Customer @include(if: false) { validFor { start } } }",
        "{ ... on Line { subscriber { status } } ... on Customer { name } }",
    ],
)
async def test_only_the_parts_selected_below_the_union_are_asked_for(operator: FakeOperator, below: str) -> None:
    outcome = await operator.ask(
        f"query Q($of: [_Any!]!) {{ _entities(representations: $of) {below} }}", of=[by_number()]
    )

    assert not outcome.errors
    assert [{"name": f"Customer {NUMBER}"}] == given(outcome)
    assert {"crm": {"customers": 1}} == operator.calls
    assert {CustomerPart.NAME} == operator.crm.parts["customers"]


async def test_fragments_on_what_a_representation_is_not_give_nothing(operator: FakeOperator) -> None:
    outcome = await operator.ask(
        "query Q($of: [_Any!]!) { _entities(representations: $of) { ... on Line { msisdn } ... on Bill { amount { amount } } } }",
        of=[by_number(), {"__typename": "Line", "msisdn": MSISDN}],
    )

    assert not outcome.errors
    assert [{}, {"msisdn": MSISDN}] == given(outcome)


async def test_representations_may_be_written_into_the_document(operator: FakeOperator) -> None:
    outcome = await operator.ask(
        'query Q($n: String) { _entities(representations: [{__typename: "Customer", customerNumber: $n}]) '
        "{ ... on Customer { name } } }",
        n=NUMBER,
    )

    assert not outcome.errors
    assert [{"name": f"Customer {NUMBER}"}] == given(outcome)


async def test_no_representations_are_no_entities(operator: FakeOperator) -> None:
    outcome = await ask(operator, [], "... on Customer { name }")

    assert not outcome.errors
    assert [] == given(outcome)
    assert {} == operator.calls


async def test_a_thousand_representations_are_answered(operator: FakeOperator) -> None:
    outcome = await ask(operator, [by_number()] * MAX_REPRESENTATIONS, "... on Customer { name }")

    assert not outcome.errors
    assert MAX_REPRESENTATIONS == len(given(outcome))
    assert {"crm": {"customers": 1}} == operator.calls


async def test_more_than_a_thousand_are_refused_before_anybody_is_asked(operator: FakeOperator) -> None:
    account = by_id(operator, "BillingAccount", Ref("account", "billing", (ACCOUNT,)))

    outcome = await ask(operator, [by_number(), *[account] * MAX_REPRESENTATIONS], "... on Customer { name }")

    assert outcome.data is None
    assert ["TOO_COSTLY"] == codes(outcome)
    assert ["_entities"] == presented(outcome)[0]["path"]
    assert {} == operator.calls


async def test_aliases_are_no_way_around_the_limit(operator: FakeOperator) -> None:
    half = [by_number(number) for number in FIFTY] * 11

    outcome = await operator.ask(
        "query Q($of: [_Any!]!) { a: _entities(representations: $of) { __typename } ...B } "
        "fragment B on Query { b: _entities(representations: $of) { __typename } }",
        of=half,
    )

    assert outcome.data is None
    assert {"TOO_COSTLY"} == set(codes(outcome))
    assert {} == operator.calls


async def test_an_ill_system_is_told_at_the_place_of_each_of_its_entities(operator: FakeOperator) -> None:
    operator.crm.failure = Unavailable("refused", system="crm")

    outcome = await ask(operator, [by_number(), {"__typename": "Line", "msisdn": MSISDN}], "... on Line { msisdn }")

    assert [None, {"__typename": "Line", "msisdn": MSISDN}] == given(outcome)
    (error,) = presented(outcome)
    assert (["_entities", 0], "UPSTREAM_UNAVAILABLE", "crm") == (
        error["path"],
        error["extensions"]["code"],
        error["extensions"]["system"],
    )


async def test_the_schema_for_composers_is_printed_once() -> None:
    operator = FakeOperator()
    first = await operator.ask("{ _service { sdl } }")
    second = await operator.ask("{ s: _service { sdl } }")

    assert first.data is not None
    assert second.data is not None
    assert first.data["_service"]["sdl"] is second.data["s"]["sdl"]
    assert SCHEMA.as_str() == first.data["_service"]["sdl"]


@pytest.mark.parametrize(
    "query",
    [
        "{ _service { sdl } }",
        "{ s: _service { __typename } }",
        "{ ... { ...S } } fragment S on Query { _service { sdl } }",
        "query A { __typename } query B { _service { sdl } }",
    ],
)
def test_who_may_not_see_the_graph_may_not_see_it_as_a_router_either(query: str) -> None:
    prepared = Operations(SCHEMA, limits=LimitSettings(), shows_graph=False).prepare(query)

    assert prepared.document is None
    assert ["FORBIDDEN"] == [
        error["extensions"]["code"] for error in present(prepared.errors, request_id="r", report=Reports())
    ]


def test_who_may_not_see_the_graph_may_still_ask_for_entities() -> None:
    prepared = Operations(SCHEMA, limits=LimitSettings(), shows_graph=False).prepare(
        "query ($of: [_Any!]!) { _entities(representations: $of) { __typename ... on Line { msisdn } } }"
    )

    assert () == prepared.errors
