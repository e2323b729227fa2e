"""A system that stopped answering: it is found out, left alone but for probes, and whole again soon after."""

import asyncio
import itertools
import os
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from sandbox.population.numbering import LineKey
from tests.conftest import PLAIN, RunningGateway, running

IS_SOAK = bool(os.environ.get("SWITCHBOARD_SOAK"))
WHOLE_AGAIN_S = 6 if IS_SOAK else 60
TIME_LIMIT_S = 1.8
"""So long a system may take."""

# Each asks the system it is named for, and another one beside it.
QUESTIONS = {
    "crm": "query ($n: MSISDN!) { ill: customer(by: {msisdn: $n}) { name } line(by: {msisdn: $n}) { well: network { imsi } } }",
    "billing": "query ($n: MSISDN!) { line(by: {msisdn: $n}) { ill: subscriber { status } well: network { imsi } } }",
    "hss": "query ($n: MSISDN!) { line(by: {msisdn: $n}) { ill: network { imsi } well: balances { name } } }",
    "recharge": "query ($n: MSISDN!) { line(by: {msisdn: $n}) { ill: balances { name } well: network { imsi } } }",
}
HEALTHY = "query ($n: MSISDN!) { line(by: {msisdn: $n}) { well: WELL } }"
WELL = {
    "crm": "network { imsi }",
    "billing": "network { imsi }",
    "hss": "balances { name }",
    "recharge": "network { imsi }",
}
LEAST_WAIT_S = 2.0
"""Half of `probe_wait_s`: the least time between two probes."""


@pytest.fixture(scope="module")
def gateway() -> Iterator[RunningGateway]:
    """A gateway of these tests' own: elsewhere nothing should meet a breaker that they left open."""
    with running() as gateway:
        yield gateway


class Caller:
    """Asks about another customer each time, so that no two questions are one."""

    def __init__(self, gateway: RunningGateway) -> None:
        self._url = gateway.url
        # The other province has billing and recharge systems of its own.
        numbers = (LineKey(20 + n, 0).msisdn for n in range(150))
        self._numbers = itertools.cycle([number for number in numbers if number.startswith("9996")])
        self._client = httpx.AsyncClient(timeout=30, trust_env=False, verify=PLAIN)

    async def ask(self, question: str) -> tuple[dict[str, Any], float]:
        """The answer, and the seconds it took."""
        began = time.perf_counter()
        response = await self._client.post(self._url, json={"query": question, "variables": {"n": next(self._numbers)}})
        took = time.perf_counter() - began
        assert 200 == response.status_code
        return response.json(), took

    async def every(
        self, pause_s: float, question: str, *, seconds: float, until: Callable[[], bool] = lambda: True
    ) -> list[tuple[dict[str, Any], float]]:
        """Ask one after the other for some seconds, and *until* something holds, which a minute has to be enough for."""
        began, found = time.monotonic(), []
        while time.monotonic() < began + seconds or not await asyncio.to_thread(until):
            assert time.monotonic() < began + seconds + 60
            found.append(await self.ask(question))
            await asyncio.sleep(pause_s)
        return found

    async def whole(self, question: str) -> None:
        """Ask until nothing is missing."""
        end = time.monotonic() + WHOLE_AGAIN_S
        while "errors" in (await self.ask(question))[0]:
            assert time.monotonic() < end
            await asyncio.sleep(0.05)

    async def aclose(self) -> None:
        await self._client.aclose()


async def _opened(gateway: RunningGateway, caller: Caller, system: str) -> None:
    """Ask a system that answers nobody until it counts as ill."""
    gateway.fault(system, "slow", ms=30_000)
    waiting = [asyncio.ensure_future(caller.ask(QUESTIONS[system])) for _ in range(60)]
    await asyncio.to_thread(gateway.log.wait_for, "system_ill", seconds=60)
    await asyncio.gather(*waiting)


def _codes(answer: dict[str, Any]) -> set[str]:
    return {error["extensions"]["code"] for error in answer.get("errors", [])}


def _p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


@pytest.mark.parametrize(
    "system",
    ["hss", *(pytest.param(name, marks=pytest.mark.soak) for name in ("crm", "billing", "recharge"))],
)
async def test_a_system_that_answers_nobody_is_left_alone_and_whole_again_six_seconds_after_it_is_well(
    gateway: RunningGateway, system: str
) -> None:
    caller = Caller(gateway)
    try:
        healthy = await caller.every(0.01, HEALTHY.replace("WELL", WELL[system]), seconds=1)
        await _opened(gateway, caller, system)
        gateway.forget_calls()
        began = time.monotonic()

        def probes() -> int:
            # A probe of the network begins with a login, which is not answered either.
            return sum(gateway.calls(logins=True).get(system, {}).values())

        open_ = await caller.every(0.02, QUESTIONS[system], seconds=8 if IS_SOAK else 2, until=lambda: probes() > 0)
        probed = probes()
        lasted = time.monotonic() - began

        assert {"UPSTREAM_UNAVAILABLE"} == set().union(*(_codes(answer) for answer, _ in open_))
        assert {"ill"} == {error["path"][-1] for answer, _ in open_ for error in answer["errors"]}
        assert 1 <= probed <= lasted / LEAST_WAIT_S + 1
        # Nobody waits for the system or its time limit. How long a busy machine takes by itself is not told here.
        assert statistics.median(took for _, took in open_) < TIME_LIMIT_S
        if IS_SOAK:
            assert _p99([took for _, took in open_]) <= 0.25 + _p99([took for _, took in healthy])

        gateway.heal()
        await caller.whole(QUESTIONS[system])
        whole = await caller.every(0.02, QUESTIONS[system], seconds=2 if IS_SOAK else 1)
        assert not any("errors" in answer for answer, _ in whole)
        gateway.log.wait_for("system_well", seconds=60)
        assert 1 == sum("system_ill" in line and f"system={system} " in f"{line} " for line in gateway.log.kept)
    finally:
        gateway.heal()
        await caller.aclose()


@pytest.mark.soak
@pytest.mark.parametrize("system", QUESTIONS)
async def test_once_it_is_open_no_question_takes_50_ms_longer_than_its_healthy_part(
    gateway: RunningGateway, system: str
) -> None:
    caller = Caller(gateway)
    healthy, needing = [], []
    try:
        await _opened(gateway, caller, system)
        # In turn, so that whatever else the machine does is in both.
        for _ in range(1000):
            healthy.append((await caller.ask(HEALTHY.replace("WELL", WELL[system])))[1])
            answer, took = await caller.ask(QUESTIONS[system])
            assert {"ill"} == {error["path"][-1] for error in answer["errors"]}
            needing.append(took)
        assert _p99(needing) <= 0.05 + _p99(healthy)
        # Nobody waits for the system's time limit of 1.8 s, not one in a thousand.
        assert max(needing) < TIME_LIMIT_S - 0.3
    finally:
        gateway.heal()
        await caller.whole(QUESTIONS[system])
        await caller.aclose()
