"""Workers that die or hang as soon as they are started, which real ones are too well to do."""

import pathlib
import sys
import time

import pytest
import structlog

from gateway.server import serve
from gateway.settings import Settings, SettingsError
from gateway.settings_file import load
from gateway.workers.supervisor import WorkersFailed
from tests.gateway.conftest import SETTINGS

DIES = "import sys; sys.exit(3)"
HANGS = "import time; time.sleep(60)"
TALKS = "print('hello', flush=True); import time; time.sleep(60)"
OBJECTS = r"print('wrong systems.crm: no\\nrain', flush=True)"


@pytest.fixture
def settings(settings_file: pathlib.Path) -> Settings:
    server = {"port": 0, "workers": 2, "shutdown_s": 0}
    return load(settings_file, environ={}, overrides={"server": server})


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> "Workers":
    return Workers(monkeypatch)


class Workers:
    """Has workers do something else than to serve."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        patch.setattr("gateway.workers.supervisor._START_S", 0.5)

    def do(self, code: str) -> None:
        self._patch.setattr("gateway.workers.process._COMMAND", (sys.executable, "-c", code))


def _never(_: str) -> None:
    pytest.fail("it is not ready")


async def _fails(settings: Settings) -> str:
    """What serving ends with."""
    with structlog.testing.capture_logs(), pytest.raises((SettingsError, WorkersFailed)) as caught:
        await serve(settings, on_ready=_never)
    return f"{caught.type.__name__}: {caught.value}"


@pytest.mark.parametrize("code", [DIES, HANGS, TALKS])
async def test_workers_that_never_answer_end_the_gateway(settings: Settings, workers: Workers, code: str) -> None:
    began = time.monotonic()
    workers.do(code)

    told = await _fails(settings)

    assert told.startswith("WorkersFailed: Worker ")
    assert told.endswith("ended 5 times as soon as it was started; its log says why.")
    assert time.monotonic() - began < 45


async def test_what_a_worker_has_against_the_settings_is_told_at_once(settings: Settings, workers: Workers) -> None:
    workers.do(OBJECTS)

    assert "SettingsError: systems.crm: no\nrain" == await _fails(settings)


@pytest.fixture
def misrouted(settings_file: pathlib.Path) -> Settings:
    settings_file.write_text(SETTINGS, encoding="utf-8")
    return load(settings_file, environ={}, overrides={"server": {"port": 0, "workers": 2}})


async def test_real_workers_tell_what_is_wrong_with_the_settings(misrouted: Settings) -> None:
    assert "SettingsError: routes.billing: `crm` speaks tmf, which does not offer billing." == await _fails(misrouted)
