"""Every form of HTTP/1.1 answers, read by h11, and refused where it is ambiguous. The one place that knows h11."""

from collections.abc import Iterator

import h11
import httpx

from connectors.http1_plain import MAX_HEAD, Head

# Interim answers (100 Continue, 103 Early Hints) come once or twice, never in a flood.
_MAX_INTERIM = 8
_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


class FullReader:
    """
    Reads one answer to a request by *method*.

    Raises httpx.RemoteProtocolError, in words of our own: h11's quote the answer.
    """

    def __init__(self, method: bytes) -> None:
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
        # The request that was sent, as far as it matters for reading.
        self._h11.send(h11.Request(method=method, target=b"/", headers=[(b"Host", b"-")]))
        self._h11.send(h11.EndOfMessage())
        self._unread = b""
        self._at = 0
        self._interim = 0

    @classmethod
    def of_chunks(cls) -> "FullReader":
        """A reader of what follows in a body of which some chunks were read already."""
        reader = cls(b"GET")
        reader.receive(_CHUNKED)
        reader.head()
        return reader

    def receive(self, data: bytes) -> None:
        """Take *data*, empty at the peer's end; only after `head` or `parts` wanted more."""
        if data:
            self._unread, self._at = data, 0
        else:
            self._h11.receive_data(b"")

    def head(self) -> Head | None:
        """The head of the answer; None while more has to be received."""
        while (event := self._next()) is not h11.NEED_DATA:
            if isinstance(event, h11.Response):
                return _head(event)
            self._interim += 1
            if not isinstance(event, h11.InformationalResponse) or self._interim > _MAX_INTERIM:
                raise httpx.RemoteProtocolError("no answer, or too many interim ones")
        return None

    def parts(self) -> Iterator[bytes]:
        """What has been received of the body and not been given yet. Ends where more has to come or nothing may."""
        while isinstance(event := self._next(), h11.Data):
            yield bytes(event.data)
        if event is not h11.NEED_DATA and not isinstance(event, h11.EndOfMessage):
            raise httpx.RemoteProtocolError("the answer was left before its end")

    @property
    def is_whole(self) -> bool:
        """Whether the answer has been read to its end."""
        return self._h11.their_state in {h11.DONE, h11.MUST_CLOSE, h11.CLOSED}

    @property
    def may_another_follow(self) -> bool:
        """Whether the answer is whole, nothing stands behind it, and the connection stays."""
        both_done = (self._h11.our_state, self._h11.their_state) == (h11.DONE, h11.DONE)
        return both_done and not self._h11.trailing_data[0] and self._at >= len(self._unread)

    def _next(self) -> object:
        try:
            while (event := self._h11.next_event()) is h11.NEED_DATA and self._at < len(self._unread):
                # h11 checks its limit only while something is incomplete, so it gets no more than that at once.
                self._h11.receive_data(self._unread[self._at : self._at + MAX_HEAD])
                self._at += MAX_HEAD
        except h11.RemoteProtocolError:
            raise httpx.RemoteProtocolError("the answer is not HTTP") from None
        return event


def _head(response: h11.Response) -> Head:
    names = {name for name, _ in response.headers}
    # RFC 9112, 6.1 and 6.3: two words on where an answer ends are an attack or a broken proxy.
    if {b"content-length", b"transfer-encoding"} <= names:
        raise httpx.RemoteProtocolError("two ways of framing")
    headers = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers)
    return Head(response.status_code, tuple(headers))
