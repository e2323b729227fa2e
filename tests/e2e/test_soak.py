"""The bars that need time and quiet: run by `make soak`, never by `make test`, and read as ratios."""

import asyncio
import statistics
import time
from collections.abc import Callable

import httpx
import pytest

from sandbox.population.numbering import LineKey
from tests.conftest import RunningGateway

pytestmark = pytest.mark.soak

DEADLINE_S = 2.2
COUNT = 400
CONCURRENT = 4

# What each question needs; a system is ill while the questions that do not need it are timed.
QUESTIONS = {
    "crm": "query ($n: MSISDN!) { line(by: {msisdn: $n}) { network { imsi } balances { name } } }",
    "billing": "query ($n: MSISDN!) { line(by: {msisdn: $n}) { network { imsi } balances { name } } }",
    "hss": "query ($n: MSISDN!) { customer(by: {msisdn: $n}) { name bills(first: 3) { nodes { id } } } }",
    "recharge": "query ($n: MSISDN!) { customer(by: {msisdn: $n}) { name bills(first: 3) { nodes { id } } } }",
}
ILL = "query ($n: MSISDN!) { customer(by: {msisdn: $n}) { name } line(by: {msisdn: $n}) { network { imsi } balances { name } } }"


async def _timed(gateway: RunningGateway, question: str, count: int) -> list[float]:
    """Seconds that each of *count* questions took, a few at a time; every one is answered with 200."""
    gate = asyncio.Semaphore(CONCURRENT)
    numbers = [LineKey(20 + n % 100, 0).msisdn for n in range(count)]
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:

        async def ask(number: str) -> float:
            async with gate:
                began = time.perf_counter()
                response = await client.post(gateway.url, json={"query": question, "variables": {"n": number}})
                took = time.perf_counter() - began
            assert 200 == response.status_code
            return took

        return await asyncio.gather(*(ask(number) for number in numbers))


def _p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


@pytest.mark.parametrize("system", QUESTIONS)
async def test_questions_that_do_not_need_an_ill_system_do_not_notice(
    running_gateway: RunningGateway, system: str, record_property: Callable[[str, object], None]
) -> None:
    question = QUESTIONS[system]
    await _timed(running_gateway, question, 50)
    baseline = await _timed(running_gateway, question, COUNT)
    running_gateway.fault(system, "slow", ms=30_000)
    # Callers who do need it keep coming meanwhile.
    needing = asyncio.create_task(_timed(running_gateway, ILL, 40))

    ill = await _timed(running_gateway, question, COUNT)

    assert max(await needing) <= DEADLINE_S + 0.1
    record_property("p99_ms", (round(_p99(baseline) * 1000), round(_p99(ill) * 1000)))
    assert _p99(ill) <= 1.2 * _p99(baseline) + 0.010


@pytest.mark.parametrize("kind", ["slow", "drip"])
@pytest.mark.parametrize("system", ["crm", "billing", "hss", "recharge"])
async def test_no_caller_waits_beyond_the_deadline(running_gateway: RunningGateway, system: str, kind: str) -> None:
    running_gateway.fault(system, kind, ms=30_000 if kind == "slow" else 100)

    times = await _timed(running_gateway, ILL, 100)

    assert max(times) <= DEADLINE_S + 0.1


async def test_a_healed_system_is_whole_again_within_six_seconds(running_gateway: RunningGateway) -> None:
    for system in QUESTIONS:
        running_gateway.fault(system, "slow", ms=30_000)
        await _timed(running_gateway, ILL, 40)
        running_gateway.heal()
        healed = time.monotonic()
        while "errors" in running_gateway.ask(ILL, n=LineKey(1, 0).msisdn):
            assert time.monotonic() - healed < 6
            await asyncio.sleep(0.1)
