"""`switchboard control`: what it prints, what it does not, and its exit codes."""

import asyncio
import io
import json
import pathlib
import tempfile
import threading
from collections.abc import Iterator

import pytest
import structlog

from connectors.guard.subject import SubjectKind
from gateway.cli import main
from gateway.control import commands
from gateway.control.answers import LONGEST
from gateway.control.attendance import attended
from gateway.control.cli import MAX_SUBJECTS, SUBJECTS
from tests.gateway.control.support import Process


@pytest.fixture
def config() -> Iterator[pathlib.Path]:
    """A settings file that names a socket beside it, and a secret that is not there for whoever controls."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "s.toml"
        path.write_text('[control]\nsocket = "c.sock"\n[ids]\nsecrets = ["env:NOT_HERE"]\n', encoding="utf-8")
        yield path


@pytest.fixture
def process(config: pathlib.Path) -> Iterator[Process]:
    """A process that is told what the settings' socket is told, in a thread of its own."""
    found, ready = Process(), threading.Event()
    stop: list[asyncio.Event] = []

    async def attend() -> None:
        stop.append(asyncio.Event())
        async with attended(found.desk, path=config.parent / "c.sock", end=None):
            loops.append(asyncio.get_running_loop())
            ready.set()
            await stop[0].wait()

    loops: list[asyncio.AbstractEventLoop] = []
    with pytest.MonkeyPatch.context() as patch, structlog.testing.capture_logs():
        # Signals belong to the main thread.
        patch.setattr("gateway.control.attendance.os.isatty", lambda _: True)
        thread = threading.Thread(target=asyncio.run, args=[attend()])
        thread.start()
        assert ready.wait(10)
        yield found
        loops[0].call_soon_threadsafe(stop[0].set)
        thread.join(10)


def control(config: pathlib.Path, *arguments: str) -> int:
    return main(["control", *arguments, "--config", str(config)])


def test_the_status_is_told(config, process, capsys):
    process.breakers.states["crm", None] = "open"

    assert 0 == control(config, "status")

    lines = capsys.readouterr().out.splitlines()
    assert "gateway (pid 7)" == lines[0]
    assert ["crm", "?", "?", "?", "kept", "OPEN:", "not", "asked"] == lines[4].split()


def test_scripts_get_json(config, process, capsys):
    assert 0 == control(config, "reload", "--json")

    assert [{"answer": {"systems": {"crm": "renewed"}}}] == json.loads(capsys.readouterr().out)


def test_keys_are_read_from_standard_input(config, process, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("60000001\n\n60000002\n"))

    assert 0 == control(config, "invalidate", "--line", "-", "--customer", "c1", "--system", "crm")

    assert {"line:99960000001", "line:99960000002", "customer:c1", "system:crm"} == process.told
    assert "6000000" not in capsys.readouterr().out


def test_what_was_not_done_ends_with_1(config, process, capsys):
    assert 1 == control(config, "breaker", "crn", "open")

    assert "gateway: NOT DONE: there is no such system; there are: billing, crm\n" == capsys.readouterr().out


def test_whoever_the_guard_knows_can_be_named():
    assert [str(kind) for kind in SubjectKind] == list(SUBJECTS)


def test_more_keys_than_one_command_can_have_are_told_in_several(config, process, capsys, monkeypatch):
    keys = [f"{60000001 + number}" for number in range(2 * MAX_SUBJECTS + 1)]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(keys)))

    assert 0 == control(config, "invalidate", "--line", "-", "--system", "crm", "--json")

    assert {"system:crm", *(f"line:999{key}" for key in keys)} == process.told
    assert 3 == len(process.store.dropped)
    assert 1 == sum("system:crm" in dropped for dropped in process.store.dropped)
    assert [{"answer": {"subjects": len(keys)}}] == json.loads(capsys.readouterr().out)


def test_one_number_of_many_that_is_none_of_ours_is_an_error_of_them_all(config, process, capsys, monkeypatch):
    keys = [*["60000001"] * MAX_SUBJECTS, "4477009000"]
    for order in (keys, keys[::-1]):
        monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(order)))
        assert 1 == control(config, "invalidate", "--line", "-")

        assert capsys.readouterr().out.startswith("gateway: NOT DONE: this number is not one")


def test_a_command_is_as_long_as_the_gateway_takes():
    assert commands.MAX_SUBJECTS == MAX_SUBJECTS


def test_more_than_one_command_can_be_is_a_sentence(config, process, capsys):
    assert 1 == control(config, "invalidate", "--customer", "c" * LONGEST)

    assert "that is too much for one command; tell it in parts\n" == capsys.readouterr().err


def test_an_invalidation_of_nothing_is_a_sentence(config, process, capsys):
    assert 1 == control(config, "invalidate")

    assert "name a subject or a system\n" == capsys.readouterr().err


def test_a_key_of_absurd_length_is_a_sentence_without_it(config, process, capsys):
    assert 1 == control(config, "invalidate", "--customer", "c" * 300)

    said = capsys.readouterr().err
    assert said.startswith("subjects.0.key: ")
    assert "cccc" not in said


def test_no_gateway_is_a_sentence(config, capsys):
    assert 1 == control(config, "status")

    assert capsys.readouterr().err.startswith("no gateway answers at ")


def test_settings_without_a_socket_end_with_2(config, capsys):
    config.write_text("", encoding="utf-8")

    assert 2 == control(config, "status")
    assert "control.socket is not set" in capsys.readouterr().err
