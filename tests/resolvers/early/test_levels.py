"""A known customer's systems are asked side by side, at no more calls, and the answer is the same."""

import time

import pytest

from tests.resolvers.early.support import Operator, no_more, total
from tests.resolvers.support import ACCOUNT, IMSI, MSISDN, codes
from tests.resolvers.test_laziness import FULL
from tests.resolvers.test_needs import TOTALS

KEYS = [{"msisdn": MSISDN}, {"id": "1000042"}, {"accountNumber": ACCOUNT}, {"partyId": "51000042"}, {"imsi": IMSI}]


@pytest.mark.parametrize("always_confirm", [False, True])
@pytest.mark.parametrize("by", KEYS)
@pytest.mark.parametrize("query", [FULL, TOTALS])
async def test_a_known_customer_takes_one_level_and_the_same_answer(
    operator: Operator,
    query: str,
    by: dict[str, str],
    always_confirm: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    operator.always_confirm = always_confirm
    first, before = await operator.levels(query, by=by)
    unknown = operator.counted()

    again, after = await operator.levels(query, by=by)

    assert first > 1
    assert [] == codes(before)
    assert before.data == after.data
    assert 1 == again
    assert no_more(operator.calls, unknown) or (not always_confirm and total(operator.calls) <= total(unknown))


async def test_without_a_memory_systems_are_asked_one_after_the_other() -> None:
    operator = Operator()
    for _ in range(2):
        level, _ = await operator.levels(FULL, by={"msisdn": MSISDN})

        assert 3 == level


async def test_a_line_by_its_sim_takes_one_level_once_it_is_known(operator: Operator) -> None:
    query = (
        f'{{ line(by: {{imsi: "{IMSI}"}}) {{ network {{ imsi }} balances {{ name }} recharges {{ totalCount }} }} }}'
    )
    operator.always_confirm = True
    first, before = await operator.levels(query)
    unknown = operator.counted()

    again, after = await operator.levels(query)

    assert (2, 1) == (first, again)
    assert before.data == after.data
    assert unknown == operator.counted()


async def test_the_account_of_a_line_takes_one_level_once_it_is_known(operator: Operator) -> None:
    query = f"""{{ line(by: {{msisdn: "{MSISDN}"}}) {{ subscriber {{ status }} account {{
      accountNumber balance {{ purses {{ name }} }} bills {{ totalCount }} payments {{ totalCount }} }} }} }}"""
    first, before = await operator.levels(query)
    unknown = operator.counted()

    again, after = await operator.levels(query)

    assert (2, 1) == (first, again)
    assert before.data == after.data
    assert unknown == operator.counted()


async def test_what_one_question_learned_serves_another(operator: Operator) -> None:
    await operator.well("query ($by: CustomerKey!) { customer(by: $by) { accounts { name } } }", by={"id": "1000042"})

    level, _ = await operator.levels(
        "query ($by: CustomerKey!) { customer(by: $by) { payments { totalCount } } }", by={"id": "1000042"}
    )

    assert 1 == level


@pytest.mark.soak
async def test_a_known_customer_waits_once() -> None:
    operator = Operator(sleep_s=0.05)
    operator.remembers()
    took = []
    for _ in range(2):
        began = time.perf_counter()
        outcome = await operator.ask_as(FULL, {"by": {"msisdn": MSISDN}}, always_confirm=True)
        took.append(time.perf_counter() - began)
        assert [] == codes(outcome)

    assert took[0] >= 0.15
    assert took[1] <= 0.6 * took[0]
