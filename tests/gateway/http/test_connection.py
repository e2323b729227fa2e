"""The parser made strict: what it tells, what it refuses, and the habits of h11 that make it necessary."""

import time

import h11
import pytest

from gateway.http.connection import MAX_CHUNKS, StrictConnection
from gateway.http.framing import Refusal
from gateway.http.patience import Phase
from gateway.settings import ServerSettings

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"


class Told:
    """A connection and what it told."""

    def __init__(self, **settings: int) -> None:
        self.phases: list[Phase] = []
        self.refusals: list[Refusal] = []
        self.conn = StrictConnection(
            ServerSettings(**settings),
            on_phase=self.phases.append,
            on_refusal=self.refusals.append,
        )

    def hears(self, data: bytes) -> list[h11.Event]:
        """All events that *data* leads to."""
        self.conn.receive_data(data)
        return self._events()

    def _events(self) -> list[h11.Event]:
        events = []
        while isinstance(event := self.conn.next_event(), h11.Event):
            events.append(event)
        return events

    def answers(self) -> list[h11.Event]:
        """An empty answer, and what had come before it was given."""
        self.conn.send(h11.Response(status_code=200, headers=[(b"content-length", b"0")]))
        self.conn.send(h11.EndOfMessage())
        self.conn.start_next_cycle()
        return self._events()


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


def test_a_request_in_single_bytes_is_the_same_request(told: Told) -> None:
    events = [event for byte in CHUNKED + b"3\r\nabc\r\n0\r\n\r\n" for event in told.hears(bytes([byte]))]

    assert b"abc" == b"".join(event.data for event in events if isinstance(event, h11.Data))
    assert isinstance(events[-1], h11.EndOfMessage)
    assert [] == told.refusals


def test_a_body_larger_than_what_is_read_at_once_is_whole(told: Told) -> None:
    body = b"x" * 200_000

    events = told.hears(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000\r\n\r\n" + body + GET)

    assert body == b"".join(event.data for event in events if isinstance(event, h11.Data))
    assert isinstance(events[-1], h11.EndOfMessage)
    assert isinstance(told.answers()[0], h11.Request)


@pytest.mark.parametrize("lines", [0, 1])
def test_headers_longer_than_allowed_are_refused_complete_or_not(lines: int) -> None:
    told = Told(max_header_bytes=4096)

    assert [] == told.hears(GET[:-2] + b"X: " + b"x" * 5000 + b"\r\n\r\n" * lines)
    assert [Refusal.TOO_LARGE] == told.refusals


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
    assert time.perf_counter() - began < 0.25


def test_as_many_chunks_as_allowed_are_allowed_in_each_request(told: Told) -> None:
    for _ in range(2):
        events = told.hears(CHUNKED + b"1\r\nx\r\n" * MAX_CHUNKS + b"0\r\n\r\n")
        assert isinstance(events[-1], h11.EndOfMessage)
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
    heard = len(told.phases)

    assert [] == told.hears(b"0\r\n\r\n" + GET)
    assert [refusal] == told.refusals
    assert heard == len(told.phases)


def test_what_comes_behind_a_last_request_spoils_nothing(told: Told) -> None:
    """Old clients send an empty line behind a body; h11 alone answers the good request with 400."""
    events = told.hears(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    assert isinstance(events[-1], h11.EndOfMessage)

    assert [] == told.hears(b"\r\n")
    assert [] == told.refusals
    assert told.conn.send(h11.Response(status_code=200, headers=[])).startswith(b"HTTP/1.1 200")
