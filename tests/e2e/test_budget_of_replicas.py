"""A budget of calls per second that three replicas share in Redis, while partners want many times as many."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.e2e.asking import Asking
from tests.e2e.paced import Callers
from tests.e2e.replicas import Replicas, replicas

IS_SOAK = bool(os.environ.get("SWITCHBOARD_SOAK"))
CALLS_PER_S, BURST = (50, 10) if IS_SOAK else (20, 6)
PER_S = {"partner": 490, "agent": 10} if IS_SOAK else {"partner": 60, "agent": 3}
SECONDS = 30 if IS_SOAK else 4
AWAY_S = 10 if IS_SOAK else 2
BACK_S = 14 if IS_SOAK else 9
"""They find out within five seconds that Redis is back, and count there six seconds after the first of them has."""

PATIENCE_S = 1 if IS_SOAK else 5
HELD_UP_S = 0.0 if IS_SOAK else 0.5
"""What a busy machine may keep from arriving, so that it comes together with what is sent next."""

QUESTION = "query ($n: MSISDN!) { line(by: {msisdn: $n}) { subscriber { status } } }"


@pytest.fixture(scope="module")
def three() -> Iterator[Replicas]:
    budget = {"CALLS_PER_S": CALLS_PER_S, "BURST": BURST, "REPLICAS": 3, "MAX_WAIT_S": PATIENCE_S}
    settings = {f"SYSTEMS__BILLING__GUARD__BUDGET__{name}": str(value) for name, value in budget.items()}
    # How long a busy machine takes is not what is tried here.
    settings |= {"SERVER__DEADLINE_S": "20", "SYSTEMS__BILLING__GUARD__TIMEOUT_S": "15"}
    settings |= {"SYSTEMS__BILLING__CONNECT_TIMEOUT_S": "10"}
    with replicas({"CALLERS__CLASS_HEADER": "X-Caller-Class", **settings}) as found:
        yield found


@pytest.fixture
async def callers(three: Replicas) -> AsyncIterator[Callers]:
    async with Asking() as asking:
        three.operator.forget_calls()
        yield Callers(asking, three.urls, QUESTION)


def _check(three: Replicas, callers: Callers, *, seconds: float) -> None:
    """The system was given no more than it bears in any second, and nothing was kept from agents."""
    peak = three.operator.control("GET", "/calls/pace").json()["billing"]["peak"]
    sent = sum(three.operator.calls()["billing"].values())
    print(f"peak {peak}/s, on average {sent / seconds:.0f}/s: {dict(callers.told.codes)}")  # noqa: T201 - figures to read
    assert peak <= CALLS_PER_S * (1 + HELD_UP_S) + BURST
    assert callers.told.codes["agent"].keys() == {"ok"}
    assert callers.told.codes["partner"]["UPSTREAM_BUSY"] > 0
    # Three gateways and all their callers on one machine may be too much for it.
    assert callers.told.codes["partner"].keys() <= {"ok", "UPSTREAM_BUSY", "OVERLOADED"}
    if IS_SOAK:
        assert sent >= 0.8 * CALLS_PER_S * seconds


async def test_three_replicas_together_keep_the_budget_and_agents_lose_nothing(
    three: Replicas, callers: Callers
) -> None:
    began = time.monotonic()
    await callers.come(PER_S, seconds=SECONDS)

    _check(three, callers, seconds=time.monotonic() - began)


async def test_they_keep_it_while_redis_is_killed_and_comes_back(three: Replicas, callers: Callers) -> None:
    began = time.monotonic()
    coming = asyncio.create_task(callers.come(PER_S, seconds=SECONDS + AWAY_S + BACK_S))
    await asyncio.sleep(SECONDS)
    await asyncio.to_thread(three.kill_redis)
    await asyncio.sleep(AWAY_S)
    await three.redis.start()
    await coming

    _check(three, callers, seconds=time.monotonic() - began)
    for gateway in three.gateways:
        told = [line for line in gateway.log.kept if "shared_rates_" in line]
        assert ["away", "back"] == [line.partition("shared_rates_")[2].split()[0] for line in told]
