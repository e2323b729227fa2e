"""A Prism mock server (npm) for one published definition: it checks every request and answers with an example."""

import contextlib
import hashlib
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator

import pytest

from tests.dialects import ROOT

PACKAGE = pathlib.Path(__file__).parent / "prism"
_FILES = ("package.json", "package-lock.json", ".npmrc")
_INSTALL_S = 300
_LIFE_S = 120


def command() -> list[str]:
    """How to start Prism; installs the locked version on first use, and skips where that cannot be."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None or _version(node) < (18, 20):
        pytest.skip("needs Node.js 18.20 or later with npm")
    return [node, str(_installed(npm) / "node_modules/@stoplight/prism-cli/dist/index.js")]


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
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
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


def _version(node: str) -> tuple[int, ...]:
    written = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(int(part) for part in re.findall(r"\d+", written)[:2])


def _installed(npm: str) -> pathlib.Path:
    # By the lock's hash, so that another lock is another installation and none is ever changed.
    lock = hashlib.sha256(b"".join((PACKAGE / name).read_bytes() for name in _FILES)).hexdigest()[:16]
    folder = ROOT / ".cache" / f"prism-{lock}"
    if not folder.is_dir():
        folder.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as making:
            _install(npm, pathlib.Path(making))
            # Somebody else may have been faster; theirs is the same.
            with contextlib.suppress(OSError):
                (pathlib.Path(making) / "whole").rename(folder)
    return folder


def _install(npm: str, making: pathlib.Path) -> None:
    whole = making / "whole"
    whole.mkdir()
    for name in _FILES:
        shutil.copy(PACKAGE / name, whole)
    done = subprocess.run(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=whole,
        env={**os.environ, "NO_UPDATE_NOTIFIER": "1"},
        capture_output=True,
        timeout=_INSTALL_S,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip("needs an npm registry to install Prism from, once")
