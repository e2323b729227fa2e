"""`python -m sandbox` as a user runs it: the ready line, a clean stop, and what it refuses to start with."""

import asyncio
import json
import pathlib
import signal
import socket
import sys
from collections.abc import AsyncIterator

import httpx
import pytest

import sandbox as package
from sandbox import Sandbox
from sandbox.__main__ import main, read_settings

ROOT = pathlib.Path(package.__file__).parent.parent
NAMES = ("control", "crm", "billing", "hss", "recharge", "billing-islands", "recharge-islands", "consent")
FREE = [word for name in NAMES for word in (f"--{name}-port", "0")]


@pytest.fixture
async def process() -> AsyncIterator[asyncio.subprocess.Process]:
    arguments = [sys.executable, "-W", "error", "-m", "sandbox", "--customers", "1000000", *FREE]
    running = await asyncio.create_subprocess_exec(*arguments, cwd=ROOT, stdout=-1, stderr=-1)
    yield running
    if running.returncode is None:
        running.kill()
        await running.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_says_its_ports_when_ready_and_stops_cleanly(
    process: asyncio.subprocess.Process, number: signal.Signals
) -> None:
    assert process.stdout is not None
    async with asyncio.timeout(20):
        line = (await process.stdout.readline()).decode()
    assert line.startswith("sandbox ready {")
    ports = json.loads(line.removeprefix("sandbox ready "))
    assert set(NAMES) == set(ports)
    async with httpx.AsyncClient(trust_env=False) as client:
        assert 200 == (await client.get(f"http://127.0.0.1:{ports['control']}/health")).status_code
        process.send_signal(number)
        async with asyncio.timeout(10):
            _, errors = await process.communicate()

    assert (0, b"") == (process.returncode, errors)


def test_the_environment_overrides_the_control_port() -> None:
    assert 9999 == read_settings(["--control-port", "1"], {"SANDBOX_PORT": "9999"}).control_port
    assert 8090 == read_settings([], {}).control_port


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "operator.example", ""])
def test_it_refuses_to_listen_on_anything_but_loopback(host: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        Sandbox(read_settings(["--host", host, *FREE], {}))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "localhost"])
def test_every_loopback_address_will_do(host: str) -> None:
    assert Sandbox(read_settings(["--host", host, *FREE], {}))


@pytest.mark.parametrize("customers", ["0", "-5", "90000000"])
def test_settings_that_do_not_do_stop_the_start_with_a_sentence(
    customers: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 2 == main(["--customers", customers, *FREE])
    assert "customers must be" in capsys.readouterr().err


def test_a_port_in_the_environment_that_is_no_number_stops_the_start() -> None:
    with pytest.raises(ValueError, match="SANDBOX_PORT"):
        read_settings([], {"SANDBOX_PORT": "many"})


def test_a_port_that_is_taken_stops_the_start(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert 2 == main([*FREE, "--hss-port", str(taken.getsockname()[1])])

    said = capsys.readouterr().err
    assert "is in use; choose another" in said
    assert "[Errno" not in said


def test_the_sandbox_shares_no_code_with_the_four_floors() -> None:
    floors = ("gateway", "connectors", "resolvers", "schema")
    for file in (ROOT / "sandbox").rglob("*.py"):
        words = [line.split()[1].split(".")[0] for line in file.read_text("utf-8").splitlines() if _imports(line)]
        assert not set(words) & set(floors), file


def _imports(line: str) -> bool:
    return line.startswith(("import ", "from "))
