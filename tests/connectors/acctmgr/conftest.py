import pytest

from tests.connectors.acctmgr.fake import FakeAcctMgr, connector
from tests.connectors.quick import build_once


@pytest.fixture(autouse=True)
def surroundings(monkeypatch):
    monkeypatch.setenv("TEST_ACCTMGR_PASSWORD", "pretend-secret")
    build_once(monkeypatch, "connectors.acctmgr.connector")


@pytest.fixture
def fake():
    return FakeAcctMgr()


@pytest.fixture
async def history(fake):
    found = connector(fake)
    yield found
    await found.aclose()
