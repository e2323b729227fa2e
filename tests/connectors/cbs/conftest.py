import pytest

from tests.connectors.cbs.fake import FakeCbs, connector
from tests.connectors.quick import build_once


@pytest.fixture(autouse=True)
def surroundings(monkeypatch):
    monkeypatch.setenv("TEST_CBS_PASSWORD", "pretend-secret")
    build_once(monkeypatch, "connectors.cbs.connector")


@pytest.fixture
def fake():
    return FakeCbs()


@pytest.fixture
async def cbs(fake):
    found = connector(fake)
    yield found
    await found.aclose()
