"""Numbers, accounts and SIMs that changed hands: what is shown is of whoever has them now."""

from connectors.errors import Unavailable
from tests.resolvers.early.support import NAMED, Operator, recycle
from tests.resolvers.fakes import SECOND_MSISDN
from tests.resolvers.support import ACCOUNT, IMSI, MSISDN, codes


class TestARecycledNumber:
    """It shows the new customer and nothing of the former one, although the former one was asked about early."""

    async def test_that_is_confirmed_shows_nothing_of_the_former_customer(self, operator: Operator) -> None:
        operator.always_confirm = True
        await operator.well(NAMED, by={"msisdn": MSISDN})
        recycle(operator)

        data = await operator.well(NAMED, by={"msisdn": MSISDN})

        assert "2000000" == data["customer"]["customerNumber"]
        assert {"B1"} == {bill["accountNumber"] for bill in data["customer"]["bills"]["nodes"]}

    async def test_is_the_former_customers_for_no_longer_than_its_age(self, operator: Operator) -> None:
        await operator.well(NAMED, by={"msisdn": MSISDN})
        recycle(operator)
        operator.clock.advance(61)

        data = await operator.well(NAMED, by={"msisdn": MSISDN})

        assert "2000000" == data["customer"]["customerNumber"]

    async def test_shows_no_failure_of_what_was_asked_in_vain(self, operator: Operator) -> None:
        operator.always_confirm = True
        await operator.well(NAMED, by={"msisdn": MSISDN})
        recycle(operator)
        operator.billing._check = _refuse  # type: ignore[method-assign]

        data = await operator.well(NAMED, by={"msisdn": MSISDN})

        assert "2000000" == data["customer"]["customerNumber"]

    async def test_is_learned_at_once(self, operator: Operator) -> None:
        operator.always_confirm = True
        await operator.well(NAMED, by={"msisdn": MSISDN})
        recycle(operator)
        await operator.well(NAMED, by={"msisdn": MSISDN})

        level, _ = await operator.levels(NAMED, by={"msisdn": MSISDN})

        assert 1 == level

    async def test_that_nobody_has_any_more_is_not_found_and_forgotten(self, operator: Operator) -> None:
        memory = operator.remembers(max_age_s=0)
        await operator.well(NAMED, by={"msisdn": MSISDN})
        operator.clock.advance(1)
        operator.billing.lines = {ACCOUNT: ()}
        known = len(memory)

        _, outcome = await operator.levels(NAMED, by={"msisdn": MSISDN})

        assert ["NOT_FOUND"] == codes(outcome)
        assert known - 1 == len(memory)


def _refuse(account_number: str) -> None:
    if account_number == ACCOUNT:
        raise Unavailable("down", system="billing")


async def test_a_customer_whom_the_crm_no_longer_has_is_looked_for_anew(operator: Operator) -> None:
    """
    Within the age of trust the CRM is asked by its own id; that it knows none such is no answer yet.
    """
    await operator.well(NAMED, by={"msisdn": MSISDN})
    operator.crm.accounts = {"3000000": (ACCOUNT,)}

    data = await operator.well(NAMED, by={"msisdn": MSISDN})

    assert "3000000" == data["customer"]["customerNumber"]


async def test_a_sim_in_another_line_shows_that_line_when_confirmed(operator: Operator) -> None:
    query = f'{{ line(by: {{imsi: "{IMSI}"}}) {{ msisdn balances {{ name }} }} }}'
    operator.always_confirm = True
    operator.recharge.lines = {MSISDN, SECOND_MSISDN}
    await operator.well(query)
    operator.hss.msisdn = SECOND_MSISDN

    data = await operator.well(query)

    assert SECOND_MSISDN == data["line"]["msisdn"]


async def test_a_sim_without_a_number_is_forgotten(operator: Operator) -> None:
    memory = operator.remembers(max_age_s=0)
    query = f'{{ line(by: {{imsi: "{IMSI}"}}) {{ msisdn }} }}'
    await operator.well(query)
    operator.hss.msisdn = None
    operator.clock.advance(1)

    _, outcome = await operator.levels(query)

    assert ["NOT_FOUND"] == codes(outcome)
    assert memory.sim(IMSI) is None


async def test_two_customers_under_one_number_are_ambiguous_although_one_was_known(operator: Operator) -> None:
    operator.always_confirm = True
    await operator.well(NAMED, by={"msisdn": MSISDN})
    operator.crm.accounts = {"1000042": (ACCOUNT,), "2000000": (ACCOUNT,)}

    _, outcome = await operator.levels(NAMED, by={"msisdn": MSISDN})

    assert {"customer": None} == outcome.data
    assert ["AMBIGUOUS_IDENTITY"] == codes(outcome)
