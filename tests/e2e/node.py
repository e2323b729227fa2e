"""Node.js for tests: says what is missing, and does slow work (installs, builds) once per input, in the ignored `.cache`."""

import contextlib
import fcntl
import hashlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"
BUILT_PAGE = ROOT / "gateway" / "static" / "graphiql"
LOCKED = ("package.json", "package-lock.json", ".npmrc")

_CACHE = ROOT / ".cache"
_INSTALL = ("npm", "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--no-update-notifier")
_OLDEST = (20, 19)  # As web/package.json says; Vite refuses what is older.
_NO_NETWORK = re.compile(r"\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH)\b")


def need_node() -> None:
    """Skip the test, visibly, on a machine without a Node.js (and npm) new enough for our packages."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("needs Node.js and npm")
    version = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True).stdout.strip()
    if tuple(int(part) for part in version.removeprefix("v").split(".")[:2]) < _OLDEST:
        pytest.skip(f"needs Node.js {_OLDEST[0]}.{_OLDEST[1]} or newer, found {version}")


def installed(*files: Path) -> Path:
    """A folder holding copies of *files* and the packages their lock file names."""

    def install(bench: Path) -> None:
        for file in files:
            shutil.copy(file, bench)
        done = subprocess.run([*_INSTALL], check=False, cwd=bench, capture_output=True, text=True)
        if done.returncode != 0 and _NO_NETWORK.search(done.stderr):
            pytest.skip("needs Node.js packages, and a network (or npm's cache) to fetch them from")
        assert done.returncode == 0, done.stderr

    return made_once("npm", of=files, make=install)


def made_once(name: str, *, of: Iterable[Path], make: Callable[[Path], None]) -> Path:
    """
    The folder that *make* fills from the files *of*, made on first use.

    Its name carries the digest of those files, so changed input never meets old output; a folder
    appears whole or not at all, and tests that run side by side wait for the first of them.
    """
    folder = _CACHE / f"{name}-{_digest(of)}"
    if not folder.exists():
        _CACHE.mkdir(exist_ok=True)
        with _alone(folder.name), tempfile.TemporaryDirectory(dir=_CACHE) as bench:
            if not folder.exists():
                made = Path(bench) / "made"
                made.mkdir()
                make(made)
                made.rename(folder)
    return folder


@contextlib.contextmanager
def _alone(name: str) -> Iterator[None]:
    """Nobody else makes what has this name: a lock of the system, which ends with the process that holds it."""
    with (_CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _digest(files: Iterable[Path]) -> str:
    told = hashlib.sha256()
    for file in files:
        told.update(f"{file.relative_to(ROOT)}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\0".encode())
    return told.hexdigest()[:16]
