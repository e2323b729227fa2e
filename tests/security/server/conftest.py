"""A gateway of its own for slow clients, so that they wait for less and disturb nobody else."""

import contextlib
import dataclasses
import pathlib
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT, Lines, started

QUICK = {
    "HEADER_TIMEOUT_S": "1",
    "BODY_TIMEOUT_S": "1.5",
    "KEEP_ALIVE_S": "1",
    "WRITE_TIMEOUT_S": "1",
    "MAX_CONNECTIONS": "200",
}


@dataclasses.dataclass(frozen=True)
class AloneGateway:
    """A gateway without systems behind it: enough for what never reaches one."""

    url: str
    pid: int

    @property
    def open_files(self) -> int:
        """How many files the process has open, connections included."""
        return sum(1 for _ in pathlib.Path(f"/proc/{self.pid}/fd").iterdir())


@contextlib.contextmanager
def alone(server: dict[str, str]) -> Iterator[AloneGateway]:
    """`switchboard serve` on a free port with the *server* settings changed."""
    if not pathlib.Path("/proc/self/fd").exists():
        pytest.skip("counts open files in /proc, which this system does not have")
    with starting_with(server, "serve", "--config", str(ROOT / "deploy" / "sandbox.toml"), "--port", "0") as (
        lines,
        pid,
    ):
        yield AloneGateway(url=lines.wait_for("The graph answers at ").rpartition(" ")[2].strip(), pid=pid)


@contextlib.contextmanager
def starting_with(server: dict[str, str], *arguments: str) -> Iterator[tuple[Lines, int]]:
    """A `switchboard` process with the *server* settings changed, and its id. No other process inherits them."""
    starting = started(*arguments)
    with contextlib.ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in server.items():
                patch.setenv(f"SWITCHBOARD_SERVER__{name}", value)
            lines = stack.enter_context(starting)
        yield lines, starting.process.pid


@pytest.fixture(scope="module")
def quick_gateway() -> Iterator[AloneGateway]:
    """One that waits a second or two for everything, and takes 200 connections."""
    with alone(QUICK) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def default_gateway() -> Iterator[AloneGateway]:
    """One as operators get it."""
    with alone({}) as gateway:
        yield gateway
