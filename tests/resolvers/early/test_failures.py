"""Early calls that fail, are made in vain or cannot be made: no answer shows it."""

import asyncio
import dataclasses
from typing import Any

from connectors.errors import DeadlineReached, NotKnown, Unavailable
from tests.connectors.support import Reports
from tests.resolvers.early.support import NAMED, Operator, recycle, told_of
from tests.resolvers.support import MSISDN, codes
from tests.resolvers.test_laziness import FULL


async def test_a_call_that_was_started_for_nobody_is_not_complained_of(operator: Operator) -> None:
    told: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, found: told.append(found))
    operator.always_confirm = True
    await operator.well(NAMED, by={"msisdn": MSISDN})
    recycle(operator)
    operator.billing.failures = {"bills": DeadlineReached("no answer yet", system="billing")}

    _, outcome = await operator.levels(
        "query ($by: CustomerKey!) { customer(by: $by) { customerNumber } }", by={"msisdn": MSISDN}
    )
    await operator.levels(NAMED, by={"msisdn": MSISDN})

    assert {"customer": {"customerNumber": "2000000"}} == outcome.data
    assert [] == told


async def test_a_system_that_fails_early_is_told_as_it_would_be_late(operator: Operator) -> None:
    operator.always_confirm = True
    await operator.well(FULL, by={"msisdn": MSISDN})
    operator.billing.failures = {
        "bills": Unavailable("down", system="billing"),
        "payments": NotKnown("", system=""),
    }
    stranger = Operator()
    stranger.billing.failures = operator.billing.failures

    _, expected = await stranger.levels(FULL, by={"msisdn": MSISDN})
    _, outcome = await operator.levels(FULL, by={"msisdn": MSISDN})

    assert expected.data == outcome.data
    assert told_of(expected) == told_of(outcome)


async def test_a_surprise_on_the_way_costs_no_answer_and_is_told(operator: Operator) -> None:
    memory, report = operator.remembers(), Reports()
    operator.graph = dataclasses.replace(operator.graph, report=report)
    await operator.well(NAMED, by={"msisdn": MSISDN})
    memory.account = None  # type: ignore[assignment]

    _, outcome = await operator.levels(NAMED, by={"msisdn": MSISDN})

    assert [] == codes(outcome)
    ((event, values),) = report.events
    assert ("early_calls_failed", "TypeError") == (event, values["kind"])
    assert MSISDN not in str(values)
