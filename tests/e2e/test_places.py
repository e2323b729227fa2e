"""Places at a slow system, as the system sees them: by two workers without Redis, and by two gateways with one."""

import asyncio
import itertools
import os
import time
from collections.abc import AsyncIterator, Iterator, Sequence

import httpx
import pytest

from tests.conftest import PLAIN, ROOT, RunningGateway, running, started
from tests.gateway.stores.redis_server import RedisServer, needs_redis
from tests.gateway.stores.redis_server import running as redis_running

IS_SOAK = bool(os.environ.get("SWITCHBOARD_SOAK"))
PLACES = 6
SECONDS = 20 if IS_SOAK else 1
CALLERS = 40
YOUNG_S = 5.0
"""So long a register counts as new: `guard.timeout_s` and three seconds."""
QUESTION = "query ($n: MSISDN!) { line(by: {msisdn: $n}) { balances { name } } }"


class Callers:
    """Callers who ask one question after the other, each about another line."""

    def __init__(self) -> None:
        self.answered = 0
        self._numbers = itertools.count()

    async def ask(self, url: str, *, callers: int, seconds: float = SECONDS) -> None:
        # Callers at once have a connection each: connections, not questions, are divided among workers.
        async with httpx.AsyncClient(timeout=30, trust_env=False, verify=PLAIN) as client:
            end = time.monotonic() + seconds
            await asyncio.gather(*(self._one(client, url, end) for _ in range(callers)))

    async def _one(self, client: httpx.AsyncClient, url: str, end: float) -> None:
        while time.monotonic() < end:
            variables = {"n": f"9996{next(self._numbers) % 10_000:07d}"}
            response = await client.post(url, json={"query": QUESTION, "variables": variables})
            codes = {error["extensions"]["code"] for error in response.json().get("errors", [])}
            # Who waits too long for a place leaves; nothing else may become of a question.
            assert codes <= {"DEADLINE", "UPSTREAM_BUSY"}
            self.answered += not codes


async def _reaches_all_places(operator: RunningGateway, *asking: tuple[Callers, str]) -> None:
    """They ask until all places are used at once, and not for ever; never are more of them used."""
    operator.forget_calls()
    for _ in range(8 if IS_SOAK else 30):
        await asyncio.gather(*(each.ask(url, callers=CALLERS // len(asking)) for each, url in asking))
        if _most(operator) >= PLACES and (not IS_SOAK or all(each.answered > 100 for each, _ in asking)):
            break
    assert PLACES == _most(operator)


def _most(operator: RunningGateway) -> int:
    """The most calls that the system had at once since calls were counted anew."""
    most: int = operator.control("GET", "/calls/pace").json()["recharge"]["most"]
    return most


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningGateway]:
    monkeypatch.setenv("SWITCHBOARD_SYSTEMS__RECHARGE__GUARD__MAX_CONCURRENT", str(PLACES))
    with running("--workers", "2") as gateway:
        yield gateway


async def test_two_workers_together_ask_no_more_at_once_than_the_system_bears_and_no_less(
    workers: RunningGateway,
) -> None:
    workers.fault("recharge", "slow", ms=300)
    callers = Callers()
    await _reaches_all_places(workers, (callers, workers.url))

    assert callers.answered > 0


@pytest.fixture
async def redis(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RedisServer]:
    async with redis_running() as server:
        yield server


@pytest.fixture
def gateways(redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[RunningGateway, Sequence[str]]]:
    """Two gateways with one operator and one Redis: the first, and the addresses of both."""
    secret = redis.folder / "keys"
    secret.write_text("a secret of tests that is long enough")
    settings = {
        "SYSTEMS__RECHARGE__GUARD__MAX_CONCURRENT": str(PLACES),
        "SYSTEMS__RECHARGE__GUARD__REPLICAS": "2",
        "CACHE__REDIS__URL": f"unix://{redis.socket}",
        "CACHE__REDIS__KEY_SECRET": f"file:{secret}",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"SWITCHBOARD_{name}", value)
    with running() as first:
        monkeypatch.setenv("SWITCHBOARD_SYSTEMS__RECHARGE__URL", f"http://127.0.0.1:{first.ports['recharge']}")
        with started("serve", "--config", str(ROOT / "deploy" / "sandbox.toml"), "--port", "0") as lines:
            address = lines.wait_for("The graph answers at ").partition("The graph answers at ")[2].strip()
            yield first, (first.url, address)


@needs_redis
async def test_two_gateways_share_all_places_and_a_busy_one_has_nearly_all_of_them(
    gateways: tuple[RunningGateway, Sequence[str]], redis: RedisServer
) -> None:
    operator, (one, other) = gateways
    operator.fault("recharge", "slow", ms=300)
    # Both are known, and the register is old enough to be trusted.
    await asyncio.gather(*(Callers().ask(url, callers=1, seconds=YOUNG_S) for url in (one, other)))

    # Alone, it has what the other does not need, which is all of them.
    await _reaches_all_places(operator, (Callers(), one))

    both = [(Callers(), url) for url in (one, other)]
    await _reaches_all_places(operator, *both)
    assert all(callers.answered for callers, _ in both)

    redis.kill()
    await _reaches_all_places(operator, *both)
