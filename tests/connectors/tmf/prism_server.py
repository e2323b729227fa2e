"""A Prism mock server (npm) for one published definition: it checks every request and answers with an example."""

import contextlib
import pathlib
import subprocess
import threading
from collections.abc import Iterator

import pytest

from tests.e2e.node import LOCKED, installed, need_node
from tests.ports import free_port

PACKAGE = pathlib.Path(__file__).parent / "prism"
_LIFE_S = 120


def command() -> list[str]:
    """How to start Prism; installs the locked version on first use, and skips where that cannot be."""
    need_node()
    packages = installed(*(PACKAGE / name for name in LOCKED)) / "node_modules"
    return ["node", str(packages / "@stoplight/prism-cli/dist/index.js")]


@contextlib.contextmanager
def mocks(start: list[str], *definitions: pathlib.Path) -> Iterator[list[str]]:
    """Run Prism for each of *definitions*, side by side because it starts slowly; gives their addresses."""
    with contextlib.ExitStack() as running:
        starting = [running.enter_context(_process(start, definition)) for definition in definitions]
        for prism, _ in starting:
            _wait(prism)
        yield [address for _, address in starting]


@contextlib.contextmanager
def _process(start: list[str], definition: pathlib.Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    port = free_port()
    arguments = ["mock", "--host", "127.0.0.1", "--port", str(port), "--errors", str(definition)]
    with subprocess.Popen(
        [*start, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace"
    ) as prism:
        watchdog = threading.Timer(_LIFE_S, prism.kill)
        watchdog.start()
        try:
            yield prism, f"http://127.0.0.1:{port}"
        finally:
            watchdog.cancel()
            prism.kill()


def _wait(prism: subprocess.Popen[str]) -> None:
    assert prism.stdout is not None
    if not any("is listening" in line for line in prism.stdout):
        pytest.fail("Prism did not start")
    # Its further words are read and thrown away, so that it never waits for us to listen.
    threading.Thread(target=prism.stdout.read, daemon=True).start()
