"""The reader of requests: what it tells, what it refuses, and the habits of h11 that make limits of ours necessary."""

import time

import h11
import pytest

from gateway.http.chunked import MAX_CHUNKS
from gateway.http.framing import Refusal
from gateway.http.patience import Phase
from tests.bars import bar
from tests.gateway.http.reading import Told

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
COUNTED = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"


@pytest.fixture
def told() -> Told:
    return Told()


def test_the_phases_of_a_request_are_told(told: Told) -> None:
    told.hears(GET[:5])
    assert [Phase.HEAD] == told.phases

    told.hears(GET[5:])
    assert [Phase.HEAD, Phase.BODY, Phase.ANSWER] == list(dict.fromkeys(told.phases))

    told.answers()
    assert Phase.IDLE is told.phases[-1]


def test_the_start_of_the_next_request_is_told_also_when_it_came_with_the_last_one(told: Told) -> None:
    told.hears(GET + b"GET")

    told.answers()

    assert Phase.HEAD is told.phases[-1]


@pytest.mark.parametrize("request_", [CHUNKED + b"3\r\nabc\r\n0\r\n\r\n", COUNTED % 3 + b"abc"])
def test_a_request_in_single_bytes_is_the_same_request(told: Told, request_: bytes) -> None:
    for byte in request_:
        told.hears(bytes([byte]))

    (asked,) = told.requests
    assert (b"abc", True) == (asked.body, asked.whole)
    assert [] == told.refusals


def test_a_body_larger_than_what_is_read_at_once_is_whole(told: Told) -> None:
    body = b"x" * 200_000

    (asked,) = told.hears(COUNTED % len(body) + body + GET)

    assert (body, True) == (asked.body, asked.whole)
    assert 2 == len(told.answers())


def test_a_body_in_large_chunks_is_whole(told: Told) -> None:
    chunk = b"%x\r\n%b\r\n" % (50_000, b"x" * 50_000)

    (asked,) = told.hears(CHUNKED + chunk * 4 + b"0\r\n\r\n" + GET)

    assert (b"x" * 200_000, True) == (asked.body, asked.whole)
    assert 2 == len(told.answers())


def test_what_comes_behind_a_request_waits_until_that_is_answered(told: Told) -> None:
    told.hears(GET + GET)
    assert told.reader.holds
    assert 1 == len(told.hears(GET))

    assert [2, 3] == [len(told.answers()), len(told.answers())]
    assert not told.reader.holds


def test_nothing_behind_a_request_is_checked_before_that_is_answered(told: Told) -> None:
    told.hears(GET + b"\x00\r\n\r\n")
    assert [] == told.refusals

    told.answers()
    assert [Refusal.MALFORMED] == told.refusals


@pytest.mark.parametrize("lines", [0, 1])
def test_headers_longer_than_allowed_are_refused_complete_or_not(lines: int) -> None:
    told = Told(max_header_bytes=4096)

    assert [] == told.hears(GET[:-2] + b"X: " + b"x" * 5000 + b"\r\n\r\n" * lines)
    assert [Refusal.TOO_LARGE] == told.refusals


def test_headers_that_trickle_beyond_what_is_allowed_are_refused() -> None:
    told = Told(max_header_bytes=4096)

    for _ in range(100):
        told.hears(b"X" * 100)

    assert [Refusal.TOO_LARGE] == told.refusals


def test_an_end_in_two_parts_is_seen_wherever_it_is_cut(told: Told) -> None:
    for cut in range(1, len(GET)):
        told.hears(GET[:cut])
        told.hears(GET[cut:])
        told.answers()

    assert len(GET) - 1 == len(told.requests)


def test_a_head_that_came_before_is_not_read_again_unless_it_is_long(told: Told) -> None:
    long = GET[:-2] + b"X: " + b"x" * 2048 + b"\r\n\r\n"
    for data in (GET, GET, long, long):
        told.hears(data)
        told.answers()

    heads = [asked.head for asked in told.requests]
    assert heads[0] is heads[1]
    assert (heads[2], False) == (heads[3], heads[2] is heads[3])


def test_a_head_is_forgotten_when_nothing_more_is_heard(told: Told) -> None:
    told.hears(GET)

    told.reader.hear_nothing_more()

    assert told.reader._known is None


@pytest.mark.parametrize("first", [b"\x16\x03\x01", b"\r\n", b"\n", b"\x00", b" GET"])
def test_what_cannot_become_a_request_is_refused_at_its_first_byte(told: Told, first: bytes) -> None:
    told.hears(first)

    assert [Refusal.MALFORMED] == told.refusals


def test_h11_alone_has_no_limit_for_headers_that_come_at_once() -> None:
    conn = h11.Connection(h11.SERVER, 4096)
    conn.receive_data(GET[:-2] + b"X: " + b"x" * 100_000 + b"\r\n\r\n")

    assert isinstance(conn.next_event(), h11.Request)


def test_h11_alone_lets_one_of_two_lengths_win() -> None:
    conn = h11.Connection(h11.SERVER)
    conn.receive_data(CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Length: 5\r\n\r\n"))

    assert isinstance(conn.next_event(), h11.Request)


def test_trailers_longer_than_allowed_are_refused() -> None:
    told = Told(max_header_bytes=4096)
    told.hears(CHUNKED)

    told.hears(b"0\r\n" + b"a: b\r\n" * 50_000 + b"\r\n")

    assert [Refusal.TOO_LARGE] == told.refusals


def test_a_body_of_tiny_chunks_is_refused_before_it_costs_much(told: Told) -> None:
    told.hears(CHUNKED)
    began = time.perf_counter()

    told.hears(b"1\r\nx\r\n" * 40_000)

    assert [Refusal.TOO_MANY_CHUNKS] == told.refusals
    # Without the limit this is about 0.7 s, in which nobody else is answered.
    assert time.perf_counter() - began < bar(0.25)


def test_as_many_chunks_as_allowed_are_allowed_in_each_request(told: Told) -> None:
    for _ in range(2):
        assert told.hears(CHUNKED + b"1\r\nx\r\n" * MAX_CHUNKS + b"0\r\n\r\n")[-1].whole
        told.answers()


@pytest.mark.parametrize(
    "chunk",
    [
        b"0x5\r\nhello\r\n",
        b"-1\r\n",
        b"+5\r\nhello\r\n",
        b"5\nhello\n",
        b"g\r\n",
        b"\r\n",
        b"5\r\nhelloX\r\n",
        b"f" * 21 + b"\r\n",
    ],
)
def test_a_chunk_that_is_not_well_formed_ends_the_connection(told: Told, chunk: bytes) -> None:
    told.hears(CHUNKED)

    told.hears(chunk + b"\r\n")

    assert [Refusal.MALFORMED] == told.refusals


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", Refusal.MALFORMED),
        (CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Length: 5\r\n\r\n"), Refusal.AMBIGUOUS_LENGTH),
        (CHUNKED + b"1\r\nx\r\n" * (MAX_CHUNKS + 1), Refusal.TOO_MANY_CHUNKS),
    ],
)
def test_after_a_refusal_nothing_is_heard(told: Told, data: bytes, refusal: Refusal) -> None:
    told.hears(data)
    heard, requests = len(told.phases), len(told.requests)

    assert requests == len(told.hears(b"0\r\n\r\n" + GET))
    assert requests == len(told.answers())
    assert [refusal] == told.refusals
    assert heard == len(told.phases)


@pytest.mark.parametrize("last", [b"GET / HTTP/1.0\r\n\r\n", GET[:-2] + b"Connection: x, Close\r\n\r\n"])
def test_what_comes_behind_a_last_request_spoils_nothing(told: Told, last: bytes) -> None:
    """Old clients send an empty line behind a body; h11 alone answers the good request with 400."""
    (asked,) = told.hears(last)
    assert (True, False) == (asked.whole, asked.head.keeps)

    assert 1 == len(told.hears(b"\r\n" + GET))
    assert 1 == len(told.answers())
    assert [] == told.refusals
