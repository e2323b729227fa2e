"""
Bytes to and from one peer over TCP or TLS, each wait with an end. Knows nothing of HTTP.

asyncio's own streams and httpcore's cannot tell whether bytes arrived that nobody has asked for yet. That has to be
known here: what a system says after the end of an answer must never be taken for the answer to the next question.
"""

import asyncio
import contextlib
import ipaddress
import select
import socket
import ssl
from typing import Any, cast

# Beyond this the peer has to wait until somebody reads: so many bytes, or pieces of whatever size.
_UNREAD = 256 * 1024
_UNREAD_PIECES = 1000
_TLS_GOODBYE_S = 1.0


class ByteStream(asyncio.Protocol):
    """An open connection. Whoever opened it closes it; `closed` says when that is done."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._pieces: list[bytes] = []
        self._unread = 0
        self._ended = False
        self._broken_by: Exception | None = None
        self._paused = False
        self._arrival: asyncio.Future[bool] | None = None
        self._writable: asyncio.Future[bool] | None = None
        self.closed: asyncio.Future[bool] = self._loop.create_future()

    async def read(self, *, within_s: float | None) -> bytes:
        """All that has arrived, or the next that does; empty at the peer's end. TimeoutError, ConnectionError."""
        while not self._pieces and not self._ended:
            self._arrival = self._loop.create_future()
            await self._within(self._arrival, within_s)
        if self._broken_by is not None and not self._pieces:
            raise ConnectionResetError from self._broken_by
        # One piece, which is the usual case, is not copied.
        data = b"".join(self._pieces)
        self._pieces.clear()
        self._unread = 0
        if self._paused:
            self._paused = False
            self._transport.resume_reading()
        return data

    async def write(self, data: bytes, *, within_s: float | None) -> None:
        """Send *data*. A peer that has gone shows in what can be read: it may have answered before it left."""
        if self._transport.is_closing():
            return
        self._transport.write(data)
        if self._writable is not None:
            await self._within(self._writable, within_s)

    async def _within(self, future: "asyncio.Future[bool]", within_s: float | None) -> None:
        alarm = None if within_s is None else self._loop.call_later(within_s, _tell, future, False)
        try:
            if not await future:
                raise TimeoutError
        finally:
            if alarm is not None:
                alarm.cancel()

    @property
    def is_quiet(self) -> bool:
        """Whether the connection is open and nothing has arrived that was not read."""
        if self._pieces or self._ended or self._transport.is_closing():
            return False
        # The event loop may not have looked yet.
        return not self._poll.poll(0)

    def get_extra_info(self, name: str) -> Any:
        """What asyncio knows of the connection, such as its `ssl_object`."""
        return self._transport.get_extra_info(name)

    def close(self) -> None:
        """Close at once, without waiting for anything."""
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: the connection stands."""
        self._transport = cast("asyncio.Transport", transport)
        self._poll = select.poll()
        self._poll.register(transport.get_extra_info("socket").fileno(), select.POLLIN)

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes have arrived."""
        self._pieces.append(data)
        self._unread += len(data)
        if (self._unread >= _UNREAD or len(self._pieces) >= _UNREAD_PIECES) and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        _tell(self._arrival)

    def eof_received(self) -> bool:
        """asyncio: the peer has said its last byte. What has arrived can still be read."""
        self._ended = True
        _tell(self._arrival)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: the connection is gone."""
        self._broken_by = exc
        self._ended = True
        for future in (self._arrival, self._writable, self.closed):
            _tell(future)

    def pause_writing(self) -> None:
        """asyncio: the peer does not take what we send."""
        self._writable = self._loop.create_future()

    def resume_writing(self) -> None:
        """asyncio: it does again."""
        _tell(self._writable)
        self._writable = None


def _tell(future: "asyncio.Future[bool] | None", happened: bool = True) -> None:  # noqa: FBT001, FBT002 - for call_later
    if future is not None and not future.done():
        future.set_result(happened)


async def connect(host: str, port: int, *, tls: ssl.SSLContext | None, within_s: float | None) -> ByteStream:
    """
    A connection to *host*; each of its addresses gets its share of the time.

    Raises OSError, also for a certificate that is not trusted, of which TimeoutError is one kind. Not by asyncio's way
    of trying addresses side by side: cancelled at the wrong instant it leaves an open socket behind.
    """
    loop = asyncio.get_running_loop()
    ends = None if within_s is None else loop.time() + within_s
    async with asyncio.timeout_at(ends):
        addresses = await _addresses(host, port)
    for left in range(len(addresses), 1, -1):
        with contextlib.suppress(OSError):
            share_s = None if ends is None else (ends - loop.time()) / left
            return await _open(addresses[-left], port, host, tls=tls, within_s=share_s)
    rest_s = None if ends is None else ends - loop.time()
    return await _open(addresses[-1], port, host, tls=tls, within_s=rest_s)


async def _addresses(host: str, port: int) -> list[str]:
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        # Names are looked up in a thread of asyncio's.
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return [str(address[0]) for *_, address in found]


async def _open(
    address: str, port: int, host: str, *, tls: ssl.SSLContext | None, within_s: float | None
) -> ByteStream:
    async with asyncio.timeout(within_s):
        _, stream = await asyncio.get_running_loop().create_connection(
            ByteStream,
            address,
            port,
            ssl=tls,
            server_hostname=None if tls is None else host,
            ssl_shutdown_timeout=None if tls is None else _TLS_GOODBYE_S,
        )
    return stream
