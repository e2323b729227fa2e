"""A system that fails costs its own fields and nothing else, under a stable code, and says nothing of its payload."""

import json

import pytest

from connectors.errors import (
    BadData,
    ConnectorError,
    DeadlineReached,
    Misconfigured,
    NotKnown,
    Rejected,
    TimedOut,
    Unavailable,
)
from tests.connectors.support import Reports
from tests.resolvers.support import ACCOUNT, IMSI, MSISDN, SECOND_MSISDN, FakeOperator, FakeSystem, codes, presented

KINDS = {
    Unavailable: "UPSTREAM_UNAVAILABLE",
    TimedOut: "UPSTREAM_TIMEOUT",
    DeadlineReached: "DEADLINE",
    Rejected: "UPSTREAM_REJECTED",
    BadData: "UPSTREAM_BAD_DATA",
    Misconfigured: "INTERNAL",
}
FULL = """{
  customer(by: {id: "1000042"}) {
    name
    party { name }
    accounts { accountNumber balance { purses { kind } } bills { totalCount } payments { totalCount } }
    bills { totalCount }
    payments { totalCount }
    lines { nodes { msisdn } }
  }
  line(by: {msisdn: "99960000042"}) {
    msisdn
    subscriber { status }
    account { accountNumber }
    network { imsi }
    balances { name }
    prepaidAccount { source { system } }
    accumulators { number }
    recharges { totalCount }
  }
}"""
"""Every edge, such that each system can be taken away."""

OWN = {
    "billing": {
        "customer.accounts",
        "customer.bills",
        "customer.payments",
        "customer.lines",
        "line.subscriber",
        "line.account",
    },
    "hss": {"line.network"},
    "recharge": {"line.balances", "line.prepaidAccount", "line.accumulators"},
    "recharge-history": {"line.recharges"},
    "crm": {"customer"},
}
"""Which fields of FULL each system answers for."""


def _system(operator: FakeOperator, name: str) -> FakeSystem:
    systems: list[FakeSystem] = [operator.crm, operator.billing, operator.hss, operator.recharge, operator.history]
    return next(found for found in systems if found.system == name)


def _without(data: object, lost: set[str]) -> object:
    """*data* with null at the places that are lost, written `customer.bills`."""
    copied = json.loads(json.dumps(data))
    for place in lost:
        *above, last = place.split(".")
        section = copied
        for step in above:
            section = section[step]
        section[last] = None
    return copied


async def test_the_whole_question_is_answered_when_all_are_well() -> None:
    outcome = await FakeOperator().ask(FULL)

    assert [] == codes(outcome)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", OWN)
async def test_a_system_that_fails_costs_its_own_fields_only(name: str, kind: type[ConnectorError]) -> None:
    """
    The rest is the same as ever; what is lost is null, with code, path and system.
    """
    operator = FakeOperator()
    whole = (await operator.ask(FULL)).data
    _system(operator, name).failure = kind("reason", system=name, operation="read")

    outcome = await operator.ask(FULL)

    assert _without(whole, OWN[name]) == outcome.data
    errors = presented(outcome)
    assert OWN[name] == {".".join(error["path"]) for error in errors}
    assert {(KINDS[kind], name)} == {(error["extensions"]["code"], error["extensions"]["system"]) for error in errors}
    assert all(error["locations"] for error in errors)


async def test_a_part_of_an_account_that_fails_leaves_the_account() -> None:
    operator = FakeOperator()
    operator.billing.failures["balance"] = TimedOut("reason", system="billing")

    outcome = await operator.ask(
        '{ customer(by: {id: "1000042"}) { accounts { accountNumber balance { purses { kind } } } } }'
    )

    assert {"customer": {"accounts": [{"accountNumber": ACCOUNT, "balance": None}]}} == outcome.data
    (error,) = presented(outcome)
    assert ["customer", "accounts", 0, "balance"] == error["path"]


async def test_a_party_that_fails_leaves_the_customer() -> None:
    operator = FakeOperator()
    operator.crm.failures["parties"] = BadData("reason", system="crm")

    outcome = await operator.ask('{ customer(by: {id: "1000042"}) { name party { name } } }')

    assert {"customer": {"name": "Customer 1000042", "party": None}} == outcome.data
    assert ["UPSTREAM_BAD_DATA"] == codes(outcome)


@pytest.mark.parametrize("name", ["billing", "hss", "recharge", "recharge-history"])
async def test_what_a_system_does_not_know_is_null_without_an_error(name: str) -> None:
    operator = FakeOperator()
    _system(operator, name).failure = NotKnown("no such subscriber", system=name)

    outcome = await operator.ask(FULL)

    assert [] == codes(outcome)
    assert outcome.data is not None
    assert MSISDN == outcome.data["line"]["msisdn"]


async def test_things_of_an_account_that_billing_does_not_know_are_null_without_an_error() -> None:
    operator = FakeOperator()
    for operation in ("bills", "payments", "balance"):
        operator.billing.failures[operation] = NotKnown("no such account", system="billing")

    outcome = await operator.ask(
        '{ customer(by: {id: "1000042"}) { accounts '
        "{ bills { totalCount } payments { totalCount } balance { purses { kind } } } } }"
    )

    assert not outcome.errors
    assert {"customer": {"accounts": [dict.fromkeys(("bills", "payments", "balance"))]}} == outcome.data


async def test_accounts_that_billing_does_not_know_are_left_out() -> None:
    operator = FakeOperator()
    operator.crm.accounts = {"1000042": (ACCOUNT, "A-UNHEARD-OF")}

    outcome = await operator.ask(
        '{ customer(by: {id: "1000042"}) { accounts { accountNumber } lines { nodes { msisdn } } } }'
    )

    assert not outcome.errors
    assert {
        "customer": {"accounts": [{"accountNumber": ACCOUNT}], "lines": {"nodes": [{"msisdn": MSISDN}]}}
    } == outcome.data


@pytest.mark.parametrize("things", ["bills", "payments"])
async def test_an_account_that_billing_does_not_know_costs_no_other_accounts(things: str) -> None:
    operator = FakeOperator()
    operator.crm.accounts = {"1000042": (ACCOUNT, "A-UNHEARD-OF")}
    operator.billing.only_known = True

    outcome = await operator.ask(f'{{ customer(by: {{id: "1000042"}}) {{ {things} {{ totalCount }} }} }}')

    assert not outcome.errors
    assert outcome.data is not None
    assert 0 < outcome.data["customer"][things]["totalCount"]


async def test_a_line_that_no_system_knows_still_has_its_number() -> None:
    operator = FakeOperator()

    outcome = await operator.ask(
        f'{{ line(by: {{msisdn: "{SECOND_MSISDN}"}}) '
        "{ msisdn subscriber { status } account { id } network { imsi } balances { name } prepaidAccount { active } } }"
    )

    assert not outcome.errors
    nothing = dict.fromkeys(("subscriber", "account", "network", "balances", "prepaidAccount"), None)
    assert {"line": {"msisdn": SECOND_MSISDN, **nothing}} == outcome.data


async def test_hss_down_is_an_error_of_the_question_by_imsi() -> None:
    operator = FakeOperator()
    operator.hss.failure = Unavailable("refused", system="hss")

    outcome = await operator.ask(f'{{ line(by: {{imsi: "{IMSI}"}}) {{ msisdn }} }}')

    (error,) = presented(outcome)
    assert ("UPSTREAM_UNAVAILABLE", "hss") == (error["extensions"]["code"], error["extensions"]["system"])


async def test_two_aliases_of_one_failing_field_fail_alike() -> None:
    operator = FakeOperator()
    operator.hss.failure = Unavailable("refused", system="hss")

    outcome = await operator.ask(
        f'{{ line(by: {{msisdn: "{MSISDN}"}}) {{ a: network {{ imsi }} b: network {{ imsi }} }} }}'
    )

    assert {("line", "a"), ("line", "b")} == {tuple(error["path"]) for error in presented(outcome)}
    assert {"hss": {"profile_by_msisdn": 1}} == operator.calls


async def test_the_log_gets_the_reason_and_the_graphs_own_name_of_the_field() -> None:
    operator = FakeOperator()
    operator.hss.failure = BadData("IMSI is missing", system="hss", operation="Get")
    report = Reports()

    outcome = await operator.ask(f'{{ line(by: {{msisdn: "{MSISDN}"}}) {{ n{MSISDN}: network {{ imsi }} }} }}')
    presented(outcome, report=report)

    assert [
        (
            "call_failed",
            {
                "code": "UPSTREAM_BAD_DATA",
                "system": "hss",
                "operation": "Get",
                "reason": "IMSI is missing",
                "field": "network",
            },
        )
    ] == report.events
    assert MSISDN not in repr(report.events), "an alias is the caller's text, and may hold a number"
