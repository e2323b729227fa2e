"""A gateway with a Redis in its settings: it starts with and without it, and says how that stands."""

import asyncio
import pathlib
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from gateway.app import create
from gateway.settings import CacheSettings
from gateway.settings_file import load
from tests.conftest import ROOT
from tests.gateway.stores.redis_server import RedisServer, needs_redis, running
from tests.gateway.support import client

pytestmark = needs_redis


@pytest.fixture
async def server() -> AsyncIterator[RedisServer]:
    async with running() as found:
        yield found


def _app(server: RedisServer, namespace: str) -> Starlette:
    settings = load(ROOT / "deploy" / "sandbox.toml", environ={})
    cache = CacheSettings(redis=server.settings_with(namespace=namespace, encryption_keys=[_secret(server.folder)]))
    return create(settings.model_copy(update={"cache": cache}))


def _secret(folder: pathlib.Path) -> str:
    path = folder / "encryption"
    path.write_text("a secret of tests that is long enough")
    return f"file:{path}"


async def test_a_gateway_starts_with_redis_and_says_that_it_is_there(server: RedisServer) -> None:
    app = _app(server, "there")
    async with app.router.lifespan_context(app), client(app) as asking:
        numbers = (await asking.get("/metrics")).text
        connections = server.cli("CLIENT", "LIST").splitlines()

    assert 'switchboard_redis_there{namespace="there"} 1.0' in numbers
    assert len(connections) > 1
    assert 1 == len(server.cli("CLIENT", "LIST").splitlines())


async def test_a_gateway_with_redis_is_put_together_where_no_loop_runs(server: RedisServer) -> None:
    # As a server does: loading WSDLs blocks.
    app = await asyncio.to_thread(_app, server, "thread")
    async with app.router.lifespan_context(app), client(app) as asking:
        assert 200 == (await asking.get("/health/ready")).status_code


async def test_a_gateway_starts_without_redis_and_says_so(
    server: RedisServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.kill()
    app = _app(server, "away")
    async with app.router.lifespan_context(app), client(app) as asking:
        numbers = (await asking.get("/metrics")).text
        ready = await asking.get("/health/ready")

    assert 'switchboard_redis_there{namespace="away"} 0.0' in numbers
    assert 200 == ready.status_code
    assert "redis_away" in capsys.readouterr().out
