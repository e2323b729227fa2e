"""A budget of calls per second, kept by two workers without Redis, while partners want many times more."""

import asyncio
import itertools
import os
import statistics
import time
from collections.abc import Iterator

import pytest

from tests.conftest import RunningGateway, running
from tests.e2e.asking import Asking
from tests.e2e.paced import Callers

IS_SOAK = bool(os.environ.get("SWITCHBOARD_SOAK"))
CALLS_PER_S, BURST = 50, 10
SECONDS = 30 if IS_SOAK else 4
PER_S = {"partner": 290 if IS_SOAK else 140, "agent": 10}
PATIENCE_S = 0.2 if IS_SOAK else 1.5
"""A busy machine may have other things to do for as long as a call waits for its turn as a rule."""

QUESTION = "query ($n: MSISDN!) { line(by: {msisdn: $n}) { balances { name } } }"


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningGateway]:
    settings = {
        "CALLERS__CLASS_HEADER": "X-Caller-Class",
        "SYSTEMS__RECHARGE__GUARD__BUDGET__CALLS_PER_S": str(CALLS_PER_S),
        "SYSTEMS__RECHARGE__GUARD__BUDGET__BURST": str(BURST),
        "SYSTEMS__RECHARGE__GUARD__BUDGET__MAX_WAIT_S": str(PATIENCE_S),
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"SWITCHBOARD_{name}", value)
    with running("--workers", "2") as gateway:
        yield gateway


async def test_two_workers_together_keep_the_budget_and_agents_lose_nothing(gateway: RunningGateway) -> None:
    async def watch(counts: list[tuple[float, int]]) -> None:
        while True:
            counted = await asyncio.to_thread(gateway.calls)
            counts.append((time.monotonic(), sum(counted.get("recharge", {}).values())))
            await asyncio.sleep(0.25)

    counts: list[tuple[float, int]] = []
    gateway.forget_calls()
    watching = asyncio.create_task(watch(counts))
    async with Asking() as asking:
        callers = Callers(asking, [gateway.url], QUESTION)
        await callers.come(PER_S, seconds=SECONDS)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)

    for (since, before), (until, after) in itertools.combinations(counts, 2):
        # A count was taken some time before it came: that much longer the window may have been.
        assert after - before <= CALLS_PER_S * (until - since + 0.3) + BURST
    assert "UPSTREAM_BUSY" not in callers.told.codes["agent"]
    assert callers.told.codes["partner"]["UPSTREAM_BUSY"] > 0
    if IS_SOAK:
        assert statistics.median(callers.told.refused_in_s) < 0.25
