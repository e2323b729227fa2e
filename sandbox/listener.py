"""One listening socket on loopback with an ASGI application behind it, which can be slammed shut and opened again."""

import asyncio
import contextlib
import errno
import ipaddress
import socket
from collections.abc import Callable
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.front import HANG_UP

_KEEP_ALIVE_S: Final = 120
_LAST_WORDS_S: Final = 1.0


def check_loopback(host: str) -> None:
    """Raise ValueError unless *host* is a loopback address: the sandbox must not be reachable from elsewhere."""
    with contextlib.suppress(ValueError):
        if host == "localhost" or ipaddress.ip_address(host).is_loopback:
            return
    raise ValueError(f"The sandbox listens on loopback only; {host} is not a loopback address. Use 127.0.0.1.")


class Listener:
    """Listens for one application. Port 0 chooses a free port once; the same is used after a close and an open."""

    def __init__(self, app: ASGIApp, *, host: str, port: int) -> None:
        check_loopback(host)
        self._app = app
        self._host = host
        self.port = port
        self._server: uvicorn.Server | None = None
        self._kept: socket.socket | None = None
        """Holds the port while the system is off: bound, not listening. Callers are refused and nobody takes it."""

    async def open(self) -> None:
        """Listen; does nothing when already listening."""
        if self._server is not None:
            return
        bound, self._kept = self._kept or self._bind(), None
        self.port = bound.getsockname()[1]
        self._server = await _start(self._with_hang_up, bound)

    async def close(self) -> None:
        """Stop listening, drop every connection at once and let the port go."""
        await self.stop()
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    async def stop(self) -> None:
        """Stop listening and drop every connection at once, but keep the port; does nothing when already stopped."""
        server, self._server = self._server, None
        if server is None:
            return
        for listening in server.servers:
            listening.close()
        self._kept = self._bind()
        for connection in list(server.server_state.connections):
            _transport(connection).abort()
        tasks = set(server.server_state.tasks)
        if tasks:
            # Each notices that its caller has gone and ends by itself; the limit is for a bug of ours.
            _, late = await asyncio.wait(tasks, timeout=_LAST_WORDS_S)
            for task in late:
                task.cancel()
        await asyncio.sleep(0)

    async def _with_hang_up(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope[HANG_UP] = self._hang_up(scope.get("client"))
        await self._app(scope, receive, send)

    def _hang_up(self, client: Any) -> Callable[[], None]:
        """A function that closes that caller's connection once what was sent has left."""

        def hang_up() -> None:
            connections = self._server.server_state.connections if self._server else ()
            for connection in list(connections):
                if getattr(connection, "client", None) == client:
                    _transport(connection).close()

        return hang_up

    def _bind(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        # Naming the protocol lets asyncio switch off the delay of small packets (40 ms on a kept-alive connection).
        bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((self._host, self.port))
        except OSError as exc:
            bound.close()
            why = "is in use" if exc.errno == errno.EADDRINUSE else f"cannot be listened on ({exc.strerror})"
            raise OSError(f"port {self.port} of {self._host} {why}; choose another (SANDBOX_PORT for control)") from exc
        return bound


async def _start(app: ASGIApp, bound: socket.socket) -> uvicorn.Server:
    """
    A uvicorn server without its signal handlers and its 0.1 s tick.

    Several run in one loop here and must stop at once, so we use `startup` and do the rest in `Listener.close`.
    """
    config = uvicorn.Config(
        app,
        interface="asgi3",
        lifespan="off",
        log_config=None,
        access_log=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=[bound])
    return server


def _transport(connection: Any) -> asyncio.Transport:
    transport: asyncio.Transport = connection.transport
    return transport
