"""A system at the other end of a real socket that says exactly the bytes a test wants, and keeps count."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable

Script = Callable[["Exchange"], Awaitable[None]]


class Exchange:
    """One request that arrived, and the way to answer it."""

    def __init__(self, peer: "Peer", head: bytes, body: bytes, writer: asyncio.StreamWriter) -> None:
        self.peer = peer
        self.head = head
        self.body = body
        self._writer = writer

    async def say(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def answer(self, body: bytes, *, headers: str = "", status: str = "200 OK") -> None:
        await self.say(
            f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode()
            + body
        )

    async def drip(self, data: bytes, *, every_s: float) -> None:
        """Say *data* byte by byte."""
        for byte in data:
            await self.say(bytes([byte]))
            await asyncio.sleep(every_s)

    def hang_up(self) -> None:
        self._writer.close()

    def finish_speaking(self) -> None:
        """Close our direction only: we say nothing more, but still listen."""
        self._writer.write_eof()

    def reset(self) -> None:
        """Break the connection, so that the other side sees a reset and not an end."""
        raw = self._writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()


class Peer:
    """Answers by `script`, which tests may exchange at any time."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[Exchange] = []
        self.connections = 0
        self.open = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator["Peer"]:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def has(self, number: int) -> None:
        """Wait until no more and no fewer connections than *number* are open; nobody tells."""
        async with asyncio.timeout(30):
            while self.open != number:  # noqa: ASYNC110
                await asyncio.sleep(0.002)

    async def heard(self, number: int) -> None:
        """Wait until so many requests have come; nobody tells."""
        async with asyncio.timeout(30):
            while len(self.requests) < number:  # noqa: ASYNC110
                await asyncio.sleep(0.002)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Not a coroutine: asyncio would report its cancellation at the end of a test as an error.
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        begun = b""
        try:
            while not writer.is_closing():
                exchange = await self._receive(reader, writer, begun)
                self.requests.append(exchange)
                answering = asyncio.ensure_future(self.script(exchange))
                leaving = asyncio.ensure_future(reader.read(1))
                # A client that hangs up ends the answer, as a real server would notice.
                await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
                # One that has its answer may ask again before the script has ended.
                begun = leaving.result() if leaving.done() and leaving.exception() is None else b""
                if leaving.done() and not begun:
                    answering.cancel()
                leaving.cancel()
                await asyncio.gather(answering, leaving, return_exceptions=True)
                if answering.cancelled():
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.open -= 1
            writer.close()

    async def _receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, begun: bytes) -> Exchange:
        head = begun + await reader.readuntil(b"\r\n\r\n")
        length = next(
            (
                int(line.partition(b":")[2])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length")
            ),
            0,
        )
        return Exchange(self, head, await reader.readexactly(length), writer)
