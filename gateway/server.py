"""Serving: one uvicorn server around the application, on an address it may listen on."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator

import uvicorn

from gateway.app import create
from gateway.http.loopback import is_loopback
from gateway.settings import Settings, SettingsError


def check_address(settings: Settings) -> None:
    """Refuse to listen where strangers could knock: there are no tokens yet that would tell them apart."""
    if not is_loopback(settings.server.host):
        raise SettingsError(
            "server.host: this gateway cannot check tokens yet, so it listens only on 127.0.0.1, ::1 or localhost. "
            "Put a proxy that authenticates in front of it, on the same machine."
        )


async def serve(settings: Settings, *, on_ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM. *on_ready* gets the graph's address once it answers."""
    check_address(settings)
    with _listen(settings.server.host, settings.server.port) as listener:
        app = await asyncio.to_thread(create, settings)
        server = _Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=int(settings.server.shutdown_s),
                ws="none",
            )
        )
        host, port = listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        server.on_started = lambda: on_ready(f"http://{shown}:{port}/graphql")
        await server.serve(sockets=[listener])


class _Server(uvicorn.Server):
    """Tells when it has started, and ends quietly on a signal."""

    on_started: Callable[[], None]

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
        await super().startup(sockets)
        if self.started:
            self.on_started()


def _listen(host: str, port: int) -> socket.socket:
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
