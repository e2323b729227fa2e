"""
A request whose body comes in chunks, read by h11: rare, and the one place in the server that knows h11.

Adds two limits that h11 lacks: it looks at its own only while something is incomplete, and tiny chunks cost it
16 microseconds for each byte.
"""

from collections.abc import Iterator

import h11

from gateway.http.framing import Refusal

MAX_CHUNKS = 1000
"""In one body. Clients that stream send chunks of some kilobytes; a body of one-byte chunks would stop the process."""


class BadChunks(Exception):
    """The body cannot be read; *refusal* says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.name)
        self.refusal = refusal


class ChunkedBody:
    """The body of one request."""

    def __init__(self, head: bytes, *, max_header_bytes: int) -> None:
        """*head* is the whole first part, which says that chunks follow and has passed `framing`."""
        self._h11 = h11.Connection(h11.SERVER, max_header_bytes)
        self._at_once = max_header_bytes
        self._chunks = 0
        self.rest: bytes | None = None
        """What came behind the body; None until its end is there."""
        self._h11.receive_data(head)
        self._next()

    def parts(self, data: bytes) -> Iterator[bytes]:
        """What *data* adds to the body. Raises BadChunks when it cannot be read, or comes in too many pieces."""
        for begin in range(0, len(data), self._at_once):
            end = begin + self._at_once
            self._h11.receive_data(data[begin:end])
            while (event := self._next()) is not h11.NEED_DATA:
                # Exact types: h11 has no subclasses of its events, and asking for them is dear.
                if type(event) is not h11.Data:
                    self.rest = self._h11.trailing_data[0] + data[end:]
                    return
                self._chunks += event.chunk_start
                if self._chunks > MAX_CHUNKS:
                    raise BadChunks(Refusal.TOO_MANY_CHUNKS)
                yield bytes(event.data)

    def _next(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        try:
            return self._h11.next_event()
        except h11.RemoteProtocolError as error:
            # Trailers are limited as headers are.
            too_large = error.error_status_hint == Refusal.TOO_LARGE.status
            raise BadChunks(Refusal.TOO_LARGE if too_large else Refusal.MALFORMED) from None
