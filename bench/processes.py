"""Processes that are measured: started on a core of their own, asked for time and memory, and ended. Linux only."""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_CORES = sorted(getattr(os, "sched_getaffinity", lambda _: {0, 1})(0))
GATEWAY_CORE, LOAD_CORE = str(_CORES[0]), str(_CORES[-1])
"""Servers are kept to one core, load and upstream to another: the first and the last that this process may use."""

_PROC = pathlib.Path("/proc")
_TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
_START_S = 60.0
_STOP_S = 8.0


def pinned(core: str | None, command: Sequence[str]) -> list[str]:
    """*command*, kept on that core where one is named."""
    return list(command) if core is None else ["taskset", "-c", core, *command]


class Server:
    """One running server and its children."""

    def __init__(self, process: subprocess.Popen[bytes], url: str, *, token: str | None = None) -> None:
        self._process = process
        self.url = url
        self.token = token
        """What it is asked with, where it wants to know who asks."""

    def cpu_ms(self) -> float:
        """Processor time used so far, by the process and the children that still live, in milliseconds."""
        return sum(_ticks(pid) for pid in _tree(self._process.pid)) * _TICK_MS

    def rss_mb(self) -> list[float]:
        """Memory in use, in MB, of the process and of each of its children."""
        return [size for pid in _tree(self._process.pid) if (size := _rss_mb(pid)) > 0]

    def ask(self, body: bytes, *, timeout_s: float = 60) -> bytes:
        """The answer to one question; raises OSError when there is none."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(self.url, body, headers)  # noqa: S310 - always our own loopback address
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:  # noqa: S310
            whole: bytes = answer.read()
            return whole

    def answer(self, body: bytes) -> dict[str, Any]:
        """The data of one answer; raises RuntimeError when it holds errors."""
        found = json.loads(self.ask(body))
        if found.get("errors"):
            raise RuntimeError(f"an answer holds errors: {found['errors'][:3]}")
        data: dict[str, Any] = found["data"]
        return data

    def wait_until_it_answers(self, body: bytes) -> None:
        """Return once the server answers; raises RuntimeError when it ends or takes too long."""
        end = time.monotonic() + _START_S
        while time.monotonic() < end and self._process.poll() is None:
            with contextlib.suppress(OSError):
                self.ask(body)
                return
            time.sleep(0.2)
        raise RuntimeError("it did not start")


@contextlib.contextmanager
def running(
    command: Sequence[str],
    *,
    url: str,
    cwd: pathlib.Path,
    environment: Mapping[str, str],
    log: pathlib.Path,
    core: str | None = GATEWAY_CORE,
    token: str | None = None,
) -> Iterator[Server]:
    """*command* as a server, asked with *token*, ended with all its children at the end of the block."""
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603
            pinned(core, command),
            cwd=cwd,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield Server(process, url, token=token)
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    # The whole group: a package's launcher may have left its server behind.
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_S)
            return


def _tree(pid: int) -> list[int]:
    found = [pid]
    with contextlib.suppress(OSError):
        for task in (_PROC / str(pid) / "task").iterdir():
            for child in (task / "children").read_text().split():
                found += _tree(int(child))
    return found


def _ticks(pid: int) -> int:
    with contextlib.suppress(OSError):
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])
    return 0


def _rss_mb(pid: int) -> float:
    with contextlib.suppress(OSError):
        for line in (_PROC / str(pid) / "status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return 0.0
