"""
HTTP/1.1 to one host over kept connections. Holds connections and nothing else: no redirects, cookies or credentials.

It can be asked directly, which costs a fifth, and it is a transport of httpx for those who speak httpx.

httpcore's pool loses a place for good when a call is cancelled at the wrong instant (a pool of 12 lost 10 to a few
hundred hang-ups), and cancelled calls are everyday here. So a connection belongs to one exchange at a time, is kept
only after a whole answer with nothing behind it, and is thrown away whatever else happens.

Whoever finds no kept connection gets the first one that there is: one that is opened, or one that is given back
meanwhile. What is opened and not needed any more is kept. So only where there is no other is a bad one waited for.
"""

import asyncio
import collections
import contextlib
import random
import ssl
from collections.abc import AsyncIterator

import httpx

from connectors.dialing import Dial, Spare
from connectors.http1 import Connection, message
from connectors.http1_plain import Head
from connectors.stream import ByteStream, connect

# What httpx would act upon: it remembers cookies for the next call, and works out where a redirect leads.
_NOT_FOR_HTTPX = {"set-cookie", "location"}
_CLOSING_S = 1.0
_LONGEST_DIAL_S = 60.0
# The systems and the firewalls before them that end idle connections give them longer than this.
_STALE_S = 1.0


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
        self._spare = Spare()
        self._dials: set[asyncio.Task[Connection]] = set()
        self._waiting: collections.deque[asyncio.Future[Connection]] = collections.deque()
        self._closing: set[asyncio.Future[bool]] = set()
        self._keeps = True

    async def ask(self, request: bytes, *, method: bytes, connect_s: float | None, read_s: float | None) -> "Exchange":
        """
        Send a whole *request* over a kept or a new connection; whoever asks ends the exchange.

        The address is ours, whatever a request says: nothing in it can change the host. Raises httpx.TransportError.
        """
        connection = self._take() or await self._awaited(connect_s)
        unused_s = connection.unused_s
        try:
            head = await connection.ask(request=request, method=method, patience_s=read_s)
        except httpx.TransportError as exc:
            self._discard(connection)
            if unused_s > _STALE_S and not isinstance(exc, httpx.TimeoutException):
                # Ended while nobody looked, as when a firewall forgets; then so are those unused for longer.
                self._discard_idle()
            raise
        except BaseException:
            self._discard(connection)
            raise
        return Exchange(head, connection, self)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """httpx: send *request*, whose body must be of known length; raises httpx.TransportError."""
        if "transfer-encoding" in request.headers:
            raise httpx.LocalProtocolError("a request is sent whole")
        method = request.method.encode("ascii")
        written = message(method, request.url.raw_path, request.headers.raw, await request.aread())
        patience_s = request.extensions.get("timeout", {})
        exchange = await self.ask(
            written, method=method, connect_s=patience_s.get("connect"), read_s=patience_s.get("read")
        )
        told = (header for header in exchange.head.headers if header[0] not in _NOT_FOR_HTTPX)
        return httpx.Response(
            status_code=exchange.head.status,
            headers=[(name.encode("latin-1"), value.encode("latin-1")) for name, value in told],
            stream=_Body(exchange),
            extensions={"network_stream": exchange.stream},
        )

    async def open_ahead(self, count: int, *, within_s: float) -> None:
        """Open connections until *count* are kept for the next exchanges; fewer when they cannot be opened."""

        async def open_one() -> None:
            self._offer(await self._connect(within_s))

        missing = range(count - len(self._idle))
        await asyncio.gather(*(open_one() for _ in missing), return_exceptions=True)

    def give_back(self, connection: Connection) -> None:
        """Keep *connection* for the next exchange if this one left nothing behind, else throw it away."""
        if connection.finish() and self._keeps:
            self._offer(connection)
        else:
            self._discard(connection)
        # Taken from the end, so the first is the one unused for longest. Systems count connections: do not sit on them.
        while self._idle and not self._idle[0].is_usable(keepalive_s=self._keepalive_s):
            self._discard(self._idle.pop(0))

    def retire(self) -> None:
        """Keep no connection from now on: each is closed at once, or at the end of the exchange that uses it."""
        self._keeps = False
        self._discard_idle()

    async def aclose(self) -> None:
        """Close every connection that no exchange is using, and open no more."""
        self.retire()
        for dial in self._dials:
            dial.cancel()
        await asyncio.gather(*self._dials, return_exceptions=True)
        if self._closing:
            await asyncio.wait(self._closing, timeout=_CLOSING_S)

    async def _awaited(self, connect_s: float | None) -> Connection:
        """The next connection there is. One more is opened, unless as many are being opened as are waited for."""
        waiter: asyncio.Future[Connection] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        if len(self._dials) < len(self._waiting):
            dial = asyncio.create_task(self._connect(connect_s))
            self._dials.add(dial)
            dial.add_done_callback(self._dialled)
        try:
            return await waiter
        except asyncio.CancelledError:
            with contextlib.suppress(ValueError):
                self._waiting.remove(waiter)
            if not waiter.cancelled() and waiter.exception() is None:
                # It was handed over in the very moment in which the caller left.
                self._offer(waiter.result())
            raise

    def _dialled(self, dial: asyncio.Task[Connection]) -> None:
        self._dials.discard(dial)
        error = httpx.ConnectError("the connector is closed") if dial.cancelled() else dial.exception()
        if error is None:
            self._offer(dial.result())
        elif len(self._dials) < len(self._waiting) and (waiter := self._next_waiting()):
            waiter.set_exception(error)

    def _offer(self, connection: Connection) -> None:
        if waiter := self._next_waiting():
            waiter.set_result(connection)
        elif self._keeps:
            self._idle.append(connection)
        else:
            self._discard(connection)

    def _next_waiting(self) -> "asyncio.Future[Connection] | None":
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                return waiter
        return None

    async def _connect(self, connect_s: float | None) -> Connection:
        async def open_one(within_s: float) -> ByteStream:
            return await connect(self._host, self._port, tls=self._ssl_context, within_s=within_s)

        within_s = _LONGEST_DIAL_S if connect_s is None else connect_s
        try:
            stream = await Dial(open_one, spare=self._spare, within_s=within_s, randomness=random.random).stream()
        except TimeoutError:
            raise httpx.ConnectTimeout("no connection in time") from None
        except OSError as exc:
            raise httpx.ConnectError(type(exc).__name__) from exc
        return Connection(stream)

    def _take(self) -> Connection | None:
        # The one used last is the one least likely to have been closed by the system meanwhile.
        while self._idle:
            connection = self._idle.pop()
            if connection.is_usable(keepalive_s=self._keepalive_s):
                return connection
            self._discard(connection)
        return None

    def _discard_idle(self) -> None:
        while self._idle:
            self._discard(self._idle.pop())

    def _discard(self, connection: Connection) -> None:
        # Without waiting: the caller may be leaving by cancellation.
        connection.stream.close()
        self._closing.add(connection.stream.closed)
        connection.stream.closed.add_done_callback(self._closing.discard)


class Exchange:
    """A question that was sent, and the answer that is arriving. Holds its connection until it is ended."""

    __slots__ = ("_connection", "_transport", "head", "stream")

    def __init__(self, head: Head, connection: Connection, transport: OneHostTransport) -> None:
        self.head = head
        self.stream = connection.stream
        self._connection: Connection | None = connection
        self._transport = transport

    def whole_body(self, *, most: int) -> bytes | None:
        """The answer's body where all of it is there already and is *most* bytes at most; None says: ask for `body`."""
        if self._connection is None:
            raise httpx.StreamClosed
        return self._connection.whole_body(most=most)

    def body(self) -> AsyncIterator[bytes]:
        """The answer's body, part by part as it comes; to be asked for once. Raises httpx.TransportError."""
        if self._connection is None:
            raise httpx.StreamClosed
        return self._connection.body()

    def end(self) -> None:
        """Let go of the connection, which is kept after a whole answer only."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._transport.give_back(connection)


class _Body(httpx.AsyncByteStream):
    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._exchange.body()

    async def aclose(self) -> None:
        self._exchange.end()
