"""Several whole gateways over one Redis and one pretend operator, each a process of its own; the Redis can be killed."""

import asyncio
import contextlib
import dataclasses
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence

import pytest

from tests.conftest import ROOT, Lines, RunningGateway, started
from tests.gateway.stores.redis_server import RedisServer

CONFIG = ROOT / "deploy" / "sandbox.toml"
_PORTS = ("control", "crm", "billing", "hss", "recharge", "billing-islands", "recharge-islands", "consent")
_BEHIND = {"recharge-history": "recharge", "recharge-history-islands": "recharge-islands"}


@dataclasses.dataclass(frozen=True)
class Replicas:
    """Gateways that share a Redis, and the pretend operator behind them."""

    gateways: Sequence[RunningGateway]
    redis: RedisServer
    folder: pathlib.Path

    @property
    def urls(self) -> list[str]:
        """Where each of them answers."""
        return [gateway.url for gateway in self.gateways]

    @property
    def operator(self) -> RunningGateway:
        """One of them, to control the operator by: it is the same whichever one is asked."""
        return self.gateways[0]

    @property
    def losses(self) -> int:
        """How often one of them had no Redis so far."""
        return sum("redis_away" in line for gateway in self.gateways for line in list(gateway.log.kept))

    def kill_redis(self) -> None:
        """Kill it, and wait until each of them has noticed."""
        self.redis.kill()
        self._wait_for("redis_away")

    def hold_redis(self) -> None:
        """Have it answer nobody, and wait until each of them has noticed."""
        self.redis.hold()
        self._wait_for("redis_away")

    def wait_for_redis(self) -> None:
        """Wait until each of them says that it is back."""
        self._wait_for("redis_there")

    def _wait_for(self, event: str) -> None:
        for gateway in self.gateways:
            gateway.log.wait_for(event, seconds=60)

    def tell(self, place: int, *words: str) -> None:
        """`switchboard control` to one of them, as a person at a terminal."""
        config = self.folder / f"{place}.toml"
        config.write_text(f'[control]\nsocket = "{_socket(self.folder, place).name}"\n', encoding="utf-8")
        command = [sys.executable, "-m", "gateway", "control", *words, "--config", str(config)]
        subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60, check=True)

    def change(self, customer: str, **values: str) -> None:
        """Somebody has another name or status, in every system of the operator."""
        self.operator.control("PATCH", f"/customers/{customer}", json=values)


@contextlib.contextmanager
def replicas(settings: Mapping[str, str], *, count: int = 3, customers: int = 1_000_000) -> Iterator[Replicas]:
    """*count* times `switchboard serve` with these *settings*, such as `SYSTEMS__CRM__GUARD__FRESH_S`."""
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed")
    with contextlib.ExitStack() as stack:
        # The path of a socket must be short, so not under the tests' own folder.
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sb-replicas-")))
        redis = RedisServer(folder)
        stack.callback(redis.kill)
        asyncio.run(redis.start())
        ports = stack.enter_context(_operator(customers))
        shared = _settings(ports, redis) | {f"SWITCHBOARD_{name}": value for name, value in settings.items()}
        starting = [
            stack.enter_context(_serving(shared | {"SWITCHBOARD_CONTROL__SOCKET": str(_socket(folder, place))}))
            for place in range(count)
        ]
        yield Replicas([_running(each, ports) for each in starting], redis, folder)


def _settings(ports: Mapping[str, int], redis: RedisServer) -> dict[str, str]:
    behind = {name: name for name in _PORTS[1:]} | _BEHIND
    addresses = {
        f"SWITCHBOARD_SYSTEMS__{name.upper()}__URL": f"http://127.0.0.1:{ports[port]}" for name, port in behind.items()
    }
    return addresses | {
        "SWITCHBOARD_CACHE__REDIS__URL": f"unix://{redis.socket}",
        "SWITCHBOARD_CACHE__REDIS__KEY_SECRET": "env:REPLICAS_KEY_SECRET",
        "REPLICAS_KEY_SECRET": "a secret of tests that is long enough",
    }


@contextlib.contextmanager
def _operator(customers: int) -> Iterator[dict[str, int]]:
    """A pretend operator on free ports."""
    free = [word for name in _PORTS for word in (f"--{name}-port", "0")]
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--customers", str(customers), *free],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    lines = Lines(process.stdout)
    try:
        ready = "sandbox ready "
        yield json.loads(lines.wait_for(ready).removeprefix(ready))
    finally:
        process.terminate()
        process.wait(60)
        lines.close()


@contextlib.contextmanager
def _serving(environment: Mapping[str, str]) -> Iterator[started]:
    starting = started("serve", "--config", str(CONFIG), "--port", "0")
    with contextlib.ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            stack.enter_context(starting)
        yield starting


def _running(starting: started, ports: Mapping[str, int]) -> RunningGateway:
    url = starting.lines.wait_for("The graph answers at ").rpartition(" ")[2].strip()
    control = f"http://127.0.0.1:{ports['control']}"
    return RunningGateway(url=url, sandbox_url=control, ports=ports, log=starting.lines, pid=starting.process.pid)


def _socket(folder: pathlib.Path, place: int) -> pathlib.Path:
    return folder / f"{place}.sock"
