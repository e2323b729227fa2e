"""Runs the JavaScript beside this file: the public composers, and the public routers in front of a gateway."""

import dataclasses
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from tests.conftest import PLAIN, Lines
from tests.e2e.node import LOCKED, installed, made_once, need_node

_HERE = Path(__file__).parent
_START_S = 240.0
_STOP_S = 60.0
_UNDER_GUARD = ("node", "--import", "./loopback.js")

TICKETS = (_HERE / "tickets.graphql").read_text(encoding="utf-8")
NOTES = (_HERE / "notes.graphql").read_text(encoding="utf-8")


def bench() -> Path:
    """The folder where the scripts can run; skips the test, visibly, where they cannot."""
    need_node()
    locked = [_HERE / name for name in LOCKED]
    scripts = [*sorted(_HERE.glob("*.js")), *sorted(_HERE.glob("*.graphql"))]
    packages = installed(*locked) / "node_modules"

    def lay_out(made: Path) -> None:
        # Linked, so that a change of a script does not install everything anew.
        (made / "node_modules").symlink_to(packages)
        for file in (_HERE / "package.json", *scripts):
            shutil.copy(file, made)

    return made_once("federation", of=[*locked, *scripts], make=lay_out)


def run(script: str, *, given: object = None, seconds: float = 180) -> Any:
    """What *script* prints as JSON, with *given* as JSON for its input; it reaches this machine only."""
    done = subprocess.run(
        [*_UNDER_GUARD, script],
        check=False,
        cwd=bench(),
        env=_environment(),
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@dataclasses.dataclass(frozen=True, slots=True)
class Router:
    """A router in front of the gateway and of a help desk."""

    url: str
    control: str

    def ask(self, query: str, **variables: object) -> dict[str, Any]:
        """The whole response to a question; what was asked before is forgotten."""
        self.asked()
        response = httpx.post(
            self.url, json={"query": query, "variables": variables}, timeout=30, trust_env=False, verify=PLAIN
        )
        answer: dict[str, Any] = response.json()
        return answer

    def asked(self) -> dict[str, list[Any]]:
        """Since the last look: what `switchboard` and `tickets` were asked, and always the hosts that were `strayed` to."""
        found: dict[str, list[Any]] = httpx.get(self.control, timeout=10, trust_env=False, verify=PLAIN).json()
        return found


class Routers:
    """`with Routers(address, numbers) as routers:` serves every router by name until the block ends."""

    def __init__(self, address: str, customer_numbers: list[str]) -> None:
        self._command = [*_UNDER_GUARD, "supergraph.js", address, *customer_numbers]

    def __enter__(self) -> Mapping[str, Router]:
        self._process = subprocess.Popen(
            self._command,
            cwd=bench(),
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._process.stdout is not None
        self._lines = Lines(self._process.stdout)
        try:
            opened = json.loads(self._lines.wait_for('"hive"', seconds=_START_S))
        except BaseException:
            self.__exit__()
            raise
        return {name: Router(**addresses) for name, addresses in opened.items()}

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()  # It ends when its input does.
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise
        finally:
            self._lines.close()


def _environment() -> dict[str, str]:
    # Nothing of the machine's own settings: keys in them would switch reporting on.
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return kept | {"NODE_ENV": "production", "APOLLO_TELEMETRY_DISABLED": "true"}
