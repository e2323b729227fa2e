"""Real workers under one point of control."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from connectors.guard import SystemState
from gateway.control.commands import Command, Lift, Put, Reload, Status
from gateway.overrides.override import SystemIs
from tests.conftest import ROOT, started
from tests.gateway.control.support import tell

SERVE = ("serve", "--config", str(ROOT / "deploy" / "sandbox.toml"), "--port", "0", "--workers", "2")


class Gateway:
    """A gateway with two workers, in front of systems that are not there."""

    def __init__(self, path: pathlib.Path, url: str) -> None:
        self.path = path
        self.url = url

    def tell(self, command: Command) -> list[dict[str, Any]]:
        return tell(self.path, command)

    @property
    def pids(self) -> list[int]:
        return [each["answer"]["process"]["pid"] for each in self.tell(Status()) if "answer" in each]


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = pathlib.Path(folder) / "c.sock"
        patch.setenv("SWITCHBOARD_CONTROL__SOCKET", str(path))
        password = path.with_name("crm.password")
        password.write_text("one", encoding="utf-8")
        patch.setenv("SWITCHBOARD_SYSTEMS__CRM__PASSWORD", f"file:{password}")
        patch.setenv("CRM_EVENTS", "a-secret-of-the-crm")
        patch.setenv("SWITCHBOARD_EVENTS__SECRET", "env:CRM_EVENTS")
        with started(*SERVE) as lines:
            url = lines.wait_for("The graph answers at ").rpartition(" ")[2].strip().removesuffix("/graphql")
            yield Gateway(path, url)
        assert not path.exists()


def test_both_workers_are_told(gateway):
    assert 2 == len(set(gateway.pids))
    assert [1, 2] == [each["worker"] for each in gateway.tell(Reload())]


def test_both_workers_pick_up_a_new_password(gateway):
    gateway.path.with_name("crm.password").write_text("two", encoding="utf-8")

    assert ["renewed", "renewed"] == [each["answer"]["systems"]["crm"] for each in gateway.tell(Reload())]
    assert ["unchanged", "unchanged"] == [each["answer"]["systems"]["crm"] for each in gateway.tell(Reload())]


def _forgotten(gateway: Gateway) -> list[int]:
    return [each["answer"]["forgotten"]["subjects"] for each in gateway.tell(Status())]


def test_an_event_that_one_worker_hears_reaches_the_other(gateway):
    before = _forgotten(gateway)
    event = {"eventType": "CustomerDeleteEvent", "event": {"customer": {"id": "c1"}}}
    headers = {"Authorization": "Bearer a-secret-of-the-crm"}
    answer = httpx.post(f"{gateway.url}/events/tmf", json=event, headers=headers, trust_env=False, timeout=10)

    assert 204 == answer.status_code
    end = time.monotonic() + 5
    while _forgotten(gateway) != [count + 1 for count in before]:
        assert time.monotonic() < end


def test_a_worker_that_hangs_is_told_of_within_two_seconds(gateway):
    victim = gateway.pids[1]
    os.kill(victim, signal.SIGSTOP)
    try:
        began = time.monotonic()
        said = gateway.tell(Status())
        took_s = time.monotonic() - began
    finally:
        os.kill(victim, signal.SIGCONT)

    assert "answer" in said[0]
    assert said[1]["error"].startswith("no answer within 2 s")
    assert took_s < 4


def test_a_worker_that_died_is_replaced_by_one_that_is_told_too(gateway):
    before = gateway.pids
    os.kill(before[0], signal.SIGKILL)
    end = time.monotonic() + 90
    while time.monotonic() < end:
        after = gateway.pids
        if len(after) == 2 and before[0] not in after:
            break
        time.sleep(0.1)

    assert 2 == len(set(after))
    assert before[1] in after


def _held(gateway: Gateway) -> list[list[str]]:
    return [each["answer"]["overrides"]["in_force"] for each in gateway.tell(Status()) if "answer" in each]


def test_what_is_said_over_the_settings_both_hold_and_one_that_takes_the_place_of_another(gateway):
    off = SystemIs(system="crm", state=SystemState.OFF)
    said = gateway.tell(Put(by="alice", why="INC-1", override=off))
    assert {"version": 1, "did": "system crm off"} == said[0]["answer"]
    assert [[off.said], [off.said]] == _held(gateway)

    victim = gateway.pids[0]
    os.kill(victim, signal.SIGKILL)
    end = time.monotonic() + 90
    while (pids := gateway.pids) == [] or len(pids) < 2 or victim in pids:
        assert time.monotonic() < end
        time.sleep(0.1)
    assert [[off.said], [off.said]] == _held(gateway)

    gateway.tell(Lift(by="alice", why="INC-1 is over", key=off.key))
    assert [[], []] == _held(gateway)


def test_the_command_line_tells_all_of_them(gateway):
    folder = gateway.path.parent
    config = folder / "s.toml"
    config.write_text(f'[control]\nsocket = "{gateway.path.name}"\n', encoding="utf-8")

    command = [sys.executable, "-m", "gateway", "control", "reload", "--json", "--config", str(config)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)

    assert [1, 2] == [each["worker"] for each in json.loads(done.stdout)]
