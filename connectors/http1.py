"""One HTTP/1.1 connection (RFC 9112): a question at a time, answers read strictly. Knows no address and no meaning."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable
from types import TracebackType

import httpx

from connectors.http1_full import FullReader
from connectors.http1_plain import Chunks, Head, plain_head
from connectors.stream import ByteStream

# Parsing tiny parts of an answer takes longer than their arrival, so without this nobody else would have a turn.
_TURN_S = 0.01
_HTTP = b"HTTP/"
_TOKEN = re.compile(rb"[-!#$%&'*+.^_`|~0-9A-Za-z]+")
_TARGET = re.compile(rb"[!-~]+")
# Everything that a line may hold. Bytes from 0x80 on are allowed in values (RFC 9110, 5.5).
_TEXT = b"\t" + bytes(range(0x20, 0x7F)) + bytes(range(0x80, 0x100))


def message(method: bytes, target: bytes, headers: Iterable[tuple[bytes, bytes]], content: bytes) -> bytes:
    """A whole request. Raises httpx.LocalProtocolError for what would be another request, or more than one."""
    return b"".join((request_line(method, target), field_lines(headers), b"\r\n", content))


def request_line(method: bytes, target: bytes) -> bytes:
    """The first line of a request. Raises httpx.LocalProtocolError."""
    if not (_TOKEN.fullmatch(method) and _TARGET.fullmatch(target)):
        raise httpx.LocalProtocolError("the request is not HTTP")
    return b"%b %b HTTP/1.1\r\n" % (method, target)


def field_lines(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The lines of *headers*, each with its end. Raises httpx.LocalProtocolError for what would be other lines."""
    lines = [b"%b: %b\r\n" % header for header in headers]
    written = b"".join(lines)
    # One look at all of them: a line break in any of them would begin a header, or a request, that nobody asked for.
    if len(written.translate(None, _TEXT)) != 2 * len(lines):
        raise httpx.LocalProtocolError("the request is not HTTP")
    return written


def is_field_name(name: bytes) -> bool:
    """Whether *name* can be the name of a header."""
    return _TOKEN.fullmatch(name) is not None


class Connection:
    """
    What the two sides say to each other over *stream*.

    Every method raises httpx.TransportError.
    """

    def __init__(self, stream: ByteStream) -> None:
        self.stream = stream
        self._loop = asyncio.get_running_loop()
        self._patience_s: float | None = None
        self._turn_began = self._unused_since = self._loop.time()
        self._full: FullReader | None = None
        self._length: int | None = None
        self._received = b""
        self._is_over = False

    async def ask(self, *, request: bytes, method: bytes, patience_s: float | None) -> Head:
        """Send *request* and give the head of its answer. Each wait for the peer ends after *patience_s*."""
        self._patience_s = patience_s
        with _HTTPX_ERRORS:
            await self.stream.write(request, within_s=patience_s)
            # Nothing had been said before the question, so this waits, and everybody else has had a turn.
            self._received = await self.stream.read(within_s=patience_s)
            self._turn_began = self._loop.time()
            plain = None if method == b"HEAD" else plain_head(self._received)
            if plain is None:
                return await self._full_head(method)
        self._received, self._length = self._received[plain.size :], plain.length
        return plain.head

    def whole_body(self, *, most: int) -> bytes | None:
        """The answer's body where all of it has come with the head and is *most* bytes at most, as it usually is."""
        received, length = self._received, self._length
        if self._full is not None or length is None or not length <= len(received) or length > most:
            return None
        self._is_over = len(received) == length
        return received[:length]

    def body(self) -> AsyncIterator[bytes]:
        """The answer's body, part by part as it comes."""
        if self._full is not None:
            return self._full_parts(self._full)
        return self._chunked() if self._length is None else self._counted(self._length)

    def finish(self) -> bool:
        """End the exchange. Whether another one may follow, which takes a whole answer and not a byte more."""
        may_follow = self._is_over if self._full is None else self._full.may_another_follow
        self._full, self._is_over, self._received = None, False, b""
        self._unused_since = self._loop.time()
        return may_follow and self.stream.is_quiet

    @property
    def unused_s(self) -> float:
        """For how long nothing has been asked, since the last answer or since it was opened."""
        return self._loop.time() - self._unused_since

    def is_usable(self, *, keepalive_s: float) -> bool:
        """Whether the connection is open, not unused for too long, and the peer has said nothing unasked."""
        return self.unused_s < keepalive_s and self.stream.is_quiet

    async def _full_head(self, method: bytes) -> Head:
        # Garbage need not ever hold the end of a line, for which the parser would wait as long as it may.
        if not _HTTP.startswith(self._received[: len(_HTTP)]):
            raise httpx.RemoteProtocolError("the answer is not HTTP")
        self._full = FullReader(method)
        self._full.receive(self._received)
        while (head := self._full.head()) is None:
            self._full.receive(await self._read())
        return head

    async def _full_parts(self, full: FullReader) -> AsyncIterator[bytes]:
        with _HTTPX_ERRORS:
            while True:
                for part in full.parts():
                    yield part
                    await self._give_turn()
                if full.is_whole:
                    return
                full.receive(await self._read())

    async def _counted(self, length: int) -> AsyncIterator[bytes]:
        part, left = self._received, length
        with _HTTPX_ERRORS:
            while len(part) < left:
                yield part
                left -= len(part)
                part = await self._more()
        self._is_over = len(part) == left
        yield part[:left]

    async def _chunked(self) -> AsyncIterator[bytes]:
        chunks, data = Chunks(), self._received
        with _HTTPX_ERRORS:
            while True:
                for part in chunks.parts(data):
                    yield part
                    await self._give_turn()
                if chunks.surprise:
                    break
                if chunks.is_over:
                    self._is_over = not chunks.is_anything_behind
                    return
                data = await self._more()
        self._full = FullReader.of_chunks()
        self._full.receive(chunks.surprise)
        async for part in self._full_parts(self._full):
            yield part

    async def _more(self) -> bytes:
        data = await self._read()
        if not data:
            raise httpx.RemoteProtocolError("the answer is not HTTP")
        return data

    async def _read(self) -> bytes:
        await self._give_turn()
        return await self.stream.read(within_s=self._patience_s)

    async def _give_turn(self) -> None:
        if self._loop.time() - self._turn_began > _TURN_S:
            await asyncio.sleep(0)
            self._turn_began = self._loop.time()


class _HttpxErrors:
    """Errors of the stream in httpx's words. Holds nothing, so that one serves all."""

    __slots__ = ()

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if isinstance(error, TimeoutError):
            raise httpx.ReadTimeout("the peer was silent for too long") from None
        if isinstance(error, OSError):
            raise httpx.ReadError(type(error).__name__) from error


_HTTPX_ERRORS = _HttpxErrors()
