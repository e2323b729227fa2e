"""Serves the graph of operators, beside the socket, in the process that has it."""

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Callable, Iterator
from typing import cast

import uvicorn
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import Route, Router

from connectors.clock import SystemClock
from gateway.control.api.keepers import Keepers
from gateway.control.api.view import MOST_BYTES, ControlView
from gateway.control.listener import Do
from gateway.control.settings import ApiSettings
from gateway.http.correlation import not_routed
from gateway.http.endings import Endings
from gateway.http.front import Front
from gateway.http.loopback import is_loopback, refusal
from gateway.http.protocol import PatientProtocol
from gateway.log import logger
from gateway.mistakes import SettingsError
from gateway.overrides.bans import Bans
from gateway.settings import Settings

PATH = "/graphql"
_CONNECTIONS = 32
_START_S = 10.0


@contextlib.asynccontextmanager
async def serving(held: Callable[[], Settings], do: Do) -> AsyncIterator[str | None]:
    """
    Answer operators for as long as the block runs, at the address that is given; None where the settings want none.

    *held* gives the settings that hold now: where it listens is as at first, who may ask is as they say then.
    Raises SettingsError where the address cannot be listened at.
    """
    settings = held()
    api = settings.control.api
    if api is None or settings.access is None:
        yield None
        return
    bans, clock = Bans(), SystemClock()
    keepers = Keepers(held, api, clock=clock, bans=bans)
    view = ControlView(do, held, keepers=keepers, bans=bans, clock=clock)
    router = Router([Route(PATH, view.respond, methods=["POST"])])
    app = Front(ExceptionMiddleware(router, handlers={HTTPException: not_routed}), refuse=refusal)
    bounds = settings.server.model_copy(update={"max_connections": _CONNECTIONS, "max_body_bytes": MOST_BYTES})
    protocol = functools.partial(PatientProtocol, settings=bounds, endings=Endings())
    server = _Server(
        uvicorn.Config(
            app,
            host=api.host,
            port=api.port,
            # The graph's own reader: strict, and with an end to every wait. uvicorn only calls it.
            http=cast("type[asyncio.Protocol]", protocol),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=2,
        )
    )
    task = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(_START_S):
            while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn tells nobody
                await asyncio.sleep(0.01)
        if task.done():
            await task
        url = f"http://{api.host}:{server.port}{PATH}"
        logger().info("control_api_started", url=url)
        yield url
    finally:
        server.should_exit = True
        await asyncio.gather(task, return_exceptions=True)
        await keepers.aclose()


def check_address(api: ApiSettings) -> None:
    """Refuse to listen where strangers could read tokens on their way."""
    if not is_loopback(api.host):
        raise SettingsError(
            "control.api.host: operators' tokens would travel in the clear; listen on 127.0.0.1, and have a proxy "
            "with TLS in front of it, on the same machine."
        )


class _Server(uvicorn.Server):
    """One of two in a process: signals are for the other."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield

    @property
    def port(self) -> int:
        """Where it listens."""
        found: int = self.servers[0].sockets[0].getsockname()[1]
        return found
