"""The application as it is served: its addresses, its health, and the check on who may knock."""

import pathlib
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from gateway.app import create
from gateway.settings_file import load
from tests.gateway.support import BROWSER, client

SANDBOX = pathlib.Path(__file__).resolve().parent.parent.parent / "deploy" / "sandbox.toml"


@pytest.fixture(scope="module")
def app() -> Starlette:
    """The gateway over systems that do not answer; nothing is asked of them here."""
    return create(load(SANDBOX, environ={}))


@pytest.fixture
async def started(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with app.router.lifespan_context(app), client(app) as found:
        yield found


async def test_is_ready_only_between_start_and_shutdown(app: Starlette) -> None:
    async with client(app) as found:
        assert 503 == (await found.get("/health/ready")).status_code
        async with app.router.lifespan_context(app):
            assert 200 == (await found.get("/health/ready")).status_code
        assert 503 == (await found.get("/health/ready")).status_code


async def test_is_alive_before_it_is_ready(app: Starlette) -> None:
    async with client(app) as found:
        assert {"status": "live"} == (await found.get("/health/live")).json()


async def test_answers_questions_and_gives_browsers_the_page(started: httpx.AsyncClient) -> None:
    answer = await started.post("/graphql", json={"query": "{ __typename }"})
    page = await started.get("/graphql", headers={"Accept": BROWSER})

    assert {"data": {"__typename": "Query"}} == answer.json()
    assert page.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("path", ["/graphql", "/graphql/stories", "/health/live", "/health/ready", "/nothing"])
async def test_every_address_asks_first_who_is_there(started: httpx.AsyncClient, path: str) -> None:
    assert 403 == (await started.get(path, headers={"Host": "evil.com"})).status_code
    assert 403 == (await started.get(path, headers={"Origin": "http://evil.com"})).status_code


async def test_a_page_of_its_own_origin_may_ask(started: httpx.AsyncClient) -> None:
    answer = await started.post("/graphql", json={"query": "{ __typename }"}, headers={"Origin": "http://localhost"})

    assert 200 == answer.status_code
