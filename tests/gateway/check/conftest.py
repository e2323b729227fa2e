"""A pretend operator, and a settings file that leads to it."""

import pathlib
from collections.abc import AsyncIterator

import pytest

from sandbox import Sandbox, free_ports
from tests.connectors.quick import build_once
from tests.gateway.audit.conftest import in_postgres, in_sqlite, place, shared_postgres  # noqa: F401 - fixtures
from tests.gateway.check.support import Config


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(free_ports(customers=30)) as running:
        yield running


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """WSDLs are parsed once for all tests; for tests without TLS and without broken WSDLs."""
    build_once(monkeypatch, "connectors.cbs.connector", "connectors.acctmgr.connector", "connectors.cai3g.protocol")


@pytest.fixture
def config(tmp_path: pathlib.Path, sandbox: Sandbox) -> Config:
    """Right settings for the sandbox."""
    return Config(tmp_path, sandbox.ports)
