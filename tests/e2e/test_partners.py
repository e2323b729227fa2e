"""docs/partners.md is true: its commands, run as they stand, lead from a token to an answer."""

import json
import os
import pathlib
import re
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from tests.conftest import PLAIN, ROOT, RunningGateway, running
from tests.ports import free_port

PAGE = (ROOT / "docs" / "partners.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found: list[str] = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    (only,) = found
    return only


@pytest.fixture(scope="module")
def gateway() -> Iterator[RunningGateway]:
    with running("--tokens", "--port", str(free_port())) as found:
        yield found


@pytest.fixture
def environment(tmp_path: pathlib.Path) -> dict[str, str]:
    """One in which `switchboard` and `python` are ours."""
    for name, what in (("switchboard", '-m gateway "$@"'), ("python", '"$@"')):
        command = tmp_path / name
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" {what}\n')
        command.chmod(0o755)
    path = os.environ.get("PYTHONPATH", "")
    return {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": f"{ROOT}:{path}"}


def ran(command: list[str], text: str, gateway: RunningGateway, environment: dict[str, str]) -> dict[str, object]:
    """The last line that it printed, read as an answer."""
    written = text.replace("http://127.0.0.1:8000/graphql", gateway.url).replace(". .venv/bin/activate\n", "")
    done = subprocess.run(
        [*command, written], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert 0 == done.returncode, done.stderr
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_token_leads_to_an_answer(gateway: RunningGateway, environment: dict[str, str]) -> None:
    (shown,) = re.findall(r"^ {4}(\{.*\})$", PAGE, re.MULTILINE)

    assert json.loads(shown) == ran(["sh", "-ec"], block("sh"), gateway, environment)


def test_a_token_that_is_bound_to_a_key_leads_to_one_as_well(
    gateway: RunningGateway, environment: dict[str, str]
) -> None:
    assert {"data": {"__typename": "Query"}} == ran(["python", "-c"], block("python"), gateway, environment)


def test_without_one_there_is_none(gateway: RunningGateway) -> None:
    response = httpx.post(gateway.url, json={"query": "{ __typename }"}, trust_env=False, verify=PLAIN, timeout=30)

    assert 401 == response.status_code
    assert response.headers["WWW-Authenticate"].startswith('Bearer realm="graph", DPoP realm="graph", algs="ES256 ')
