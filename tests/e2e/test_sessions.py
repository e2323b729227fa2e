"""The HSS hands out few sessions, and lets them expire: fifty callers share one login per session and all get answers."""

import asyncio
from typing import Any

import httpx
import pytest

from gateway.app import create
from gateway.settings_file import load
from sandbox.population.numbering import LineKey
from tests.conftest import ROOT, RunningGateway

QUESTION = "query ($n: MSISDN!) { line(by: {msisdn: $n}) { msisdn network { msisdn imsi } } }"
COUNT = 50


@pytest.mark.parametrize("pool", [1, 4])
async def test_fifty_questions_share_one_login_per_expired_session(running_gateway: RunningGateway, pool: int) -> None:
    port = running_gateway.ports["hss"]
    numbers = [LineKey(customer, 0).msisdn for customer in range(20, 20 + COUNT)]
    settings = load(
        ROOT / "deploy" / "sandbox.toml",
        environ={},
        overrides={
            "systems": {
                "hss": {
                    "url": f"http://127.0.0.1:{port}",
                    "sessions": pool,
                    "guard": {"max_concurrent": COUNT, "timeout_s": 10},
                }
            },
            "server": {"deadline_s": 20, "admission": {"enabled": False}},
        },
    )
    app = create(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost", timeout=30) as client,
    ):

        async def ask(n: int) -> dict[str, Any]:
            response = await client.post("/graphql", json={"query": QUESTION, "variables": {"n": numbers[n]}})
            body = response.json()
            assert "errors" not in body, body
            line: dict[str, Any] = body["data"]["line"]
            return line

        await asyncio.gather(*(ask(0) for _ in range(pool)), *(ask(n) for n in range(COUNT)))
        assert pool == running_gateway.calls(logins=True)["hss"]["Login"]
        running_gateway.fault("hss", "session-expired")
        running_gateway.forget_calls()

        lines = await asyncio.gather(*(ask(n) for n in range(COUNT)))

        assert pool == running_gateway.calls(logins=True)["hss"]["Login"]
        assert numbers == [line["network"]["msisdn"] for line in lines]
        assert COUNT == len({line["network"]["imsi"] for line in lines})
    assert pool == running_gateway.calls(logins=True)["hss"]["Logout"]
