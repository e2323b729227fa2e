"""A small application served as the gateway is, on a real socket of this process, and clients that say exact bytes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.server import Server, configuration, listen
from gateway.settings import ServerSettings

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Application:
    """Answers with the length of what it read; reads nothing below `/blind`, and answers much below `/much`."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.hung_up = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        self.paths.append(scope["path"])
        length = 0
        more = scope["path"] != "/blind"
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.hung_up += 1
                return
            length += len(message["body"])
            more = message["more_body"]
        body = bytes(32 * 1024 * 1024) if scope["path"] == "/much" else str(length).encode()
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, settings: ServerSettings) -> AsyncIterator[int]:
    """The port where *app* is served."""
    with listen("127.0.0.1", 0) as listener:
        server = Server(configuration(app, settings))
        ready = asyncio.Event()
        server.on_started = ready.set
        task = asyncio.create_task(server.serve(sockets=[listener]))
        await ready.wait()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await task


@contextlib.asynccontextmanager
async def client(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """One connection; whatever the server does to it, leaving is quiet."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def everything(reader: asyncio.StreamReader, *, seconds: float = 30) -> bytes:
    """What comes until the server closes; a reset is a way of closing."""
    said = bytearray()
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(seconds):
            while data := await reader.read(65536):
                said += data
    return bytes(said)
