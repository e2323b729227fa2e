"""The committed GraphiQL page is what its sources and lock file build, byte for byte, and small enough to commit."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.e2e.node import BUILT_PAGE, LOCKED, ROOT, WEB, installed, made_once, need_node

_LIMIT_BYTES = 7_000_000
_ADDRESS = re.compile(r"https?://[^\s\"')]+")


def _contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _build(out: Path) -> None:
    """Build from a copy in a folder with another name, in a shell that says "development"."""
    with tempfile.TemporaryDirectory() as elsewhere:
        sources = shutil.copytree(WEB, Path(elsewhere) / "deeper", ignore=shutil.ignore_patterns("node_modules"))
        (sources / "node_modules").symlink_to(installed(*(WEB / name for name in LOCKED)) / "node_modules")
        done = subprocess.run(
            ["npm", "run", "build", "--", "--outDir", str(out), "--logLevel", "warn"],
            check=False,
            cwd=sources,
            env=os.environ | {"NODE_ENV": "development"},
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def rebuilt() -> Path:
    """The page built anew; a second run with the same sources finds it ready."""
    need_node()
    sources = (path for path in sorted(WEB.rglob("*")) if path.is_file() and "node_modules" not in path.parts)
    return made_once("graphiql", of=sources, make=_build)


def test_the_committed_page_is_what_its_sources_build(rebuilt: Path) -> None:
    """
    A rebuild in another folder gives the committed bytes. When it does not: `make web`, and commit the result.
    """
    assert _contents(BUILT_PAGE) == _contents(rebuilt)


def test_the_page_passes_its_own_tests() -> None:
    """
    The JavaScript tests beside the page's sources: what becomes of stories, and what is sent.
    """
    need_node()

    done = subprocess.run(["npm", "test", "--silent"], check=False, cwd=WEB, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout
    assert "# pass 0" not in done.stdout


def test_the_page_is_small_enough_to_commit_and_carries_its_notices() -> None:
    """
    Under seven megabytes, one half of it the licences of the packages inside.
    """
    assert sum(path.stat().st_size for path in BUILT_PAGE.rglob("*") if path.is_file()) < _LIMIT_BYTES
    assert "graphiql" in (BUILT_PAGE / "LICENCES.txt").read_text(encoding="utf-8")


def test_the_page_loads_only_what_the_gateway_serves() -> None:
    """
    Every script, style and icon of index.html lies in the committed folder; nothing inline, nothing from elsewhere.
    """
    index = (BUILT_PAGE / "index.html").read_text(encoding="utf-8")

    loaded = re.findall(r"(?:src|href)=\"([^\"]+)\"", index)

    assert loaded
    assert [] == [
        path for path in loaded if not (BUILT_PAGE / path.removeprefix("/graphql/static/graphiql/")).is_file()
    ]
    assert "<style" not in index
    assert re.search(r"<script(?![^>]*\bsrc=)", index) is None


@pytest.mark.parametrize(
    "folder",
    [WEB, *(ROOT / "tests" / "e2e" / name for name in ("audit", "federation"))],
    ids=lambda folder: folder.name,
)
def test_locks_pin_versions_and_hashes_without_addresses(folder: Path) -> None:
    """
    No lock names a registry or any other address, and each package has a hash.
    """
    text = (folder / "package-lock.json").read_text(encoding="utf-8")

    packages = {name: entry for name, entry in json.loads(text)["packages"].items() if name}

    assert [] == _ADDRESS.findall(text)
    assert [] == [name for name, entry in packages.items() if not entry.get("integrity")]
    wanted = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    assert [] == [one for one in wanted["dependencies"].values() if not re.fullmatch(r"\d+\.\d+\.\d+", one)]
