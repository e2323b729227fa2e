"""`switchboard usage`: asked of every process, added up, and shown."""

import asyncio
import json
import pathlib
import tempfile
import threading
from collections.abc import Iterator

import pytest
import structlog

from gateway.cli import main
from gateway.control.attendance import attended
from gateway.control.commands import Refused, Usage, read
from gateway.control.desk import Desk
from gateway.control.hub import Hub
from gateway.usage import counts
from gateway.usage.table import lines, together
from gateway.usage.told import UsageInWords
from tests.connectors.support import FixedClock
from tests.gateway.control.support import Process, working
from tests.gateway.usage.test_counts import plan
from tests.resolvers.support import SCHEMA


def counting(*asked: tuple[str, tuple[str, ...]]) -> Process:
    """A process that was asked that by these clients."""
    usage = counts.Usage(clock=FixedClock())
    for client, coordinates in asked:
        usage.used(client, plan(*coordinates))
    process = Process()
    process.desk._usage = UsageInWords(usage, SCHEMA._schema)
    return process


@pytest.fixture
def config() -> Iterator[pathlib.Path]:
    """Settings of a gateway that was asked something, and answers in a thread."""
    process = counting(("web", ("Query.line", "Line.id")), ("web", ("Query.line",)), ("app", ("Query.line",)))
    ready, ended = threading.Event(), threading.Event()

    async def attend(path: pathlib.Path) -> None:
        async with attended(process.desk, path=path, end=None):
            ready.set()
            await asyncio.to_thread(ended.wait, 60)

    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = pathlib.Path(folder) / "s.toml"
        path.write_text('[control]\nsocket = "c.sock"\n', encoding="utf-8")
        # Signals belong to the main thread.
        patch.setattr("gateway.control.attendance.os.isatty", lambda _: True)
        with structlog.testing.capture_logs():
            thread = threading.Thread(target=asyncio.run, args=[attend(path.with_name("c.sock"))])
            thread.start()
            assert ready.wait(10)
            yield path
            ended.set()
            thread.join(10)


def usage(config: pathlib.Path, *arguments: str) -> int:
    return main(["usage", "--config", str(config), *arguments])


def test_clients_are_shown(config, capsys):
    assert 0 == usage(config)

    lines = capsys.readouterr().out.splitlines()
    assert "counted since 2026-11-22 08:00:00 UTC, for 35 days at most" == lines[0]
    assert [
        ["client", "operations", "fields", "last"],
        ["web", "2", "2", "2026-11-22"],
        ["app", "1", "1", "2026-11-22"],
    ] == [line.split() for line in lines[2:]]


def test_the_fields_of_a_client_and_the_clients_of_a_field_are_shown(config, capsys):
    assert 0 == usage(config, "--client", "web")
    assert ["Query.line", "2", "2026-11-22"] == capsys.readouterr().out.splitlines()[3].split()

    assert 0 == usage(config, "--field", "Line.id")
    assert ["web", "1", "2", "2026-11-22"] == capsys.readouterr().out.splitlines()[3].split()


def test_what_is_not_used_is_shown(config, capsys):
    assert 0 == usage(config, "--unused")

    told = capsys.readouterr().out.splitlines()
    assert "Customer.bills" in told
    assert "Line.id" not in told


def test_scripts_get_json(config, capsys):
    assert 0 == usage(config, "--json")
    assert [["web", 2, 2, "2026-11-22"], ["app", 1, 1, "2026-11-22"]] == json.loads(capsys.readouterr().out)["clients"]


def test_a_field_that_is_not_there_is_told(config, capsys):
    assert 1 == usage(config, "--field", "Line.x")
    assert "NOT DONE: the graph has no such field" in capsys.readouterr().out


@pytest.mark.parametrize("more", [("--client", "web"), ("--unused",)])
def test_of_a_field_only_its_users_are_told(config, capsys, more):
    assert 1 == usage(config, "--field", "Line.id", *more)
    assert "leave out" in capsys.readouterr().err


def test_no_gateway_is_told(tmp_path, capsys):
    path = tmp_path / "s.toml"
    path.write_text('[control]\nsocket = "none.sock"\n', encoding="utf-8")

    assert 1 == usage(path)
    assert "no gateway answers" in capsys.readouterr().err


async def test_a_gateway_that_does_not_count_says_so() -> None:
    desk: Desk = Process().desk
    with pytest.raises(Refused, match="does not count"):
        await desk.do(read({"do": "usage"}))


async def test_workers_are_added_up() -> None:
    hub = Hub()
    one = counting(("web", ("Query.line", "Line.id")), ("app", ("Line.id",)))
    two = counting(("web", ("Query.line", "Line.msisdn")))
    async with working(hub, 1, one), working(hub, 2, two):
        clients = together([each["answer"] for each in await hub.do(Usage())])
        fields = together([each["answer"] for each in await hub.do(Usage(client="web"))])
        unused = together([each["answer"] for each in await hub.do(Usage(unused=True))])
        shown = list(lines(await hub.do(Usage(unused=True, client="app"))))

    assert [["web", 2, 2, "2026-11-22"], ["app", 1, 1, "2026-11-22"]] == clients["clients"]
    assert {"Query.line": 2, "Line.id": 1, "Line.msisdn": 1} == {name: number for name, number, *_ in fields["fields"]}
    assert {"Query.line", "Line.id", "Line.msisdn"}.isdisjoint(name for name, _ in unused["unused"])
    assert "Query.line" in [each.strip() for each in shown]


async def test_a_worker_that_hangs_is_told_and_the_others_are_shown() -> None:
    hub = Hub(answer_s=0.05)
    async with working(hub, 1, counting(("web", ("Line.id",)))), working(hub, 2, None):
        shown = list(lines(await hub.do(Usage())))

    assert shown[0].startswith("worker 2: NOT DONE: no answer")
    assert "web" in shown[-1]
