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

_PIECE = 64 * 1024
# Beyond this the peer has to wait until somebody reads.
_UNREAD = 256 * 1024
_TLS_GOODBYE_S = 1.0


class ByteStream(asyncio.Protocol):
    """An open connection. Whoever opened it closes it; `closed` says when that is done."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._received = bytearray()
        self._ended = False
        self._broken_by: Exception | None = None
        self._paused = False
        self._arrival: asyncio.Future[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self.closed: asyncio.Future[None] = loop.create_future()

    async def read(self) -> bytes:
        """What has arrived, at most 64 KiB at once; empty at the peer's end. Raises ConnectionError."""
        while not self._received and not self._ended:
            self._arrival = asyncio.get_running_loop().create_future()
            await self._arrival
        if self._broken_by is not None and not self._received:
            raise ConnectionResetError from self._broken_by
        data = bytes(self._received[:_PIECE])
        del self._received[:_PIECE]
        if self._paused and len(self._received) < _UNREAD:
            self._paused = False
            self._transport.resume_reading()
        return data

    async def write(self, data: bytes) -> None:
        """Send *data*. A peer that has gone shows in what can be read: it may have answered before it left."""
        if not self._transport.is_closing():
            self._transport.write(data)
            await self._writable.wait()

    @property
    def is_quiet(self) -> bool:
        """Whether the connection is open and nothing has arrived that was not read."""
        if self._received or self._ended or self._transport.is_closing():
            return False
        # The event loop may not have looked yet.
        poll = select.poll()
        poll.register(self._transport.get_extra_info("socket").fileno(), select.POLLIN)
        return not poll.poll(0)

    def get_extra_info(self, name: str) -> Any:
        """What asyncio knows of the connection, such as its `ssl_object`."""
        return self._transport.get_extra_info(name)

    def close(self) -> None:
        """Close at once, without waiting for anything."""
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: the connection stands."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes have arrived."""
        self._received += data
        if len(self._received) >= _UNREAD and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        """asyncio: the peer has said its last byte. What has arrived can still be read."""
        self._ended = True
        self._wake()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: the connection is gone."""
        self._broken_by = exc
        self._ended = True
        self._wake()
        self._writable.set()
        if not self.closed.done():
            self.closed.set_result(None)

    def pause_writing(self) -> None:
        """asyncio: the peer does not take what we send."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """asyncio: it does again."""
        self._writable.set()

    def _wake(self) -> None:
        if self._arrival is not None and not self._arrival.done():
            self._arrival.set_result(None)


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
