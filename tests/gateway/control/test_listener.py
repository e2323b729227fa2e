"""The socket of the point of control: only its owner's, one line in and one line out, and gone at the end."""

import asyncio
import gc
import json
import os
import pathlib
import signal
import socket
import stat
import tempfile
from collections.abc import Iterator

import pytest
import structlog

from connectors.guard.subject import SubjectKind
from gateway.control.attendance import attended
from gateway.control.client import NotDone
from gateway.control.commands import About, Invalidate, Reload, Status
from gateway.control.listener import listening
from gateway.mistakes import SettingsError
from tests.bars import bar
from tests.gateway.control.support import Process, tell


@pytest.fixture
def path() -> Iterator[pathlib.Path]:
    # Not pytest's own folder: its name may be longer than a socket's may be.
    with tempfile.TemporaryDirectory() as folder:
        yield pathlib.Path(folder) / "control.sock"


async def test_only_the_owner_may_use_it_and_it_is_gone_at_the_end(path):
    async with attended(Process().desk, path=path, end=None):
        assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert not path.exists()


async def test_a_command_is_done_and_answered(path):
    process = Process()
    async with attended(process.desk, path=path, end=None):
        said = await asyncio.to_thread(tell, path, Invalidate(system="crm"))

    assert [{"answer": {"subjects": 0}}] == said
    assert {"system:crm"} == process.told


async def test_no_number_is_logged(path):
    command = Invalidate(subjects=(About(kind=SubjectKind.LINE, key="60000001"),))
    with structlog.testing.capture_logs() as logged:
        async with attended(Process().desk, path=path, end=None):
            await asyncio.to_thread(tell, path, command)

    assert [{"command": "invalidate", "processes": 1, "failed": 0, "event": "control", "log_level": "info"}] == logged


@pytest.mark.parametrize("line", [b"\n", b"nonsense\n", b'{"do": "stop"}\n', b"\xff\n"])
async def test_what_is_no_command_is_refused_in_a_sentence(path, line):
    async with attended(Process().desk, path=path, end=None):
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(line)
        answer = json.loads(await reader.readline())
        writer.close()

    assert answer["error"]


async def test_whoever_leaves_or_says_too_much_stops_nobody(path):
    async with attended(Process().desk, path=path, end=None):
        for line in (b"", b"half a li", b"x" * 3_000_000):
            _, writer = await asyncio.open_unix_connection(path)
            writer.write(line)
            writer.close()
        assert [{"answer": {"subjects": 0}}] == await asyncio.to_thread(tell, path, Invalidate(system="crm"))


async def test_a_surprise_is_an_answer(path, monkeypatch):
    process = Process()

    async def broken() -> None:
        raise KeyError("60000001")

    monkeypatch.setattr(process.desk, "_reload", broken)
    with structlog.testing.capture_logs() as logged:
        async with attended(process.desk, path=path, end=None):
            (said,) = await asyncio.to_thread(tell, path, Reload())

    assert "it failed with a surprise (KeyError); the log says where" == said["error"]
    ((kind, where),) = [(line["kind"], line["where"]) for line in logged if line["event"] == "control_failed"]
    assert "KeyError" == kind
    assert where.startswith("test_listener.py:")


async def test_a_surprise_of_the_socket_itself_is_told_with_its_place(path):
    async def broken(_: object) -> list[dict[str, object]]:
        raise KeyError("60000001")

    with structlog.testing.capture_logs() as logged:
        async with listening(path, broken):
            with pytest.raises(NotDone):
                await asyncio.to_thread(tell, path, Status())

    ((event, where),) = [(line["event"], line["where"]) for line in logged]
    assert "control_failed" == event
    assert where.startswith("test_listener.py:")


async def test_a_socket_left_behind_is_taken_over(path):
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(os.fspath(path))
    async with attended(Process().desk, path=path, end=None):
        assert await asyncio.to_thread(tell, path, Status())


async def test_the_socket_of_another_gateway_is_not(path):
    async with attended(Process().desk, path=path, end=None):
        with pytest.raises(SettingsError, match="another gateway answers"):
            async with attended(Process().desk, path=path, end=None):
                pass
        assert await asyncio.to_thread(tell, path, Status())


async def test_a_file_that_is_no_socket_is_left_alone(path):
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(SettingsError, match="is no socket"):
        async with attended(Process().desk, path=path, end=None):
            pass
    assert "mine" == path.read_text(encoding="utf-8")


async def test_a_path_that_cannot_be_is_told(path):
    for wrong in (path.parent / "none" / "x", path.parent / ("x" * 200)):
        with pytest.raises(SettingsError, match=r"control\.socket: cannot listen"):
            async with attended(Process().desk, path=wrong, end=None):
                pass


async def test_without_a_gateway_the_answer_is_a_sentence(path):
    with pytest.raises(NotDone, match="no gateway answers at"):
        await asyncio.to_thread(tell, path, Status())


async def test_a_hang_up_reloads_where_there_is_no_terminal(monkeypatch):
    monkeypatch.setattr("gateway.control.attendance.os.isatty", lambda _: False)
    process = Process()
    async with attended(process.desk, path=None, end=None):
        os.kill(os.getpid(), signal.SIGHUP)
        async with asyncio.timeout(bar(5)):
            while not process.reloads:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.001)


async def test_at_a_terminal_a_hang_up_means_what_it_always_did(monkeypatch):
    monkeypatch.setattr("gateway.control.attendance.os.isatty", lambda _: True)
    async with attended(Process().desk, path=None, end=None):
        assert signal.SIG_DFL is signal.getsignal(signal.SIGHUP)


@pytest.mark.parametrize("turns", range(4))
def test_whoever_comes_in_the_last_instant_leaves_no_connection_behind(path, turns):
    async def comes_late() -> None:
        async with attended(Process().desk, path=path, end=None):
            with socket.socket(socket.AF_UNIX) as visitor:
                visitor.connect(str(path))
                for _ in range(turns):
                    await asyncio.sleep(0)

    asyncio.run(comes_late())

    # Python would warn of what was not closed, and a warning is an error here.
    gc.collect()
