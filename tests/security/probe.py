"""
Asks one address every 10 ms until its input ends, then prints how long the answers took: count, p99 and longest.

A process of its own, so that it measures the server and not the clients beside it. Where the machine is busy with other
things, the time in which the server, or this process, could have run but was not let (`schedstat`) is taken off.
"""

import asyncio
import contextlib
import dataclasses
import json
import pathlib
import select
import socket
import statistics
import sys
import time
from collections.abc import AsyncIterator

ROOT = pathlib.Path(__file__).resolve().parents[2]


@dataclasses.dataclass(slots=True)
class Figures:
    """How long the answers took; there when the probe has ended."""

    count: int = 0
    p99_s: float = 0.0
    max_s: float = 0.0


@contextlib.asynccontextmanager
async def probed(address: tuple[str, int], *, path: str, pid: int) -> AsyncIterator[Figures]:
    """Meanwhile somebody asks the server at *address*, the process *pid*, for *path* every 10 ms."""
    host, port = address
    figures = Figures()
    probe = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.security.probe", host, str(port), path, str(pid)),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert probe.stdout is not None
    # It has asked a few times then, so that there is something to count.
    await probe.stdout.readline()
    try:
        yield figures
    finally:
        # Without any input at all, its input would stay open.
        said, _ = await probe.communicate(b"")
    for name, value in json.loads(said).items():
        setattr(figures, name, value)


_FEW = 5


def _kept_off_s(*pids: str) -> float:
    """Seconds that the main threads of processes have waited for a processor so far; none where that is not told."""
    files = (pathlib.Path(f"/proc/{pid}/schedstat") for pid in pids)
    return sum(int(file.read_text(encoding="ascii").split()[1]) for file in files if file.exists()) / 1e9


def main(host: str, port: str, path: str, pid: str) -> None:
    """Probe and print."""
    times = []
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        while not select.select([sys.stdin], [], [], 0.010)[0]:
            kept_off, began = _kept_off_s("self", pid), time.perf_counter()
            connection.sendall(request)
            if not connection.recv(65536):
                raise ConnectionError("the server closed the connection of the probe")
            times.append(time.perf_counter() - began - (_kept_off_s("self", pid) - kept_off))
            if len(times) == _FEW:
                print(flush=True)  # noqa: T201 - tells that it goes on
    p99 = statistics.quantiles(times, n=100)[98]
    print(json.dumps({"count": len(times), "p99_s": p99, "max_s": max(times)}))  # noqa: T201 - what it is for


if __name__ == "__main__":
    main(*sys.argv[1:])
