"""Only what a question selects is asked for, and nothing is asked twice."""

import datetime as dt

import pytest

from connectors.capabilities import Period
from schema.parts import BillingPart, CustomerPart
from tests.connectors.support import NOW
from tests.resolvers.support import ACCOUNT, MSISDN, SECOND_MSISDN, FakeOperator, codes

FULL = """
query Full($by: CustomerKey!) {
  customer(by: $by) {
    id name status
    party { name contactMedia { emailAddress } }
    accounts { accountNumber balance { purses { name } } bills(first: 12) { nodes { id } } }
    bills(first: 12) { nodes { billNumber lines { amount { amount } } } }
    payments { nodes { amount { amount } } }
    lines { nodes {
      msisdn
      subscriber { status }
      account { accountNumber }
      network { imsi }
      balances { name }
      prepaidAccount { serviceClass }
      recharges(first: 20) { nodes { id } }
    } }
  }
}
"""


async def test_a_customers_own_fields_cost_one_call_to_crm() -> None:
    operator = FakeOperator()

    outcome = await operator.ask('{ customer(by: {id: "1000042"}) { id name status } }')

    assert not outcome.errors
    assert {"crm": {"customers": 1}} == operator.calls
    assert {CustomerPart.NAME, CustomerPart.STATUS} == operator.crm.parts["customers"]


async def test_contact_fields_cost_one_call_more() -> None:
    operator = FakeOperator()

    outcome = await operator.ask('{ customer(by: {id: "1000042"}) { id party { contactMedia { city } } } }')

    assert not outcome.errors
    assert {"crm": {"customers": 1, "parties": 1}} == operator.calls


async def test_a_line_by_number_asks_recharge_and_hss_and_nobody_else() -> None:
    operator = FakeOperator()

    outcome = await operator.ask(f'{{ line(by: {{msisdn: "{MSISDN}"}}) {{ balances {{ name }} network {{ imsi }} }} }}')

    assert not outcome.errors
    assert {"recharge": {"balances": 1}, "hss": {"profile_by_msisdn": 1}} == operator.calls


async def test_a_line_by_number_alone_asks_nobody() -> None:
    operator = FakeOperator()

    outcome = await operator.ask(f'{{ line(by: {{msisdn: "+{MSISDN}"}}) {{ id msisdn }} }}')

    assert outcome.data is not None
    assert outcome.data["line"]["msisdn"] == MSISDN
    assert {} == operator.calls


async def test_the_full_question_by_id_asks_each_operation_once() -> None:
    operator = FakeOperator()

    outcome = await operator.ask(FULL, by={"id": "1000042"})

    assert not outcome.errors
    assert {
        "crm": {"customers": 1, "parties": 1},
        "billing": {"profile": 1, "bills": 1, "payments": 1, "balance": 1},
        "hss": {"profile_by_msisdn": 1},
        "recharge": {"balances": 1, "prepaid_account": 1},
        "recharge-history": {"recharges": 1},
    } == operator.calls


async def test_the_full_question_by_number_asks_each_operation_once() -> None:
    operator = FakeOperator()

    outcome = await operator.ask(FULL, by={"msisdn": MSISDN})

    assert not outcome.errors
    assert {"customers_of_accounts": 1, "parties": 1} == operator.calls["crm"]
    assert {"profile": 1, "bills": 1, "payments": 1, "balance": 1} == operator.calls["billing"]


async def test_twenty_customers_in_one_document_cost_one_call() -> None:
    operator = FakeOperator()
    operator.crm.accounts = {str(n): (f"A{n}",) for n in range(20)}
    aliases = " ".join(f'c{n}: customer(by: {{id: "{n}"}}) {{ name party {{ name }} }}' for n in range(20))

    outcome = await operator.ask(f"{{ {aliases} }}")

    assert not outcome.errors
    assert {"crm": {"customers": 1, "parties": 1}} == operator.calls


async def test_twenty_customers_by_number_are_looked_up_in_crm_together() -> None:
    operator = FakeOperator()
    operator.crm.accounts = {str(n): (f"A{n}",) for n in range(20)}
    operator.billing.lines = {f"A{n}": (str(99960000000 + n),) for n in range(20)}
    aliases = " ".join(f'c{n}: customer(by: {{msisdn: "{99960000000 + n}"}}) {{ name }}' for n in range(20))

    outcome = await operator.ask(f"{{ {aliases} }}")

    assert not outcome.errors
    assert {"crm": {"customers_of_accounts": 1}, "billing": {"profile": 20}} == operator.calls
    assert outcome.data is not None
    assert [f"Customer {n}" for n in range(20)] == [outcome.data[f"c{n}"]["name"] for n in range(20)]


async def test_the_same_customer_under_two_aliases_is_asked_for_once_with_all_parts() -> None:
    operator = FakeOperator()

    outcome = await operator.ask(
        '{ a: customer(by: {id: "1000042"}) { name } b: customer(by: {id: "1000042"}) { party { name } } }'
    )

    assert not outcome.errors
    assert {"crm": {"customers": 1, "parties": 1}} == operator.calls


async def test_lines_without_accounts_do_not_ask_billing_for_accounts() -> None:
    operator = FakeOperator()

    await operator.ask('{ customer(by: {id: "1000042"}) { lines { nodes { msisdn } } } }')

    assert {BillingPart.SUBSCRIBERS} == operator.billing.parts["profile"]


async def test_skipped_fields_cost_nothing() -> None:
    operator = FakeOperator()

    outcome = await operator.ask(
        'query ($no: Boolean!) { customer(by: {id: "1000042"}) '
        "{ name ...Rest @include(if: $no) accounts @skip(if: true) { name } } } "
        "fragment Rest on Customer { status lines { nodes { msisdn } } }",
        no=False,
    )

    assert not outcome.errors
    assert {"crm": {"customers": 1}} == operator.calls
    assert {CustomerPart.NAME} == operator.crm.parts["customers"]


async def test_two_lines_of_one_customer_share_one_billing_answer() -> None:
    operator = FakeOperator()
    operator.billing.lines = {ACCOUNT: (MSISDN, SECOND_MSISDN)}

    outcome = await operator.ask(
        '{ customer(by: {id: "1000042"}) { lines { nodes { subscriber { status } account { id } } } } }'
    )

    assert not outcome.errors
    assert {"profile": 1} == operator.calls["billing"]


async def test_a_fragment_used_many_times_is_walked_once() -> None:
    operator = FakeOperator()
    fragments = "".join(f"fragment F{n} on Customer {{ ...F{n + 1} ...F{n + 1} }} " for n in range(25))

    outcome = await operator.ask(
        f'{{ customer(by: {{id: "1000042"}}) {{ ...F0 }} }} {fragments} fragment F25 on Customer {{ name }}'
    )

    assert [] == codes(outcome)
    assert {"crm": {"customers": 1}} == operator.calls


@pytest.mark.parametrize("things", ["bills", "payments"])
async def test_lists_that_grow_are_asked_for_as_far_back_as_the_settings_say(things: str) -> None:
    operator = FakeOperator()

    await operator.ask(f'{{ customer(by: {{id: "1000042"}}) {{ {things} {{ totalCount }} }} }}')

    day = (NOW - dt.timedelta(days=730)).replace(hour=0, minute=0, second=0, microsecond=0)
    assert Period(start=day) == operator.billing.period
