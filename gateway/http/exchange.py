"""
One request and its answer, as the application sees them (ASGI 3), over a wire that somebody else holds.

What an application may get wrong here is its own answer: too long, too short, or a header that would be read as two.
Such an answer is not sent, or cut, so that nothing that follows can be taken for a part of it.
"""

import asyncio
import http
from collections.abc import Iterable, MutableMapping, Sequence
from typing import Any, Protocol

from starlette.types import ASGIApp, Message

from gateway.http import arrival, leaving
from gateway.http.arrival import Arrival
from gateway.http.framing import well_formed
from gateway.http.head import Head
from gateway.http.leaving import Leaving
from gateway.log import logger

_Headers = Iterable[tuple[bytes, bytes]]
_STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in http.HTTPStatus}
_WITHOUT_BODY = frozenset({204, 304})
_JOINED = 65536
"""Up to here a copy is cheaper than a second system call."""

_GONE: Message = {"type": "http.disconnect"}


class Wire(Protocol):
    """What an exchange needs of its connection."""

    def write(self, data: bytes) -> None:
        """Send *data* when the client takes it."""

    async def drained(self) -> None:
        """Wait until the client has taken enough of what was sent."""

    def wants_body(self) -> None:
        """The application reads: let the client go on."""

    def answered(self) -> None:
        """The answer is whole."""

    def cut(self) -> None:
        """The answer cannot be made whole."""


class Exchange:
    """Runs the application for one request. *standing* are the headers of every answer."""

    __slots__ = (
        "_arrival",
        "_bodiless",
        "_body",
        "_expects_continue",
        "_head",
        "_held",
        "_leaving",
        "_left",
        "_news",
        "_scope",
        "_standing",
        "_wire",
        "complete",
        "disconnected",
        "keeps",
        "started",
        "waiting",
    )

    def __init__(self, head: Head, scope: MutableMapping[str, Any], wire: Wire, standing: _Headers) -> None:
        self._head = head
        self._scope = scope
        self._leaving = scope[leaving.KEY] = Leaving()
        self._arrival = scope[arrival.KEY] = Arrival()
        self._wire = wire
        self._standing = standing
        self._expects_continue = head.expects_continue
        self._body: list[bytes] = []
        self._news = asyncio.Event()
        self._held = b""
        self._left: int | None = None
        self._bodiless = head.method == "HEAD"
        self.waiting = 0
        """Bytes of the body that the application has not taken yet."""
        self.keeps = head.keeps
        self.started = False
        self.complete = False
        self.disconnected = False

    async def run(self, app: ASGIApp) -> None:
        """Have *app* answer. Whatever becomes of it, the client is answered or cut."""
        try:
            await app(self._scope, self.receive, self.send)
        except Exception as exc:  # noqa: BLE001 - the last place that could tell
            logger().error("answer_cut", kind=type(exc).__name__)
        finally:
            if not self.complete and not self.disconnected:
                self._settle()

    def hears(self, data: bytes) -> None:
        """The body goes on with *data*."""
        self._expects_continue = False
        if not self.complete:
            self._body.append(data)
            self.waiting += len(data)
            self._news.set()

    def hears_the_end(self) -> None:
        """The body is whole."""
        self._expects_continue = False
        self._arrival.whole = True
        self._news.set()

    def lose(self) -> None:
        """The client is gone, or is told something else: nothing more is sent."""
        self.disconnected = True
        self._news.set()
        if not self.complete:
            self._leaving.happens()

    async def receive(self) -> Message:
        """What has come of the body; `http.disconnect` behind its end, when the client is gone or answered."""
        if self._expects_continue:
            self._expects_continue = False
            self._wire.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if not self.disconnected and not self.complete:
            self._wire.wants_body()
            await self._news.wait()
            self._news.clear()
        if self.disconnected or self.complete:
            return _GONE
        parts, self._body, self.waiting = self._body, [], 0
        body = parts[0] if len(parts) == 1 else b"".join(parts)
        return {"type": "http.request", "body": body, "more_body": not self._arrival.whole}

    async def send(self, message: Message) -> None:
        """Send a part of the answer. Raises RuntimeError for what cannot be one."""
        if not self.disconnected:
            await self._wire.drained()
        if self.disconnected:
            return
        if self.complete or message["type"] != ("http.response.body" if self.started else "http.response.start"):
            raise RuntimeError(f"{message['type']} is out of place here")
        if self.started:
            self._continue(message.get("body", b""), more=message.get("more_body", False))
        else:
            self._begin(message["status"], message.get("headers", ()))

    def _begin(self, status: int, headers: _Headers) -> None:
        self._bodiless = self._bodiless or status in _WITHOUT_BODY
        fields = [*self._standing, *headers]
        closes = False
        for name, value in fields:
            match name.lower():
                case b"content-length":
                    self._left = int(value)
                case b"connection":
                    closes = closes or b"close" in value.lower()
                case b"transfer-encoding":
                    raise RuntimeError("how an answer is framed is decided here")
                case _:
                    pass
        if self._left is None and not self._bodiless:
            if self._head.version == "1.1":
                fields.append((b"transfer-encoding", b"chunked"))
            else:
                self.keeps = False
        self.keeps = self.keeps and not closes
        if not self.keeps and not closes:
            fields.append((b"connection", b"close"))
        self._send_head(status, fields)

    def _send_head(self, status: int, fields: Sequence[tuple[bytes, bytes]]) -> None:
        head = b"%b%b\r\n" % (_STATUS_LINES[status], b"".join([b"%b: %b\r\n" % field for field in fields]))
        if not well_formed(head, fields=len(fields)):
            raise RuntimeError("a header of the answer is not well-formed")
        self.started = True
        if self._left is None:
            # More is to come, but nobody knows when.
            self._wire.write(head)
        else:
            self._held = head

    def _continue(self, body: bytes, *, more: bool) -> None:
        if self._bodiless:
            body = b""
        elif self._left is not None:
            self._left -= len(body)
            if self._left < 0 or (self._left and not more):
                raise RuntimeError("the answer is longer or shorter than its Content-Length")
        elif self._head.version == "1.1":
            body = _chunk(body, last=not more)
        self._write(body)
        if not more:
            self.complete = True
            # Nobody takes what has come of the body any more, and the client must not wait for it.
            self._body, self.waiting = [], 0
            self._news.set()
            self._wire.answered()

    def _write(self, body: bytes) -> None:
        held, self._held = self._held, b""
        if len(body) > _JOINED and held:
            self._wire.write(held)
            self._wire.write(body)
        elif held or body:
            self._wire.write(held + body)

    def _settle(self) -> None:
        if self.started:
            self._wire.cut()
            return
        self._begin(500, [(b"content-length", b"0"), (b"connection", b"close")])
        self._continue(b"", more=False)


def _chunk(body: bytes, *, last: bool) -> bytes:
    # A chunk of no bytes is the end (RFC 9112, 7.1), so an empty part that is not the last one is not sent.
    chunk = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
    return chunk + b"0\r\n\r\n" if last else chunk
