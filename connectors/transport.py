"""
HTTP/1.1 to one host over kept connections. Holds connections and nothing else: no redirects, cookies or credentials.

httpcore's pool loses a place for good when a call is cancelled at the wrong instant (a pool of 12 lost 10 to a few
hundred hang-ups), and cancelled calls are everyday here. So a connection belongs to one exchange at a time, is kept
only after a whole answer with nothing behind it, and is thrown away whatever else happens.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from typing import cast

import httpx

from connectors.http1 import Connection
from connectors.stream import connect

# What httpx would act upon: it remembers cookies for the next call, and works out where a redirect leads.
_NOT_FOR_HTTPX = {b"set-cookie", b"location"}
_CLOSING_S = 1.0


class OneHostTransport(httpx.AsyncBaseTransport):
    """
    Connections to one scheme, host and port; how many there are at once is the bulkhead's business.

    *ssl_context* is None for plain HTTP. *keepalive_s* is how long an unused connection is kept.
    """

    def __init__(self, url: httpx.URL, *, ssl_context: ssl.SSLContext | None, keepalive_s: float = 30.0) -> None:
        self._host = url.raw_host.decode("ascii")
        self._port = url.port or (443 if url.scheme == "https" else 80)
        self._ssl_context = ssl_context
        self._keepalive_s = keepalive_s
        self._idle: list[Connection] = []
        self._closing: set[asyncio.Future[None]] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send *request* over a kept or a new connection; raises httpx.TransportError."""
        patience_s = request.extensions.get("timeout", {})
        connection = self._take() or await self._connect(patience_s.get("connect"), patience_s.get("read"))
        try:
            head = await connection.ask(
                method=request.method.encode("ascii"),
                # The address is ours, whatever a URL says: nothing in an answer or an identifier can change the host.
                target=request.url.raw_path,
                headers=request.headers.raw,
                content=aiter(cast("httpx.AsyncByteStream", request.stream)),
            )
        except BaseException:
            self._discard(connection)
            raise
        headers = [(name, value) for name, value in head.headers if name not in _NOT_FOR_HTTPX]
        return httpx.Response(
            status_code=head.status_code,
            headers=headers,
            stream=_Body(connection, self),
            extensions={"network_stream": connection.stream},
        )

    def give_back(self, connection: Connection) -> None:
        """Keep *connection* for the next exchange if this one left nothing behind, else throw it away."""
        if connection.finish():
            self._idle.append(connection)
        else:
            self._discard(connection)
        # Taken from the end, so the first is the one unused for longest. Systems count connections: do not sit on them.
        while self._idle and not self._idle[0].is_usable(keepalive_s=self._keepalive_s):
            self._discard(self._idle.pop(0))

    async def aclose(self) -> None:
        """Close every connection that no exchange is using."""
        while self._idle:
            self._discard(self._idle.pop())
        if self._closing:
            await asyncio.wait(self._closing, timeout=_CLOSING_S)

    async def _connect(self, connect_s: float | None, read_s: float | None) -> Connection:
        try:
            stream = await connect(self._host, self._port, tls=self._ssl_context, within_s=connect_s)
        except TimeoutError:
            raise httpx.ConnectTimeout("no connection in time") from None
        except OSError as exc:
            raise httpx.ConnectError(type(exc).__name__) from exc
        return Connection(stream, patience_s=read_s)

    def _take(self) -> Connection | None:
        # The one used last is the one least likely to have been closed by the system meanwhile.
        while self._idle:
            connection = self._idle.pop()
            if connection.is_usable(keepalive_s=self._keepalive_s):
                return connection
            self._discard(connection)
        return None

    def _discard(self, connection: Connection) -> None:
        # Without waiting: the caller may be leaving by cancellation.
        connection.stream.close()
        self._closing.add(connection.stream.closed)
        connection.stream.closed.add_done_callback(self._closing.discard)


class _Body(httpx.AsyncByteStream):
    def __init__(self, connection: Connection, transport: OneHostTransport) -> None:
        self._connection: Connection | None = connection
        self._transport = transport
        self._parts = connection.body()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._parts

    async def aclose(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            self._transport.give_back(connection)
