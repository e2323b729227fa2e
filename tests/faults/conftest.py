"""A gateway whose four systems are each behind a proxy that can spoil the connection, over TLS."""

import asyncio
import concurrent.futures
import contextlib
import dataclasses
import itertools
import pathlib
import ssl
import threading
from collections.abc import Coroutine, Iterator, Mapping
from typing import Any

import pytest

from tests.conftest import ROOT, Lines, RunningGateway, started
from tests.e2e.everything import SYSTEMS
from tests.faults.asking import ask, numbers, until_whole
from tests.faults.proxy import FaultProxy, NetworkFault
from tests.gateway.check.authority import Authority

_SESSIONS = 4
"""At the HSS, as `deploy/sandbox.toml` has it."""


@dataclasses.dataclass(frozen=True)
class SpoiltGateway(RunningGateway):
    """A gateway with proxies on its ways."""

    proxies: "Proxies"

    def suffer(self, system: str, fault: NetworkFault, *, share: float = 1.0) -> None:
        """Have the connections to one system suffer *fault*, or a *share* of its answers."""
        self.proxies.suffer(system, fault, share=share)

    def heal(self) -> None:
        """Make every system and every way well."""
        super().heal()
        self.proxies.heal()


class Proxies:
    """The proxies, in a thread with a loop of its own: tests may block, and the ways go on."""

    def __init__(self, ports: Mapping[str, int], context: ssl.SSLContext) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._proxies = {name: FaultProxy(name, upstream_port=port, context=context) for name, port in ports.items()}
        for proxy in self._proxies.values():
            self._do(proxy.listen())

    @property
    def ports(self) -> dict[str, int]:
        """Where each proxy listens, by its system."""
        return {name: proxy.port for name, proxy in self._proxies.items()}

    def suffer(self, system: str, fault: NetworkFault, *, share: float = 1.0) -> None:
        self._do(self._proxies[system].suffer(fault, share=share))

    def accepted(self, system: str) -> int:
        """The connections to one system so far."""
        return self._proxies[system].accepted

    def open(self, system: str) -> int:
        """Those that are open now."""
        return self._proxies[system].open

    def spoilt(self, system: str) -> int:
        """The answers of one system that met the present fault."""
        return self._proxies[system].spoilt

    def heal(self) -> None:
        for proxy in self._proxies.values():
            self._do(proxy.suffer(None))

    def close(self) -> None:
        for proxy in self._proxies.values():
            self._do(proxy.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        future: concurrent.futures.Future[None] = asyncio.run_coroutine_threadsafe(work, self._loop)
        future.result(60)


@pytest.fixture(scope="session")
def spoilt_process(
    gateway_process: RunningGateway, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SpoiltGateway]:
    """A second gateway in front of the session's pretend operator, with the proxies between."""
    with spoilt(gateway_process, tmp_path_factory.mktemp("faults")) as gateway:
        yield gateway


@contextlib.contextmanager
def spoilt(beside: RunningGateway, folder: pathlib.Path) -> Iterator[SpoiltGateway]:
    """A gateway of its own in front of the pretend operator of another one, with proxies between."""
    authority = Authority(folder)
    certificate, key = authority.issue("system")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    proxies = Proxies({name: beside.ports[name] for name in SYSTEMS}, context)
    try:
        with _serving(beside, proxies, authority.file) as (lines, pid):
            yield SpoiltGateway(
                url=lines.wait_for("The graph answers at ").rpartition(" ")[2].strip(),
                sandbox_url=beside.sandbox_url,
                ports=beside.ports,
                log=lines,
                pid=pid,
                proxies=proxies,
            )
    finally:
        proxies.close()


@pytest.fixture(scope="session")
def undefended_process(
    gateway_process: RunningGateway, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SpoiltGateway]:
    """One without breakers: an ill system is asked like any other, so that each answer is met."""
    with contextlib.ExitStack() as stack:
        # The others' settings are none of its business, so they are as before by the time it runs.
        with pytest.MonkeyPatch.context() as patch:
            for name in (*SYSTEMS, "recharge-history"):
                patch.setenv(_variable(name, "guard__breaker__enabled"), "false")
            gateway = stack.enter_context(spoilt(gateway_process, tmp_path_factory.mktemp("undefended")))
        yield gateway


@contextlib.contextmanager
def _serving(beside: RunningGateway, proxies: Proxies, authority: pathlib.Path) -> Iterator[tuple[Lines, int]]:
    ways = {name: f"https://127.0.0.1:{port}" for name, port in proxies.ports.items()}
    ways["recharge-history"] = ways["recharge"]
    islands = {name: f"http://127.0.0.1:{port}" for name, port in beside.ports.items() if name not in SYSTEMS}
    islands["recharge-history-islands"] = islands["recharge-islands"]
    starting = started("serve", "--config", str(ROOT / "deploy" / "sandbox.toml"), "--port", "0")
    with contextlib.ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            for name, url in {**ways, **islands}.items():
                patch.setenv(_variable(name, "url"), url)
            for name in ways:
                patch.setenv(_variable(name, "tls__ca_file"), str(authority))
            lines = stack.enter_context(starting)
        yield lines, starting.process.pid


def _variable(system: str, setting: str) -> str:
    return f"SWITCHBOARD_SYSTEMS__{system}__{setting}".upper().replace("-", "_")


def _make_well(gateway: SpoiltGateway) -> None:
    gateway.heal()
    # Logins whose answers were damaged have taken sessions that nobody can give back, and the HSS licenses few.
    gateway.fault("hss", "session-expired")
    until_whole(gateway, within_s=60)
    gateway.forget_calls()


def use_every_session(gateway: SpoiltGateway) -> None:
    """So many at once that each session is found to be expired now, and no call that is counted is asked twice for that."""
    every = list(itertools.islice(numbers(), 4 * _SESSIONS))
    with concurrent.futures.ThreadPoolExecutor(len(every)) as pool:
        for _ in range(2):
            list(pool.map(lambda number: ask(gateway, iter([number])), every))
    gateway.forget_calls()


@pytest.fixture
def spoilt_gateway(spoilt_process: SpoiltGateway) -> Iterator[SpoiltGateway]:
    """It, with everything well and asked, and nothing counted."""
    _make_well(spoilt_process)
    yield spoilt_process
    spoilt_process.heal()


@pytest.fixture
def undefended_gateway(undefended_process: SpoiltGateway) -> Iterator[SpoiltGateway]:
    """It, with everything well and asked, and nothing counted."""
    _make_well(undefended_process)
    yield undefended_process
    undefended_process.heal()
