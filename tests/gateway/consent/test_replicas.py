"""
A consent withdrawn at the consent system: its hub tells one replica, and every replica refuses within a second.

The consent system is the pretend operator's, asked and telling over HTTP; the Redis is a real one.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest
import uvicorn

from connectors.capabilities import DataSubject, DataSubjectKind
from gateway.consent import Granted, Reason, Refused
from sandbox import Sandbox, free_ports
from sandbox.consent.seeds import agreement_id
from tests.bars import bar
from tests.gateway.consent.replicas import SECRET, Replica, config, settings_for
from tests.gateway.consent.support import PARTNER
from tests.gateway.stores.redis_server import RedisServer, needs_redis, running
from tests.sandbox.wire import AGREEMENTS, Wire, password

pytestmark = needs_redis

ADA = DataSubject(DataSubjectKind.INDIVIDUAL, "5000001")
NUMBER = agreement_id(1, 0)
HUB = "/tmf-api/privacyManagement/v4/hub"
NEAR_S = 2.0
"""For how long a replica gives what it has without asking Redis."""

REJECTED, VALIDATED = {"status": "rejected"}, {"status": "validated"}


@contextlib.asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    server = uvicorn.Server(config(app))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - Only looking tells.
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


class World:
    """Three replicas, and the consent system behind them."""

    def __init__(self, sandbox: Sandbox, wire: Wire, replicas: Sequence[Replica], redis: RedisServer) -> None:
        self.sandbox = sandbox
        self.wire = wire
        self.replicas = replicas
        self.redis = redis

    @property
    def asked(self) -> int:
        return self.sandbox.calls.as_json()["consent"].get("GET /partyPrivacyAgreement", 0)

    async def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        auth = ("switchboard", password("consent"))
        answer = await self.wire.http.request(method, self.wire.url("consent", path), auth=auth, **more)
        assert answer.is_success
        return answer

    async def decisions(self) -> list[Any]:
        return [await replica.decide(ADA, PARTNER) for replica in self.replicas]

    async def until_all(self, expected: object) -> float:
        """Seconds until every replica says *expected*, asked again and again."""
        began = time.monotonic()
        async with asyncio.timeout(30):
            while {str(expected)} != set(map(str, await self.decisions())):  # noqa: ASYNC110 - By asking.
                await asyncio.sleep(0.01)
        return time.monotonic() - began


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setenv("EVENTS_SECRET", SECRET)
    async with contextlib.AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox(free_ports(customers=20)))
        redis = await stack.enter_async_context(running())
        settings = settings_for(sandbox, {}, fresh_s={"GET /partyPrivacyAgreement": 58})
        replicas = [
            await stack.enter_async_context(Replica(settings, redis.settings_with(l1_s=NEAR_S)).open(serving))
            for _ in range(3)
        ]
        # What is asked for in the instant in which the record of drops begins is not kept.
        await asyncio.sleep(0.05)
        yield World(sandbox, await stack.enter_async_context(Wire(sandbox.ports)), replicas, redis)


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_the_hub_tells_one_replica_and_all_refuse_within_a_second(world: World, method: str) -> None:
    await world.send("POST", HUB, json={"callback": world.replicas[0].url})
    assert [Granted(reference=NUMBER)] * 3 == await world.decisions()
    asked = world.asked
    await world.decisions()
    assert asked == world.asked

    await world.send(method, f"{AGREEMENTS}/{NUMBER}", json=REJECTED if method == "PATCH" else None)
    refused = Refused(Reason.NOT_IN_FORCE if method == "PATCH" else Reason.OTHER_PARTY)
    took_s = await world.until_all(refused)

    assert took_s < bar(1)
    assert [refused] * 3 == await world.decisions()


async def test_who_agrees_again_is_granted_again_as_soon(world: World) -> None:
    await world.send("POST", HUB, json={"callback": world.replicas[2].url})
    path = f"{AGREEMENTS}/{NUMBER}"
    for update, expected in ((REJECTED, Refused(Reason.NOT_IN_FORCE)), (VALIDATED, Granted(reference=NUMBER))):
        await world.send("PATCH", path, json=update)
        assert await world.until_all(expected) < bar(1)


async def test_untold_they_go_on_with_what_is_kept(world: World) -> None:
    await world.decisions()
    await world.send("PATCH", f"{AGREEMENTS}/{NUMBER}", json=REJECTED)

    # For how long at most is tried with a clock that can be moved: `test_withdrawal`.
    assert [Granted(reference=NUMBER)] * 3 == await world.decisions()


async def test_while_redis_is_away_the_others_refuse_as_soon_as_they_ask_again(world: World) -> None:
    await world.send("POST", HUB, json={"callback": world.replicas[0].url})
    await world.decisions()
    world.redis.kill()

    await world.send("PATCH", f"{AGREEMENTS}/{NUMBER}", json=REJECTED)

    assert await world.until_all(Refused(Reason.NOT_IN_FORCE)) < bar(NEAR_S + 1)
