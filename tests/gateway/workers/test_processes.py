"""Real workers: they share the work, replace each other, and leave nobody behind."""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.bars import bar
from tests.conftest import ROOT, Lines, started

if not pathlib.Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").exists():
    pytest.skip("looks for children in /proc, which this system does not have", allow_module_level=True)

SERVE = ("serve", "--config", str(ROOT / "deploy" / "sandbox.toml"))


class Gateway:
    """A gateway with two workers in front of systems that are not there."""

    def __init__(self, process: subprocess.Popen[str], lines: Lines) -> None:
        self.process = process
        self.lines = lines
        self.url = lines.wait_for("The graph answers at ").rpartition(" ")[2].strip().removesuffix("/graphql")

    @property
    def workers(self) -> set[int]:
        """The ids of the processes that serve."""
        return _children(self.process.pid)

    def is_live(self) -> bool:
        """Whether a new connection is answered."""
        return httpx.get(f"{self.url}/health/live", trust_env=False, timeout=10).status_code == 200


def _children(pid: int) -> set[int]:
    listed = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return {int(child) for child in listed.split()}


def _is_there(pid: int) -> bool:
    try:
        return ") Z" not in pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False


def _within(seconds: float, what: str) -> Iterator[None]:
    """Goes round until time is up, which is a failure."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(0.02)
    pytest.fail(f"not within {seconds} s: {what}")


def _held(pid: int, port: int) -> int:
    """How many connections that stand at *port* a process holds."""
    rows = [row.split() for row in pathlib.Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    standing = {f"socket:[{row[9]}]" for row in rows if int(row[1].rpartition(":")[2], 16) == port and row[3] == "01"}
    held = 0
    for file in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # It was closed while we looked.
            held += str(file.readlink()) in standing
    return held


@contextlib.contextmanager
def _running(**environment: str) -> Iterator[Gateway]:
    starting = started(*SERVE, "--port", "0", "--workers", "2")
    with contextlib.ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(f"SWITCHBOARD_{name}", value)
            lines = stack.enter_context(starting)
        yield Gateway(starting.process, lines)


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    with _running(LOG__FORMAT="json") as found:
        yield found


def test_both_workers_serve(gateway: Gateway) -> None:
    assert 2 == len(gateway.workers)
    host, _, port = gateway.url.removeprefix("http://").partition(":")
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            connection = stack.enter_context(socket.create_connection((host, int(port)), timeout=10))
            connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")

        answered = [_held(pid, int(port)) for pid in gateway.workers]

    assert 20 == sum(answered)
    assert all(answered)


def test_lines_of_the_log_are_whole_and_say_who_wrote_them(gateway: Gateway) -> None:
    def ask(_: int) -> int:
        question = {"query": '{ line(by: {msisdn: "99960000001"}) { balances { name } } }'}
        return httpx.post(f"{gateway.url}/graphql", json=question, trust_env=False, timeout=30).status_code

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert {200} == set(pool.map(ask, range(100)))
    for _ in _within(60, "enough lines"):
        told = [json.loads(line) for line in gateway.lines.kept if line.startswith("{")]
        writers = [line["worker"] for line in told if line["event"] == "call_failed"]
        if min(writers.count(1), writers.count(2)) >= 10:
            break

    # Torn lines do not begin as they should, or are not JSON.
    assert all(line.startswith(("{", "The graph answers at ", "\n")) for line in gateway.lines.kept)


def _starts(gateway: Gateway) -> int:
    return sum('"event": "gateway_started"' in line for line in list(gateway.lines.kept))


def _answered_live(gateway: Gateway) -> int:
    text = httpx.get(f"{gateway.url}/metrics", trust_env=False, timeout=10).text
    lines = [line for line in text.splitlines() if line.startswith("http_server_request_duration_seconds_count{")]
    return sum(int(float(line.rpartition(" ")[2])) for line in lines if 'http_route="/health/live"' in line)


def test_either_worker_tells_the_numbers_of_both_and_of_those_that_ended(gateway: Gateway) -> None:
    before = _answered_live(gateway)
    assert all(gateway.is_live() for _ in range(20))
    assert {before + 20} == {_answered_live(gateway) for _ in range(6)}

    starts = _starts(gateway)
    os.kill(min(gateway.workers), signal.SIGKILL)
    for _ in _within(90, "another worker that answers"):
        if _starts(gateway) > starts:
            break
    assert {before + 20} == {_answered_live(gateway) for _ in range(6)}


def test_a_worker_that_is_killed_is_replaced_and_meanwhile_everybody_is_answered(gateway: Gateway) -> None:
    before = gateway.workers
    starts = _starts(gateway)
    victim = min(before)
    os.kill(victim, signal.SIGKILL)

    for _ in _within(90, "another worker that answers"):
        assert gateway.is_live()
        if _starts(gateway) > starts:
            break

    assert any('"event": "worker_ended"' in line for line in list(gateway.lines.kept))
    assert (2, 1) == (len(gateway.workers), len(before & gateway.workers))
    assert all(gateway.is_live() for _ in range(20))


def test_sigterm_ends_all_of_them_in_time() -> None:
    with _running(SERVER__SHUTDOWN_S="2") as gateway:
        workers = gateway.workers
        with httpx.Client(trust_env=False) as client:
            client.get(f"{gateway.url}/health/live")
            began = time.monotonic()
            gateway.process.send_signal(signal.SIGTERM)

            assert 0 == gateway.process.wait(60)

    assert time.monotonic() - began < bar(5)
    assert not any(map(_is_there, workers))


def test_no_worker_outlives_a_supervisor_that_is_killed() -> None:
    with _running(SERVER__SHUTDOWN_S="1") as gateway:
        workers = gateway.workers
        assert 2 == len(workers)
        gateway.process.kill()

        try:
            for _ in _within(60, "the end of the workers"):
                if not any(map(_is_there, workers)):
                    break
        finally:
            for pid in filter(_is_there, workers):
                os.kill(pid, signal.SIGKILL)


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with started(*SERVE, "--port", port, "--workers", "2") as lines:
            lines.wait_for(f"server.port: cannot listen on 127.0.0.1:{port}")

    assert 1 == len(lines.kept)
