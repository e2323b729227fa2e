"""For how long, and from when on, somebody who was confirmed counts as confirmed."""

import dataclasses
import datetime as dt

import pytest

from schema.source import Source
from tests.resolvers.early.support import NAMED, Operator
from tests.resolvers.support import ACCOUNT, IMSI, MSISDN, codes


@pytest.mark.parametrize("by", [{"msisdn": MSISDN}, {"accountNumber": ACCOUNT}])
async def test_a_fresh_identity_costs_billing_no_call(operator: Operator, by: dict[str, str]) -> None:
    await operator.well(NAMED, by=by)

    _, outcome = await operator.levels(NAMED, by=by)

    assert [] == codes(outcome)
    assert {"crm": {"customers": 1}, "billing": {"bills": 1}} == operator.counted()


async def test_a_fresh_identity_is_confirmed_where_billing_is_asked_anyway(operator: Operator) -> None:
    """
    One answer by the number tells about all accounts; by account it would be a call for each.
    """
    operator.crm.accounts = {"1000042": (ACCOUNT, "A2")}
    operator.billing.lines = {ACCOUNT: (MSISDN,), "A2": (MSISDN,)}
    query = "query ($by: CustomerKey!) { customer(by: $by) { accounts { name } } }"
    await operator.well(query, by={"msisdn": MSISDN})

    level, _ = await operator.levels(query, by={"msisdn": MSISDN})

    assert 1 == level
    assert {"crm": {"customers_of_accounts": 1}, "billing": {"profile": 1}} == operator.calls


@pytest.mark.parametrize(("passed_s", "confirms"), [(59, False), (60, False), (61, True)])
async def test_an_identity_is_confirmed_anew_after_its_age(
    operator: Operator,
    passed_s: float,
    confirms: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    await operator.well(NAMED, by={"msisdn": MSISDN})
    operator.clock.advance(passed_s)

    await operator.levels(NAMED, by={"msisdn": MSISDN})

    assert confirms == ("profile" in operator.calls["billing"])


async def test_trust_is_not_prolonged_by_being_used(operator: Operator) -> None:
    await operator.well(NAMED, by={"msisdn": MSISDN})
    for _ in range(3):
        operator.clock.advance(25)
        _, outcome = await operator.levels(NAMED, by={"msisdn": MSISDN})
        assert [] == codes(outcome)

    assert 1 == operator.calls["billing"]["profile"], "the third question comes after 75 seconds"


async def test_a_clock_that_is_set_back_prolongs_no_trust(operator: Operator) -> None:
    await operator.well(NAMED, by={"msisdn": MSISDN})
    operator.clock.advance(-7200)

    await operator.levels(NAMED, by={"msisdn": MSISDN})

    assert 1 == operator.calls["billing"]["profile"]


async def test_a_sim_is_not_asked_about_again_within_its_age(operator: Operator) -> None:
    query = f'{{ line(by: {{imsi: "{IMSI}"}}) {{ msisdn balances {{ name }} }} }}'
    await operator.well(query)

    await operator.levels(query)

    assert {"recharge": {"balances": 1}} == operator.calls


async def test_an_answer_that_was_old_when_it_came_confirms_nothing_newer(operator: Operator) -> None:
    """
    As one from the call cache is: what billing said two minutes ago is confirmed anew by the next question.
    """
    asked = operator.billing.origin
    operator.billing.origin = lambda: _aged(asked())  # type: ignore[method-assign]
    await operator.well(NAMED, by={"msisdn": MSISDN})

    await operator.levels(NAMED, by={"msisdn": MSISDN})

    assert 1 == operator.calls["billing"]["profile"]


def _aged(source: Source) -> Source:
    return dataclasses.replace(source, fetched_at=source.fetched_at - dt.timedelta(seconds=120))
