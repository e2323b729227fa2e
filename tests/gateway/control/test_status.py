"""The status of a real gateway with two workers, a Redis beside it and a pretend operator behind it."""

import json
import pathlib
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from tests.conftest import ROOT, RunningGateway, running
from tests.gateway.stores.redis_server import RedisServer, needs_redis
from tests.gateway.stores.redis_server import running as redis_running

pytestmark = needs_redis

_QUESTION = "query Who($n: MSISDN!) { customer(by: {msisdn: $n}) { name lines { nodes { msisdn } } } }"


@pytest.fixture
async def server() -> AsyncIterator[RedisServer]:
    async with redis_running("--requirepass", "one") as found:
        yield found


class Control:
    """What `switchboard control` says."""

    def __init__(self, config: pathlib.Path) -> None:
        self.config = config

    def text(self) -> str:
        return self._said("status")

    def processes(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = [each["answer"] for each in json.loads(self._said("status", "--json"))]
        return found

    def reloaded(self) -> list[str]:
        """What came of the credentials of Redis, by process."""
        return [each["answer"]["systems"]["cache.redis"] for each in json.loads(self._said("reload", "--json"))]

    def until(self, holds: Callable[[list[dict[str, Any]]], bool]) -> None:
        end = time.monotonic() + 20
        while not holds(found := self.processes()):
            assert time.monotonic() < end, found

    def _said(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "gateway", "control"]
        done = subprocess.run(
            [*command, *arguments, "--config", str(self.config)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        return done.stdout


@pytest.fixture
def gateway(server: RedisServer) -> Iterator[tuple[RunningGateway, Control]]:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        config = pathlib.Path(folder) / "s.toml"
        config.write_text('[control]\nsocket = "c.sock"\n', encoding="utf-8")
        patch.setenv("SWITCHBOARD_CONTROL__SOCKET", str(config.with_name("c.sock")))
        patch.setenv("A_SECRET", "a secret of tests that is long enough")
        patch.setenv("SWITCHBOARD_CACHE__MAX_ENTRIES", "100")
        config.with_name("password").write_text("one", encoding="utf-8")
        redis = {"url": f"unix://{server.socket}", "key_secret": "env:A_SECRET"}
        redis |= {"password": f"file:{config.with_name('password')}"}
        patch.setenv("SWITCHBOARD_CACHE__REDIS", json.dumps(redis))
        patch.setenv("SWITCHBOARD_SYSTEMS__CRM__GUARD__FRESH_S", '{"*": 60}')
        patch.setenv("SWITCHBOARD_SYSTEMS__CRM__GUARD__BUDGET", '{"calls_per_s": 50}')
        patch.setenv("SWITCHBOARD_SYSTEMS__CRM__GUARD__MAX_CONCURRENT", "8")
        always = [{"cron": "* * * * *", "zone": "Europe/Madrid", "minutes": 60}]
        patch.setenv("SWITCHBOARD_SYSTEMS__HSS__GUARD__MAINTENANCE", json.dumps(always))
        with running("--workers", "2") as found:
            yield found, Control(config)


async def test_the_status_tells_what_is_kept_and_used_and_who_is_away(gateway, server):
    found, control = gateway
    number = found.stories()["unexplained-charge"]["msisdn"]
    assert "errors" not in found.ask(_QUESTION, n=number)

    processes = control.processes()
    assert {1, 2} == {place for place, _ in enumerate(processes, start=1)}
    assert 0 < sum(each["cache"]["entries"] for each in processes) <= 200
    assert all(each["cache"]["max_entries"] == 100 for each in processes)
    assert 0 < sum(each["cache"]["bytes"] for each in processes)
    assert 0 < sum(each["identity"]["entries"] for each in processes)
    assert [True, True] == [each["redis"]["there"] for each in processes]
    loads = [{load["system"]: load for load in each["load"]} for each in processes]
    assert [(0, 0, 50.0, True)] * 2 == [
        tuple(each["crm"][name] for name in ("in_use", "waiting", "budget_per_s", "budget_is_shared")) for each in loads
    ]
    # They are shared through Redis: who has asked keeps some in hand, and who has not yet holds none.
    assert 0 < sum(each["crm"]["places"] for each in loads) <= 8
    assert all(each["hss"]["maintenance_until"].endswith("+00:00") for each in loads)
    assert all(each["crm"]["maintenance_until"] is None for each in loads)

    lines = {line.split()[0]: line for line in control.text().splitlines() if line}
    assert lines["worker"].startswith("worker 1 (pid ")
    assert " 0 of " in lines["crm"]
    assert lines["crm"].endswith(" of 50  well")
    assert "maintenance until " in lines["hss"]
    assert " of 200 answers, " in lines["cache"]
    assert "there since " in lines["redis"]
    assert number not in "".join(lines.values())

    server.kill()
    control.until(lambda told: all(each["redis"]["there"] is False for each in told))
    assert "AWAY since " in control.text()
    # Each worker counts for itself now.
    assert [25.0, 25.0] == [
        load["budget_per_s"] for each in control.processes() for load in each["load"] if load["system"] == "crm"
    ]

    assert ["unchanged", "unchanged"] == control.reloaded()
    control.config.with_name("password").write_text("two", encoding="utf-8")
    assert ["renewed", "renewed"] == control.reloaded()
