"""What all tests share: a gateway in front of a pretend operator, started as a user would, and no silent skips in CI."""

import collections
import contextlib
import dataclasses
import gc
import os
import pathlib
import queue
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from typing import IO, Any

import httpx
import hypothesis
import pytest

# `make test` tries reduced counts, `make soak` the full ones. Timing belongs to neither: the machine may be busy.
hypothesis.settings.register_profile("reduced", max_examples=30, deadline=None)
hypothesis.settings.register_profile("full", max_examples=1000, deadline=None)
hypothesis.settings.load_profile("full" if os.environ.get("SWITCHBOARD_SOAK") else "reduced")

ROOT = pathlib.Path(__file__).resolve().parent.parent
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients that speak HTTP to this machine: each would read all authorities of the world first, for 20 ms."""

_ADMISSION = "SWITCHBOARD_SERVER__ADMISSION__"
_START_S = 240.0
_STOP_S = 60.0
_WELL_AGAIN_S = 60.0


def pytest_collection_finish() -> None:
    """What was imported and collected stays: were it searched for garbage, a short test would pay for a long pause."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI everything that the tests need is installed, so a skip means that something was not tested."""
    reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped") and exitstatus == 0:
        reporter.write_line("CI: a skipped test counts as a failure", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


class Lines:
    """Lines of a stream, read by a thread so that waiting for one can end. The last ones are kept."""

    def __init__(self, stream: IO[str]) -> None:
        self._queue: queue.Queue[str] = queue.Queue()
        self.kept: collections.deque[str] = collections.deque(maxlen=100_000)
        self._stream = stream
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def wait_for(self, text: str, *, seconds: float = _START_S) -> str:
        """The first line from now on that holds *text*."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                line = self._queue.get(timeout=left)
            except queue.Empty:
                break
            if text in line:
                return line
        pytest.fail(f"no line with {text!r}; there were: {list(self.kept)[-20:]}")

    def close(self) -> None:
        """Read the rest and end."""
        self._thread.join(5)
        self._stream.close()

    def _read(self) -> None:
        for line in self._stream:
            self.kept.append(line)
            self._queue.put(line)


@dataclasses.dataclass(frozen=True)
class RunningGateway:
    """A gateway and its pretend operator, in processes of their own."""

    url: str
    sandbox_url: str
    ports: Mapping[str, int]
    """The ports of the pretend systems, by system."""

    log: Lines
    """What the gateway has written so far."""

    pid: int
    """The gateway's process."""

    def ask(self, query: str, **variables: object) -> dict[str, Any]:
        """The whole response to a question."""
        response = httpx.post(
            self.url, json={"query": query, "variables": variables}, timeout=30, trust_env=False, verify=PLAIN
        )
        assert response.status_code == 200, response.status_code
        answer: dict[str, Any] = response.json()
        return answer

    def calls(self, *, logins: bool = False) -> dict[str, dict[str, int]]:
        """What each system was asked since the last reset; logins apart, unless asked for."""
        found: dict[str, dict[str, int]] = self.control("GET", "/calls").json()
        without = set() if logins else {"Login", "Logout"}
        counted = {name: {op: n for op, n in calls.items() if op not in without} for name, calls in found.items()}
        return {name: calls for name, calls in counted.items() if calls}

    def forget_calls(self) -> None:
        """Count from zero again."""
        self.control("DELETE", "/calls")

    def fault(self, system: str, kind: str, **values: object) -> None:
        """Make one system ill."""
        self.control("PUT", f"/faults/{system}", json={"kind": kind, **values})

    def heal(self) -> None:
        """Make every system well."""
        self.control("DELETE", "/faults")

    def stories(self) -> dict[str, dict[str, str]]:
        """The sandbox's stories by key."""
        return {story["key"]: story for story in self.control("GET", "/stories").json()}

    def control(self, method: str, path: str, **request: Any) -> httpx.Response:
        """One call to the sandbox's control port."""
        response = httpx.request(method, self.sandbox_url + path, timeout=30, trust_env=False, verify=PLAIN, **request)
        assert response.is_success, (path, response.status_code, response.text)
        return response


@contextlib.contextmanager
def running(*arguments: str) -> Iterator[RunningGateway]:
    """`switchboard run` on free ports; settings of the environment are its own."""
    starting = started("run", "--port", "0", "--control-port", "0", "--customers", "200", *arguments)
    with starting as lines:
        yield RunningGateway(
            url=_word_after(lines, "The graph answers at "),
            ports=_ports(_word_after(lines, "The pretend operator: ")),
            sandbox_url=_word_after(lines, "Its control port: "),
            log=lines,
            pid=starting.process.pid,
        )


@pytest.fixture(scope="session")
def gateway_process() -> Iterator[RunningGateway]:
    """A gateway for the whole session, as it comes."""
    with contextlib.ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(f"{_ADMISSION}ENABLED", "true")
            gateway = stack.enter_context(running())
        yield gateway


@pytest.fixture
def running_gateway(gateway_process: RunningGateway) -> Iterator[RunningGateway]:
    """The session's gateway with every system well and asked, and nothing counted."""
    gateway_process.heal()
    _until_none_is_left_alone(gateway_process)
    gateway_process.forget_calls()
    yield gateway_process
    gateway_process.heal()


def _until_none_is_left_alone(gateway: RunningGateway) -> None:
    """Ask until no system counts as ill: which tests made one ill before, on this process, is up to chance."""
    end = time.monotonic() + _WELL_AGAIN_S
    while _count(gateway.log, "system_ill") > _count(gateway.log, "system_well"):
        assert time.monotonic() < end, "a system still counts as ill"
        for story in ("unexplained-charge", "two-provinces"):
            gateway.ask(gateway.stories()[story]["question"])
        time.sleep(0.1)


def _count(log: Lines, event: str) -> int:
    return sum(event in line for line in list(log.kept))


class started:  # noqa: N801 - reads as a verb where it is used
    """A `switchboard` process and the lines it writes for people, read as they come."""

    def __init__(self, *arguments: str) -> None:
        self._arguments = arguments

    def __enter__(self) -> Lines:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gateway", *self._arguments],
            cwd=ROOT,
            env=_environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stderr is not None
        self.lines = Lines(self.process.stderr)
        return self.lines

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            self.lines.close()


def _environment() -> dict[str, str]:
    """Ours. What a busy machine has no time for is waited for, and not refused, unless it is refusing that is tried."""
    own = os.environ.get("SWITCHBOARD_SOAK") or any(name.startswith(_ADMISSION) for name in os.environ)
    return {**os.environ} if own else {**os.environ, f"{_ADMISSION}ENABLED": "false"}


def _word_after(lines: Lines, text: str) -> str:
    return lines.wait_for(text).partition(text)[2].strip()


def _ports(listing: str) -> dict[str, int]:
    """The ports in a listing of names and addresses, pairs separated by commas."""
    systems = (entry.split() for entry in listing.split(","))
    return {name: int(address.rpartition(":")[2]) for name, address in systems}
