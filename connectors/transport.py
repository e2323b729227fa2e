"""
HTTP/1.1 to one host over kept connections. Holds connections and nothing else: no redirects, cookies or credentials.

httpcore's own pool loses a place for good when a call is cancelled at the wrong instant (a pool of 12 lost 10 to a few
hundred hang-ups), and cancelled calls are everyday here. So a connection belongs to one exchange at a time, is kept
only after a whole answer, and is thrown away whatever else happens.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Iterator

import httpcore
import httpx

_KINDS: dict[type[Exception], type[httpx.TransportError]] = {
    httpcore.ConnectTimeout: httpx.ConnectTimeout,
    httpcore.ReadTimeout: httpx.ReadTimeout,
    httpcore.WriteTimeout: httpx.WriteTimeout,
    httpcore.ConnectError: httpx.ConnectError,
    httpcore.ReadError: httpx.ReadError,
    httpcore.WriteError: httpx.WriteError,
    httpcore.LocalProtocolError: httpx.LocalProtocolError,
    httpcore.RemoteProtocolError: httpx.RemoteProtocolError,
}


class OneHostTransport(httpx.AsyncBaseTransport):
    """
    Connections to one scheme, host and port; how many there are at once is the bulkhead's business.

    *ssl_context* is None for plain HTTP. *keepalive_s* is how long an unused connection is kept.
    """

    def __init__(self, url: httpx.URL, *, ssl_context: ssl.SSLContext | None, keepalive_s: float = 30.0) -> None:
        self._origin = httpcore.Origin(url.raw_scheme, url.raw_host, url.port or _default_port(url))
        self._ssl_context = ssl_context
        self._keepalive_s = keepalive_s
        self._idle: list[httpcore.AsyncHTTPConnection] = []
        self._closing: set[asyncio.Task[None]] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send *request* over a kept or a new connection; raises httpx.TransportError."""
        connection = self._take()
        try:
            with _httpx_errors():
                response = await connection.handle_async_request(self._outgoing(request))
        except BaseException:
            self._discard(connection)
            raise
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(response, connection, self),
            extensions=response.extensions,
        )

    def give_back(self, connection: httpcore.AsyncHTTPConnection) -> None:
        """Keep *connection* for the next exchange if this one was read to its end, else throw it away."""
        if connection.is_idle():
            self._idle.append(connection)
        else:
            self._discard(connection)
        # Taken from the end, so the first is the one unused for longest. Systems count connections: do not sit on them.
        while self._idle and self._idle[0].has_expired():
            self._discard(self._idle.pop(0))

    async def aclose(self) -> None:
        """Close every connection that no exchange is using."""
        while self._idle:
            self._discard(self._idle.pop())
        await asyncio.gather(*self._closing, return_exceptions=True)

    def _outgoing(self, request: httpx.Request) -> httpcore.Request:
        # The address is ours, whatever a URL says: nothing that an answer or an identifier holds can change the host.
        scheme, host, port = self._origin.scheme, self._origin.host, self._origin.port
        return httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=scheme, host=host, port=port, target=request.url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )

    def _take(self) -> httpcore.AsyncHTTPConnection:
        # The one used last is the one least likely to have been closed by the system meanwhile.
        while self._idle:
            connection = self._idle.pop()
            if not connection.has_expired() and not connection.is_closed():
                return connection
            self._discard(connection)
        return httpcore.AsyncHTTPConnection(
            origin=self._origin, ssl_context=self._ssl_context, keepalive_expiry=self._keepalive_s
        )

    def _discard(self, connection: httpcore.AsyncHTTPConnection) -> None:
        # In a task of its own: the caller may be leaving by cancellation and must not wait for a socket to close.
        task = asyncio.ensure_future(_close(connection))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


class _Body(httpx.AsyncByteStream):
    def __init__(
        self, response: httpcore.Response, connection: httpcore.AsyncHTTPConnection, transport: OneHostTransport
    ) -> None:
        self._response = response
        self._connection: httpcore.AsyncHTTPConnection | None = connection
        self._transport = transport

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _httpx_errors():
            async for part in self._response.aiter_stream():
                yield part

    async def aclose(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            await self._response.aclose()
        finally:
            self._transport.give_back(connection)


async def _close(connection: httpcore.AsyncHTTPConnection) -> None:
    # A connection that breaks while it is thrown away is thrown away all the same.
    with contextlib.suppress(Exception):
        await connection.aclose()


def _default_port(url: httpx.URL) -> int:
    return 443 if url.scheme == "https" else 80


@contextlib.contextmanager
def _httpx_errors() -> Iterator[None]:
    try:
        yield
    except tuple(_KINDS) as exc:
        raise _KINDS[type(exc)](str(exc)) from exc
