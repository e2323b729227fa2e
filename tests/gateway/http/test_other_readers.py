"""
What we read, every reader reads alike: h11 and llhttp (httptools) find the same request in the same bytes.

They accept more than we do. But wherever we accept a request, they must agree on its method, target, headers and body,
and on where it ends: two readers in a row that do not are what smuggling lives on.
"""

import dataclasses

import h11
import httptools
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.gateway.http.reading import Told

MARK = b"GET /mark HTTP/1.1\r\nHost: localhost\r\n\r\n"
"""Put behind what we took for the first request: who ends that one elsewhere does not find it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Read:
    """A request as some reader found it, and what was left; None where the reader does not tell."""

    method: bytes
    target: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes
    rest: bytes | None = None


def _by_us(data: bytes) -> Read | None:
    told = Told()
    told.hears(data)
    if not told.requests or not told.requests[0].whole:
        return None
    asked = told.requests[0]
    # Behind a last request nothing is looked at.
    rest = told.reader._unread if asked.head.keeps else None
    return Read(asked.head.method.encode(), asked.head.target, asked.head.headers, asked.body, rest)


def _by_h11(data: bytes) -> Read:
    conn = h11.Connection(h11.SERVER)
    conn.receive_data(data)
    request = conn.next_event()
    assert isinstance(request, h11.Request)
    body = b""
    while isinstance(event := conn.next_event(), h11.Data):
        body += event.data
    assert isinstance(event, h11.EndOfMessage)
    return Read(request.method, request.target, list(request.headers), body, conn.trailing_data[0])


class _Callbacks:
    """What llhttp calls, for the first request and the target of what comes behind it."""

    def __init__(self) -> None:
        self.targets: list[bytes] = []
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = b""
        self.whole = 0
        self._ended = False

    def on_message_begin(self) -> None:
        self.targets.append(b"")
        self._ended = False

    def on_url(self, url: bytes) -> None:
        self.targets[-1] += url

    def on_header(self, name: bytes, value: bytes) -> None:
        # Those behind a body are trailers, which nobody reads.
        if len(self.targets) == 1 and not self._ended:
            self.headers.append((name.lower(), value.rstrip(b" \t")))

    def on_headers_complete(self) -> None:
        self._ended = True

    def on_body(self, body: bytes) -> None:
        if len(self.targets) == 1:
            self.body += body

    def on_message_complete(self) -> None:
        self.whole += 1


def _by_llhttp(message: bytes, *, spoilt: bool) -> Read | None:
    found = _Callbacks()
    parser = httptools.HttpRequestParser(found)
    try:
        parser.feed_data(message)
        method = parser.get_method()
        parser.feed_data(MARK)
    except (httptools.HttpParserInvalidMethodError, httptools.HttpParserInvalidURLError):
        # It knows a closed list of methods, and takes fewer characters in addresses.
        return None
    except httptools.HttpParserError:
        # Where something was put in, it may be stricter than we are, but not when it thinks the request whole.
        assert spoilt
        assert not found.whole
        return None
    assert (2, [b"/mark"]) == (found.whole, found.targets[1:])
    return Read(method, found.targets[0], found.headers, found.body)


def _alike(read: Read) -> Read:
    """Without what only some readers tell; h11 gives the coding in small letters."""
    headers = [(name, value.lower() if name == b"transfer-encoding" else value) for name, value in read.headers]
    return dataclasses.replace(read, headers=headers, rest=None)


def _accepted(data: bytes, *, spoilt: bool = False) -> bool:
    """Whether we accept the request that *data* begins with; then the others must read the same."""
    ours = _by_us(data)
    if ours is None:
        return False
    by_h11 = _by_h11(data)
    assert _alike(ours) == _alike(by_h11)
    if ours.rest is not None:
        assert ours.rest == by_h11.rest
        by_llhttp = _by_llhttp(data[: len(data) - len(ours.rest)], spoilt=spoilt)
        assert by_llhttp is None or _alike(ours) == _alike(by_llhttp)
    return True


_WORDS = st.text("abcXYZ019-_.!~*'+", min_size=1, max_size=12).map(str.encode)
_SPACES = st.sampled_from([b"", b" ", b"\t", b" \t "])
_VALUES = st.one_of(
    st.sampled_from([b"", b"close", b"keep-alive", b"chunked", b"5", b"a, b", b'"x:y"', b"100-continue"]),
    st.binary(max_size=20).map(lambda data: bytes(byte for byte in data if byte >= 0x20 and byte != 0x7F)),
)
_NAMES = st.one_of(
    _WORDS, st.sampled_from([b"Connection", b"Accept", b"Cookie", b"Expect", b"Keep-Alive", b"TE", b"Trailer", b"Via"])
)
_FIELDS = st.lists(
    st.tuples(_NAMES, _SPACES, _VALUES, _SPACES).map(lambda parts: b"%b:%b%b%b\r\n" % parts), max_size=6
).map(b"".join)
_TARGETS = st.text("abc/?=&%20.;,:@~-_#[]", max_size=30).map(lambda text: b"/" + text.encode())
_METHODS = st.sampled_from([b"GET", b"POST", b"PUT", b"DELETE", b"HEAD", b"OPTIONS", b"PATCH", b"QUERY", b"DANCE"])


@st.composite
def _chunked(draw: st.DrawFn) -> tuple[bytes, bytes]:
    chunks = draw(st.lists(st.binary(min_size=1, max_size=40), max_size=5))
    size = draw(st.sampled_from([b"%x", b"%X", b"0%x"]))
    extension = draw(st.sampled_from([b"", b";a=b", b';a="b c"', b";x"]))
    trailer = draw(st.sampled_from([b"", b"X: y\r\n", b"X:\r\nY: z\r\n"]))
    body = b"".join(size % len(chunk) + extension + b"\r\n" + chunk + b"\r\n" for chunk in chunks)
    return b"Transfer-Encoding: " + draw(st.sampled_from([b"chunked", b"Chunked"])), body + b"0\r\n" + trailer + b"\r\n"


_COUNTED = st.binary(max_size=60).map(lambda body: (b"Content-Length: %d" % len(body), body))
_NONE = st.just((b"X-None: x", b""))


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """A request that is well-formed, however unusual."""
    length, body = draw(st.one_of(_NONE, _COUNTED, _chunked()))
    before, behind = draw(_FIELDS), draw(_FIELDS)
    line = b"%b %b HTTP/1.1\r\n" % (draw(_METHODS), draw(_TARGETS))
    return b"%b%bHost: localhost\r\n%b\r\n%b\r\n%b" % (line, before, length, behind, body)


_SPOILERS = st.sampled_from(
    [b"\r", b"\n", b"\r\n", b" ", b"\t", b":", b",", b"\x00", b"0", b"5", b";", b"\r\n ", b"chunked", b"\x0b", b"\xa0",
     b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip\r\n", b"HTTP/1.0", b"\r\n\r\n",
     b"Content-Length : 5\r\n", b"Transfer-Encoding\t: chunked\r\n", b"\nContent-Length: 0\r\n"]
)  # fmt: skip


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A request with something put in, taken out or changed anywhere."""
    data = draw(requests())
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data)))
        gone = draw(st.sampled_from([0, 0, 1, 2, 5]))
        data = data[:at] + draw(st.one_of(_SPOILERS, st.just(b""))) + data[at + gone :]
    return data


@given(requests())
def test_a_well_formed_request_is_accepted_and_read_alike(data: bytes) -> None:
    assert _accepted(data + MARK)


@given(spoilt())
def test_a_spoilt_request_is_refused_or_read_alike(data: bytes) -> None:
    _accepted(data + MARK, spoilt=True)


@given(requests(), st.data())
def test_a_request_is_the_same_however_it_is_cut(data: bytes, draw: st.DataObject) -> None:
    whole, parts = Told(), Told()
    whole.hears(data)
    at = 0
    while at < len(data):
        step = draw.draw(st.integers(1, 40))
        parts.hears(data[at : at + step])
        at += step

    assert whole.requests == parts.requests
    assert [] == whole.refusals == parts.refusals


@given(requests(), st.data())
def test_a_request_is_read_the_same_on_a_connection_that_knows_its_head(first: bytes, draw: st.DataObject) -> None:
    """A head is known again by its bytes; what differs in any of them, or behind them, is read as if nobody was here."""
    end = first.index(b"\r\n\r\n") + 4
    near_its_end = st.integers(end - 5, min(end + 1, len(first)))
    at, gone = (
        draw.draw(st.one_of(near_its_end, st.integers(0, len(first)))),
        draw.draw(st.sampled_from([0, 0, 1, 2, 5])),
    )
    second = first[:at] + draw.draw(st.one_of(_SPOILERS, st.just(b""))) + first[at + gone :]
    cut = draw.draw(st.integers(0, len(second)))
    known, fresh = Told(), Told()
    known.hears(first)
    assume(known.requests[0].whole and known.requests[0].head.keeps)
    known.answers()
    known.requests.clear()

    for told in (known, fresh):
        for part in (second[:cut], second[cut:]):
            if part:
                told.hears(part)

    assert fresh.requests == known.requests
    assert fresh.refusals == known.refusals
    assert fresh.reader._unread == known.reader._unread
