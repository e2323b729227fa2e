"""How much less plain data costs. CPU time of interleaved rounds, because other things run beside the tests."""

import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from gateway.execution import run
from tests.gateway.execution.both import by_graphql_core, completion_of
from tests.gateway.execution.support import AT_A_GLANCE, GLANCE_VARIABLES, GRAPH, RichOperator, contexts

pytestmark = pytest.mark.soak

PLAIN_LEAVES = """query ($n: ID!) { customer(by: {id: $n}) { bills(first: 200) { nodes {
  billNumber status issuedAt amount { amount currency }
  lines { number category chargeCode amount { amount currency } tax { amount currency } } source { system fetchedAt ageSeconds }
} } } }"""


async def _seconds(execute: Callable[[], Awaitable[Any]], times: int) -> float:
    began = time.process_time()
    for _ in range(times):
        await execute()
    return (time.process_time() - began) / times


async def _ratio(operator: RichOperator, text: str, variables: dict[str, Any]) -> float:
    """Compiled completion over graphql-core: the median of the rounds' ratios."""
    made = completion_of(GRAPH, text, variables)
    context = contexts(operator, made, variables)
    rounds = []
    for _ in range(7):
        alone = await _seconds(lambda: by_graphql_core(GRAPH, made.document, variables, context()), 1)
        ours = await _seconds(lambda: run(made, variables=variables, context=context()), 5)
        rounds.append(ours / alone)
    return statistics.median(rounds)


async def test_ten_thousand_plain_leaves_cost_a_tenth() -> None:
    assert await _ratio(RichOperator(bills=100, lines=14), PLAIN_LEAVES, {"n": "1000042"}) <= 0.1


async def test_a_question_to_four_systems_costs_an_eighth() -> None:
    assert await _ratio(RichOperator(), AT_A_GLANCE, GLANCE_VARIABLES) <= 0.125
