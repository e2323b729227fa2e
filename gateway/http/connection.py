"""
What a client says on one connection, cut into requests. Sans-I/O: bytes in, and a listener is told what they are.

Each head is checked by `framing` before it is read, and nothing behind a request is looked at until that one is
answered. Bodies with a length are counted here; those in chunks are read by h11 (`chunked`).
"""

import enum
from typing import Protocol

from gateway.http.chunked import BadChunks, ChunkedBody
from gateway.http.framing import Refusal, end_of_head, fault
from gateway.http.head import Head, read
from gateway.http.patience import Phase
from gateway.settings import ServerSettings

_LONGEST_KEPT = 2048
"""Of the bytes of a head that each connection keeps to know it again; longer ones are read anew each time."""


class Listener(Protocol):
    """Who is told. None of these may raise."""

    def moved(self, phase: Phase) -> None:
        """Something else is waited for now."""

    def request(self, head: Head) -> None:
        """A request begins."""

    def body(self, data: bytes) -> None:
        """Its body goes on."""

    def end(self) -> None:
        """It is whole."""

    def refuse(self, refusal: Refusal) -> None:
        """It cannot be read; nothing that follows is looked at, let alone answered."""


class _Reading(enum.Enum):
    HEAD = enum.auto()
    LENGTH = enum.auto()
    CHUNKS = enum.auto()
    WHOLE = enum.auto()
    DEAF = enum.auto()


class RequestReader:
    """Reads the requests of one connection, one after the other."""

    def __init__(self, settings: ServerSettings, listener: Listener) -> None:
        self._max_header_bytes = settings.max_header_bytes
        self._max_headers = settings.max_headers
        self._listener = listener
        self._reading = _Reading.HEAD
        self._unread = b""
        self._left = 0
        self._chunked: ChunkedBody | None = None
        self._last = False
        self._known: tuple[bytes, Head] | None = None

    @property
    def holds(self) -> bool:
        """Whether more came behind a request that is not answered yet; the client should wait with what follows."""
        return self._reading is _Reading.WHOLE and bool(self._unread)

    def receive(self, data: bytes) -> None:
        """Take *data*, and tell what it is."""
        match self._reading:
            case _Reading.HEAD:
                self._head(self._unread + data, searched=len(self._unread))
            case _Reading.LENGTH:
                self._counted(data)
            case _Reading.CHUNKS:
                self._parts(data)
            case _Reading.WHOLE:
                self._unread += data
            case _Reading.DEAF:
                pass

    def next(self) -> None:
        """The request that was read is answered: read on."""
        if self._reading is not _Reading.WHOLE:
            return
        self._reading = _Reading.HEAD
        unread, self._unread = self._unread, b""
        if unread:
            self._head(unread, searched=0)
        else:
            self._listener.moved(Phase.IDLE)

    def hear_nothing_more(self) -> None:
        """Be deaf from now on."""
        self._reading = _Reading.DEAF
        self._unread = b""
        self._chunked = None
        self._known = None

    def _head(self, received: bytes, *, searched: int) -> None:
        self._listener.moved(Phase.HEAD)
        known = self._known
        if known is not None and received.startswith(known[0]):
            # Clients say the same each time. Equal bytes end at the same place and were found right before.
            self._unread = b""
            self._begin(*known, received[len(known[0]) :])
            return
        end = end_of_head(received, begin=searched)
        if (wrong := self._fault(received, end)) is not None:
            self._refuse(wrong)
        elif end is None:
            self._unread = received
        else:
            self._unread = b""
            raw = received[:end]
            head = read(raw)
            self._known = (raw, head) if end <= _LONGEST_KEPT else None
            self._begin(raw, head, received[end:])

    def _fault(self, received: bytes, end: int | None) -> Refusal | None:
        if (len(received) if end is None else end) > self._max_header_bytes:
            return Refusal.TOO_LARGE
        if end is None:
            # No request begins with a control character. TLS does, and would wait for an answer that never comes.
            return Refusal.MALFORMED if received[0] <= 0x20 else None
        return fault(received[:end], max_headers=self._max_headers)

    def _begin(self, raw: bytes, head: Head, rest: bytes) -> None:
        self._last = not head.keeps
        self._listener.moved(Phase.BODY)
        if head.length is None:
            self._chunked = ChunkedBody(raw, max_header_bytes=self._max_header_bytes)
            self._reading = _Reading.CHUNKS
            self._listener.request(head)
            self._parts(rest)
        else:
            self._left = head.length
            self._reading = _Reading.LENGTH
            self._listener.request(head)
            self._counted(rest)

    def _counted(self, data: bytes) -> None:
        if len(data) > self._left:
            self._unread, data = data[self._left :], data[: self._left]
        self._left -= len(data)
        if data:
            self._listener.body(data)
        if not self._left:
            self._end()

    def _parts(self, data: bytes) -> None:
        body = self._chunked
        if body is None or not data:
            return
        try:
            for part in body.parts(data):
                self._listener.body(part)
        except BadChunks as bad:
            self._refuse(bad.refusal)
            return
        if body.rest is not None:
            self._unread, self._chunked = body.rest, None
            self._end()

    def _end(self) -> None:
        self._reading = _Reading.WHOLE
        if self._last:
            # More behind a last request is not looked at, so it cannot spoil the answer.
            self.hear_nothing_more()
        self._listener.moved(Phase.ANSWER)
        self._listener.end()

    def _refuse(self, refusal: Refusal) -> None:
        self.hear_nothing_more()
        self._listener.refuse(refusal)
