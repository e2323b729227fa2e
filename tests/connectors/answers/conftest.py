"""Connectors of the SOAP dialects are made quickly, and have their secrets."""

import pytest

from tests.connectors.quick import build_once


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TEST_CBS_PASSWORD", "TEST_ACCTMGR_PASSWORD"):
        monkeypatch.setenv(name, "pretend-secret")
    build_once(monkeypatch, "connectors.cbs.connector", "connectors.acctmgr.connector", "connectors.cai3g.protocol")
