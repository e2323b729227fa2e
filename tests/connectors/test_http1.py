"""Plain answers are read by hand, all others by h11: both ways give the same answer, or none."""

import asyncio
import itertools
from typing import cast

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectors import http1
from connectors.http1 import Connection, message
from connectors.http1_plain import Chunks, Head, plain_head
from connectors.stream import ByteStream
from tests.connectors.trial import running


class Said:
    """A stream on which the peer has said *pieces* and then ends."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = iter([piece for piece in pieces if piece])
        self.is_quiet = True

    async def write(self, data: bytes, *, within_s: float | None) -> None: ...

    async def read(self, *, within_s: float | None) -> bytes:  # noqa: ARG002 - as the real one
        return next(self._pieces, b"")


Outcome = tuple[Head, bytes, bool, bytes] | None


async def read(pieces: list[bytes], *, method: bytes = b"GET") -> Outcome:
    """What is read: the head, the body, whether another exchange may follow, and what was left unread; None if it fails."""
    stream = Said(pieces)
    connection = Connection(cast("ByteStream", stream))
    try:
        head = await connection.ask(request=b"", method=method, patience_s=None)
        body = b"".join([part async for part in connection.body()])
    except httpx.RemoteProtocolError:
        return None
    return head, body, connection.finish(), await stream.read(within_s=None)


async def read_by_h11(pieces: list[bytes], *, method: bytes = b"GET") -> Outcome:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(http1, "plain_head", lambda _: None)
        return await read(pieces, method=method)


def chunked(*parts: bytes, extension: bytes = b"", trailers: bytes = b"") -> bytes:
    chunks = b"".join(b"%x%b\r\n%b\r\n" % (len(part), extension, part) for part in parts if part)
    return b"%b0\r\n%b\r\n" % (chunks, trailers)


STATUS = st.one_of(
    st.just(b"HTTP/1.1 200 OK"),
    st.sampled_from([
        b"HTTP/1.1 500", b"HTTP/1.1 404 ", b"HTTP/1.0 200 OK", b"HTTP/1.1 204 No", b"HTTP/1.1 304 X", b"HTTP/1.1 199 X",
        b"HTTP/1.1 099 X", b"HTTP/1.1 600 X", b"http/1.1 200 OK", b"HTTP/1.1  200 OK", b"HTTP/1.1 200 \xff\x80",
        b"HTTP/1.1 200 O\x00K", b"HTTP/1.1 200 O\rK", b"HTTP/1.1 2000 OK", b"HTTP/1.1 103 Early", b"HTTP/1.1 101 X",
        b"HTTP/2 200",
    ]),
)  # fmt: skip
FIELDS = st.sampled_from([
    b"Content-Type: text/xml", b"X-Total-Count:5", b"a:b", b"Date:  now \t", b"Connection: keep-alive", b"a:", b"a",
    b"connection: Keep-Alive", b"Connection: x, close", b"Connection: close", b"A : b", b" a: b", b"a b: c", b": b",
    b"a: b\x00c", b"a: b\x7fc", b"a: b\x0bc", b"a: b\rc", b"a: b\nc: d", b"\xff: b", b"Set-Cookie: a=b", b"a: \xff",
    b"Transfer-Encoding: chunked", b"Transfer-Encoding: gzip, chunked", b"Transfer-Encoding: identity", b"Upgrade: x",
    b"Content-Length: 0", b"Content-Length: 5", b"content-length: 5 ", b"Content-Length: 5,5", b"Content-Length: +5",
    b"Content-Length: 05", b"Content-Length: 99999999999999999999999", b"Content-Length : 5", b"Content-Length:\t5",
])  # fmt: skip
LINE_END = st.sampled_from([b"\r\n"] * 12 + [b"\n", b"\r", b"\r\r\n", b"\n\r\n"])


@st.composite
def answers(draw) -> bytes:
    body = draw(st.sampled_from([b"hello", b"", b"hello" * 40, b"0\r\n\r\n"]))
    sized = st.just(b"Content-Length: %d" % len(body))
    framings = (sized, sized, st.just(b"Transfer-Encoding: chunked"), st.just(b"transfer-encoding:CHUNKED"), FIELDS)
    framing = draw(st.one_of(*framings))
    fields = draw(st.lists(FIELDS, max_size=draw(st.integers(0, 3))))
    fields.insert(draw(st.integers(0, len(fields))), framing)
    lines = [draw(STATUS), *fields, b""]
    head = b"".join(line + draw(LINE_END) for line in lines)
    if b"chunked" in framing.lower():
        extension = draw(st.sampled_from([b""] * 4 + [b";a=b", b" ", b"\t", b" ;", b"x"]))
        trailers = draw(st.sampled_from([b""] * 4 + [b"A: b\r\n", b"A : b\r\n", b"\x00", b"A: b\n"]))
        body = chunked(body[:2], body[2:], extension=extension, trailers=trailers)
    behind = draw(st.sampled_from([b""] * 3 + [b"x", b"\r\n", b"HTTP/1.1 200 OK\r\n\r\n"]))
    return b"".join((head, body, behind))


ANSWERS = answers()


@st.composite
def pieces(draw, whole=ANSWERS) -> list[bytes]:
    said = bytearray(draw(whole))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        at = draw(st.integers(0, len(said) - 1))
        said[at : at + draw(st.integers(0, 2))] = draw(
            st.sampled_from([b"", b"\r", b"\n", b"\x00", b" ", b":", b"5", b"f"])
        )
    cuts = sorted(draw(st.lists(st.integers(0, len(said)), max_size=4)))
    return [bytes(said[start:end]) for start, end in itertools.pairwise([0, *cuts, len(said)])]


@given(said=pieces(), method=st.sampled_from([b"GET", b"POST", b"HEAD"]))
@example(said=[b"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello"], method=b"GET")
@example(said=[b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", b"hel", b"lo"], method=b"GET")
@example(said=[b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhellox\r\n0\r\n\r\n"], method=b"GET")
@example(said=[b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello3\r\nabc\r\n0\r\n\r\n"], method=b"GET")
def test_both_ways_of_reading_an_answer_agree(said, method):
    with running() as run:
        assert run(read_by_h11(said, method=method)) == run(read(said, method=method))


async def read_at_once(pieces: list[bytes], *, method: bytes, most: int) -> Outcome:
    """As `read`, but the body as one where it has come with the head."""
    stream = Said(pieces)
    connection = Connection(cast("ByteStream", stream))
    try:
        head = await connection.ask(request=b"", method=method, patience_s=None)
        body = connection.whole_body(most=most)
        if body is None:
            body = b"".join([part async for part in connection.body()])
        else:
            assert most >= len(body)
    except httpx.RemoteProtocolError:
        return None
    return head, body, connection.finish(), await stream.read(within_s=None)


@given(said=pieces(), method=st.sampled_from([b"GET", b"POST", b"HEAD"]), most=st.sampled_from([0, 4, 5, 1000]))
@example(said=[b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"], method=b"GET", most=5)
@example(said=[b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhellox"], method=b"GET", most=5)
@example(said=[b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", b"o"], method=b"GET", most=5)
@example(said=[b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"], method=b"GET", most=0)
def test_a_body_that_came_with_its_head_is_what_it_is_in_parts(said, method, most):
    with running() as run:
        assert run(read(said, method=method)) == run(read_at_once(said, method=method, most=most))


async def test_a_body_that_came_with_its_head_is_taken_at_once_unless_it_is_larger_than_it_may_be():
    said = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
    for most, body in ((5, b"hello"), (4, None)):
        connection = Connection(cast("ByteStream", Said([said])))
        await connection.ask(request=b"", method=b"GET", patience_s=None)
        assert body == connection.whole_body(most=most)


@given(said=pieces(whole=st.sampled_from([
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(b"he", b"llo"),
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(b"he", b"llo", extension=b";x=y", trailers=b"A: b\r\n"),
])))  # fmt: skip
def test_both_ways_of_reading_a_slightly_damaged_answer_agree(said):
    with running() as run:
        assert run(read_by_h11(said)) == run(read(said))


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nServer: x\r\nContent-Type: text/xml;charset=utf-8\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 500 Internal Server Error\r\nConnection: Keep-Alive\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(b"hello"),
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello",
    ],
    ids=["length", "chunks", "error"],
)  # fmt: skip
async def test_what_systems_usually_send_is_plain(answer, monkeypatch):
    monkeypatch.setattr(http1, "FullReader", lambda _: pytest.fail("read by h11"))

    for cut in (len(answer), len(answer) - 3, answer.index(b"\r\n\r\n") + 4):
        outcome = await read([answer[:cut], answer[cut:]])
        assert outcome is not None
        assert (b"hello", True) == outcome[1:3]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: \xb2\r\n\r\n",
        b"HTTP/1.1 200 OK\nContent-Length: 5\n\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n folded\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: x y: z\nA: b\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 65536 + b"\r\nContent-Length: 5\r\n\r\n",
        b"\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        b"",
    ],
)
def test_what_has_another_reading_is_not_plain(answer):
    assert plain_head(answer + b"hello") is None


def test_tiny_chunks_in_one_piece_take_no_more_than_their_number():
    body = b"1\r\nx\r\n" * 100_000 + b"0\r\n\r\n"
    chunks = Chunks()

    assert 100_000 == sum(1 for _ in chunks.parts(body))
    assert chunks.is_over


def test_a_chunk_that_does_not_end_where_it_says_is_refused_at_once():
    with pytest.raises(httpx.RemoteProtocolError):
        list(Chunks().parts(b"1\r\nxy"))


@pytest.mark.parametrize(
    ("method", "target", "header"),
    [
        (b"GET /x", b"/", (b"A", b"b")),
        (b"GET", b"/ HTTP/1.1\r\nX: y", (b"A", b"b")),
        (b"GET", b"/a b", (b"A", b"b")),
        (b"GET", b"/\xc3", (b"A", b"b")),
        (b"GET", b"", (b"A", b"b")),
        (b"GET", b"/", (b"A", b"b\r\nC: d")),
        (b"GET", b"/", (b"A", b"b\nC: d")),
        (b"GET", b"/", (b"A\r\nB", b"b")),
        (b"GET", b"/", (b"A", b"b\x00")),
        (b"GET", b"/", (b"A", b"b\x7f")),
    ],
)
def test_a_request_that_would_be_another_one_is_not_sent(method, target, header):
    with pytest.raises(httpx.LocalProtocolError, match="not HTTP"):
        message(method, target, [(b"Host", b"crm"), header], b"")


def test_a_request_is_written_in_one_piece():
    written = message(b"POST", b"/x?y=z", [(b"Host", b"crm"), (b"Content-Length", b"2")], b"hi")

    assert b"POST /x?y=z HTTP/1.1\r\nHost: crm\r\nContent-Length: 2\r\n\r\nhi" == written


async def test_a_flood_of_plain_chunks_gives_others_their_turn():
    loop, turns = asyncio.get_running_loop(), 0

    def another_turn() -> None:
        nonlocal turns
        turns += 1
        loop.call_soon(another_turn)

    loop.call_soon(another_turn)
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert await read([head + b"1\r\nx\r\n" * 200_000 + b"0\r\n\r\n"]) is not None

    assert turns > 3


@pytest.mark.parametrize("said", [b"\x00", b"SSH-2.0-x", b"HTTQ", b"\r\n\r\n<html>", b"HTT P/1.1 200 OK"])
async def test_what_does_not_begin_as_http_is_refused_without_waiting_for_the_end_of_a_line(said):
    class Silent(Said):
        async def read(self, *, within_s):  # noqa: ARG002 - as the real one
            return next(self._pieces, None) or pytest.fail("it waits for more")

    with pytest.raises(httpx.RemoteProtocolError):
        await Connection(cast("ByteStream", Silent([said]))).ask(request=b"", method=b"GET", patience_s=None)


@pytest.mark.parametrize("first", [b"H", b"HTTP", b"HTTP/1.1 2"])
async def test_a_beginning_that_may_become_http_is_waited_for(first):
    found = await read([first, (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")[len(first) :]])

    assert found is not None
    assert b"x" == found[1]
