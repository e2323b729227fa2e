"""`switchboard check` as a user runs it: the table, the JSON, the exit code, in front of the pretend operator."""

import dataclasses
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any

import pytest

from tests.conftest import ROOT, RunningGateway

CONFIG = ROOT / "deploy" / "sandbox.toml"
SECRETS = ROOT / "sandbox" / "secrets"
PATIENTLY = ("--timeout", "60")


@dataclasses.dataclass(frozen=True)
class Checked:
    """What the command did."""

    code: int
    out: str
    err: str
    took_s: float

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def operator(running_gateway: RunningGateway) -> dict[str, str]:
    """Variables that lead a check to the pretend operator."""
    named = dict(running_gateway.ports)
    histories = {
        name.replace("recharge", "recharge-history"): port for name, port in named.items() if "recharge" in name
    }
    return {_variable(name, "url"): f"http://127.0.0.1:{port}" for name, port in {**named, **histories}.items()}


def _variable(system: str, setting: str) -> str:
    return f"SWITCHBOARD_SYSTEMS__{system}__{setting}".upper().replace("-", "_")


def _check(environ: Mapping[str, str], *arguments: str) -> Checked:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "check", "--config", str(CONFIG), *arguments],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    return Checked(done.returncode, done.stdout, done.stderr, time.monotonic() - began)


def test_the_sandbox_is_well(operator: dict[str, str]) -> None:
    done = _check({**operator, "COLUMNS": "100"}, *PATIENTLY)

    assert (0, "") == (done.code, done.err)
    assert done.out.splitlines()[-1].endswith("all is well (exit 0).")
    assert "ERROR" not in done.out
    assert max(map(len, done.out.splitlines())) <= 100
    assert "\x1b" not in done.out


def test_scripts_get_json_and_the_exit_code_and_no_secret(
    operator: dict[str, str], running_gateway: RunningGateway
) -> None:
    running_gateway.fault("billing", "fault")

    done = _check({**operator, _variable("crm", "customer_path"): "/tmf-api/nothing"}, "--json", *PATIENTLY)

    assert 1 == done.code == done.json["exit"]
    row, other = (row for row in done.json["rows"] if row["state"] == "error")
    assert "billing" == other["what"]
    assert "crm" == row["what"]
    assert row["where"].endswith("/tmf-api/nothing")
    assert "There is nothing at this path (HTTP 404)." == row["why"]
    assert "`systems.crm.customer_path`" in row["do"]
    for file in SECRETS.iterdir():
        assert file.read_text(encoding="utf-8").strip() not in done.out + done.err


def test_it_ends_in_its_time_though_a_system_drips(operator: dict[str, str], running_gateway: RunningGateway) -> None:
    running_gateway.fault("hss", "drip", ms=1000)
    environ = {**operator, _variable("hss", "guard__timeout_s"): "600"}

    done = _check(environ, "--timeout", "1")

    # The system would go on for ten minutes; the rest is a slow machine's time to start Python.
    assert done.took_s < 60
    assert (1, "") == (done.code, done.err)
    assert "It was not done in the time that the whole check had." in " ".join(done.out.split())
