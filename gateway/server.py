"""Serving: an address that may be listened on, and uvicorn's server around the application, here or in workers."""

import asyncio
import contextlib
import functools
import math
import resource
import signal
import socket
from collections.abc import Callable, Iterator
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp

from gateway import collector
from gateway.app import create
from gateway.control.attendance import attended
from gateway.control.opening import api_of
from gateway.generations.reloading import Written
from gateway.http.endings import Endings
from gateway.http.loopback import check_address
from gateway.http.protocol import PatientProtocol
from gateway.settings import ServerSettings, Settings, SettingsError
from gateway.settings_file import Source
from gateway.workers.acceptor import Acceptor, Among, Connections, alone
from gateway.workers.share import count
from gateway.workers.supervisor import supervise

_OTHER_FILES = 256
"""Connections to the legacy systems, log, listener and the like."""


async def serve(settings: Settings, *, on_ready: Callable[[str], None], source: Source | None = None) -> None:
    """
    Serve until SIGINT or SIGTERM, in this process or in workers. *on_ready* gets the graph's address once it answers.

    The *settings* are looked at again at their *source* when somebody says so.
    Raises SettingsError, and WorkersFailed when the workers die as soon as they are started.
    """
    check_address(settings)
    workers = count(settings.server.workers)
    allow_open_files(math.ceil(settings.server.max_connections / workers))
    with listen(settings.server.host, settings.server.port) as listener:
        address = _address(listener)
        if workers == 1:
            await serve_on(settings, listener, on_started=lambda: on_ready(address), source=source)
        else:
            await supervise(settings, listener, workers=workers, on_ready=lambda: on_ready(address), source=source)


async def serve_on(
    settings: Settings,
    listener: socket.socket,
    *,
    on_started: Callable[[], None],
    among: Among | None = None,
    source: Written | None = None,
) -> None:
    """
    Serve *listener* in this process until SIGINT or SIGTERM. *on_started* is called once it is answered.

    *among* tells which of several workers this is; *source* is where the settings are written.
    """
    app = await asyncio.to_thread(create, settings)
    app.reloading.source = source
    collector.settle()
    server = Server(configuration(app, settings.server))
    server.on_started = on_started
    server.among = among
    end = None if among is None else among.control
    async with attended(app.desk, path=settings.control.socket, end=end, api=api_of(lambda: app.generation.settings)):
        await server.serve(sockets=[listener])


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/graphql"


def configuration(app: ASGIApp, settings: ServerSettings) -> uvicorn.Config:
    """How uvicorn serves *app*: by our protocol, quietly, and trusting nothing that a client says of itself."""
    protocol = functools.partial(PatientProtocol, settings=settings, endings=Endings())
    return uvicorn.Config(
        app,
        # uvicorn only calls it.
        http=cast("type[asyncio.Protocol]", protocol),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=int(settings.shutdown_s),
        ws="none",
    )


def allow_open_files(connections: int) -> None:
    """Raise the soft limit of open files to what *connections* need; raises SettingsError where it is not allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = connections + _OTHER_FILES
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise SettingsError(
            f"server.max_connections: this process may open {hard} files, and {connections} connections need {needed}. "
            f"Raise the limit (ulimit -n, LimitNOFILE) or set at most {max(hard - _OTHER_FILES, 1)}."
        )
    if soft != resource.RLIM_INFINITY and soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


class Server(uvicorn.Server):
    """Tells when it has started, and ends quietly on a signal."""

    on_started: Callable[[], None]
    among: Among | None = None
    _acceptor: Acceptor | None = None

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave when told to; uvicorn would raise the signal again, and what is to be cleaned up would stay."""
        loop = asyncio.get_running_loop()
        signals = (signal.SIGINT, signal.SIGTERM)
        for number in signals:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in signals:
                loop.remove_signal_handler(number)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and tell."""
        if not sockets:
            await super().startup(sockets)
        else:
            # Not uvicorn's way: uvloop takes one connection in a turn of the loop, so that where turns are long those
            # who come wait for seconds before anybody knows of them.
            await super().startup([])
            self._acceptor = self._accept(sockets[0], self.among or alone())
        if self.started:
            self.on_started()

    async def on_tick(self, counter: int) -> bool:
        """What uvicorn does ten times a second; connections that ended are told with it."""
        if self._acceptor is not None:
            self._acceptor.note()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, and end."""
        if self._acceptor is not None:
            self._acceptor.close()
        await super().shutdown(sockets)

    def _accept(self, listener: socket.socket, among: Among) -> Acceptor:
        def make() -> asyncio.Protocol:
            protocol: Any = self.config.http_protocol_class
            made: asyncio.Protocol = protocol(
                config=self.config, server_state=self.server_state, app_state=self.lifespan.state
            )
            return made

        connections = Connections()
        # uvicorn's set is for its own protocols.
        self.server_state.connections = cast("set[Any]", connections)
        acceptor = Acceptor(listener, make=make, connections=connections, turns=among.turns, place=among.place)
        connections.ended = acceptor.note
        acceptor.start()
        return acceptor


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address; raises SettingsError where that is not possible."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Naming the protocol lets asyncio switch off the delay of small packets (40 ms on a kept-alive connection).
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as exc:
        listener.close()
        raise SettingsError(
            f"server.port: cannot listen on {host}:{port} ({exc.strerror}). Choose another port with --port."
        ) from exc
    return listener
