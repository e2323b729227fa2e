"""The neighbours that most tests here ask, each test with each of them."""

import pytest

from tests.connectors.quick import build_once
from tests.security.neighbours.neighbour import DIALECTS, neighbour


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch):
    monkeypatch.setenv("TEST_ACCTMGR_PASSWORD", "pretend-secret")
    monkeypatch.setenv("UCIP_TEST_PASSWORD", "pretend-secret")
    build_once(monkeypatch, "connectors.acctmgr.connector")


@pytest.fixture(params=DIALECTS, ids=lambda dialect: dialect.name)
async def peer(request):
    # Some of these tests wait until the time is over.
    async with neighbour(request.param, guard={"timeout_s": 0.5, "attempts": 1}) as found:
        yield found


@pytest.fixture(params=DIALECTS[:2], ids=lambda dialect: dialect.name)
async def xml_peer(request):
    async with neighbour(request.param) as found:
        yield found


@pytest.fixture
async def json_peer():
    async with neighbour(DIALECTS[2]) as found:
        yield found
