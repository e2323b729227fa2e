"""The bars that need time and quiet: run by `make soak`, never by `make test`, and read as ratios."""

import asyncio
import statistics
import time

import httpx
import pytest

from sandbox.population.numbering import LineKey
from tests.conftest import PLAIN, RunningGateway

pytestmark = pytest.mark.soak

DEADLINE_S = 2.2
CONCURRENT = 4
# So many that one pause of one process, which holds up all that are under way, is less than their hundredth part.
COUNT = 1000
ROUNDS = 3

# What each question needs; a system is ill while the questions that do not need it are timed.
QUESTIONS = {
    "crm": "query ($n: MSISDN!) { line(by: {msisdn: $n}) { network { imsi } balances { name } } }",
    "billing": "query ($n: MSISDN!) { line(by: {msisdn: $n}) { network { imsi } balances { name } } }",
    "hss": "query ($n: MSISDN!) { customer(by: {msisdn: $n}) { name bills(first: 3) { nodes { id } } } }",
    "recharge": "query ($n: MSISDN!) { customer(by: {msisdn: $n}) { name bills(first: 3) { nodes { id } } } }",
}
ILL = "query ($n: MSISDN!) { customer(by: {msisdn: $n}) { name } line(by: {msisdn: $n}) { network { imsi } balances { name } } }"


async def _timed(gateway: RunningGateway, question: str, count: int, *, at_once: int = CONCURRENT) -> list[float]:
    """Seconds that each of *count* questions took, *at_once* at a time; every one is answered with 200."""
    gate = asyncio.Semaphore(at_once)
    numbers = [LineKey(20 + n % 100, 0).msisdn for n in range(count)]
    async with httpx.AsyncClient(timeout=30, trust_env=False, verify=PLAIN) as client:

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
    running_gateway: RunningGateway, system: str
) -> None:
    question = QUESTIONS[system]
    await _timed(running_gateway, question, 50)
    rounds = []
    for _ in range(ROUNDS):
        # Callers who do need the system keep coming, while it is well as while it is ill.
        running_gateway.heal()
        well = await _beside(running_gateway, question)
        running_gateway.fault(system, "slow", ms=30_000)
        ill = await _beside(running_gateway, question)
        rounds.append((_p99(well), _p99(ill)))

    excess = statistics.median(ill - 1.2 * well for well, ill in rounds)
    shown = ", ".join(f"{well * 1000:.0f} -> {ill * 1000:.0f}" for well, ill in rounds)
    print(f"{system} ill: p99 in ms, well -> ill: {shown}")  # noqa: T201 - a figure to read
    assert excess <= 0.010


async def _beside(gateway: RunningGateway, question: str) -> list[float]:
    needing = asyncio.create_task(_timed(gateway, ILL, 24))
    times = await _timed(gateway, question, COUNT)
    assert max(await needing) <= DEADLINE_S + 0.1
    return times


@pytest.mark.parametrize("kind", ["slow", "drip"])
@pytest.mark.parametrize("system", ["crm", "billing", "hss", "recharge"])
async def test_no_caller_waits_beyond_the_deadline(running_gateway: RunningGateway, system: str, kind: str) -> None:
    running_gateway.fault(system, kind, ms=30_000 if kind == "slow" else 100)

    times = await _timed(running_gateway, ILL, 100, at_once=16)

    assert max(times) <= DEADLINE_S + 0.1


async def test_a_healed_system_is_whole_again_within_six_seconds(running_gateway: RunningGateway) -> None:
    for system in QUESTIONS:
        running_gateway.fault(system, "slow", ms=30_000)
        await _timed(running_gateway, ILL, 40, at_once=16)
        running_gateway.heal()
        healed = time.monotonic()
        while "errors" in running_gateway.ask(ILL, n=LineKey(1, 0).msisdn):
            assert time.monotonic() - healed < 6
            await asyncio.sleep(0.1)
