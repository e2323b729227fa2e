"""One request and its answer: what the application gets and gives, and what becomes of an answer that is none."""

import asyncio
from typing import Any

import pytest
import structlog
from starlette.types import Message, Receive, Scope, Send

from gateway.http.exchange import Exchange
from gateway.http.head import Head

STANDING = [(b"date", b"today")]
START = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]}
BODY = {"type": "http.response.body", "body": b"hello"}


class Wire:
    """A connection that keeps what is written to it."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.events: list[str] = []

    def write(self, data: bytes) -> None:
        self.written.append(data)

    async def drained(self) -> None:
        return

    def wants_body(self) -> None:
        self.events.append("wants")

    def answered(self) -> None:
        self.events.append("answered")

    def cut(self) -> None:
        self.events.append("cut")

    @property
    def said(self) -> bytes:
        return b"".join(self.written)


def _exchange(wire: Wire, **head: Any) -> Exchange:
    usual = Head("POST", b"/", "1.1", [], 0, keeps=True, expects_continue=False)
    return Exchange(usual._replace(**head), {"type": "http"}, wire, STANDING)


async def _answer(*messages: Any, **head: Any) -> Wire:
    """What becomes of an answer of these *messages*."""
    wire = Wire()

    async def app(_: Scope, __: Receive, send: Send) -> None:
        for message in messages:
            await send(message)

    with structlog.testing.capture_logs():
        await _exchange(wire, **head).run(app)
    return wire


async def test_an_answer_of_known_length_is_one_write() -> None:
    wire = await _answer(START, BODY)

    assert [b"HTTP/1.1 200 OK\r\ndate: today\r\ncontent-length: 5\r\n\r\nhello"] == wire.written
    assert ["answered"] == wire.events


async def test_a_long_answer_is_not_copied() -> None:
    body = bytes(100_000)

    wire = await _answer({**START, "headers": [(b"content-length", b"100000")]}, {**BODY, "body": body})

    assert wire.written[1] is body


async def test_an_answer_of_unknown_length_begins_at_once_and_comes_in_chunks() -> None:
    parts = [{**BODY, "more_body": True}, {**BODY, "body": b"", "more_body": True}, {**BODY, "body": b""}]

    wire = await _answer({**START, "headers": []}, *parts)

    assert wire.written[0].endswith(b"transfer-encoding: chunked\r\n\r\n")
    assert [b"5\r\nhello\r\n", b"0\r\n\r\n"] == wire.written[1:]


async def test_an_answer_of_unknown_length_in_http_1_0_ends_with_the_connection() -> None:
    wire = await _answer({**START, "headers": []}, BODY, version="1.0")

    assert wire.said.endswith(b"connection: close\r\n\r\nhello")


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
async def test_an_answer_without_a_body_has_none_whatever_the_application_sends(method: str, status: int) -> None:
    wire = await _answer({**START, "status": status, "headers": []}, BODY, method=method)

    assert wire.said.endswith(b"\r\n\r\n")
    assert b"transfer-encoding" not in wire.said
    assert ["answered"] == wire.events


async def test_a_client_that_leaves_is_told_that_the_connection_ends() -> None:
    assert b"connection: close\r\n" in (await _answer(START, BODY, keeps=False)).said


async def test_an_application_may_end_the_connection() -> None:
    wire = Wire()
    exchange = _exchange(wire)
    await exchange.send({**START, "headers": [(b"content-length", b"0"), (b"Connection", b"close")]})
    await exchange.send({**BODY, "body": b""})

    assert not exchange.keeps
    assert 1 == wire.said.lower().count(b"connection: close")


@pytest.mark.parametrize(
    "header",
    [
        (b"x", b"a\r\nset-cookie: b"),
        (b"x", b"a\nb"),
        (b"x", b"a\rb"),
        (b"x", b"\x00"),
        (b"x: y\r\nz", b""),
        (b"x y", b"z"),
        (b"transfer-encoding", b"chunked"),
    ],
)
async def test_a_header_with_two_readings_is_never_sent(header: tuple[bytes, bytes]) -> None:
    wire = await _answer({**START, "headers": [header, (b"content-length", b"5")]}, BODY)

    assert wire.said.startswith(b"HTTP/1.1 500 ")
    assert header[1] not in wire.said or header[1] == b""


@pytest.mark.parametrize("body", [b"hell", b"hello!"])
async def test_an_answer_that_is_not_as_long_as_it_said_is_cut(body: bytes) -> None:
    wire = await _answer(START, {**BODY, "body": body})

    assert ["cut"] == wire.events
    assert b"hell" not in wire.said


@pytest.mark.parametrize("messages", [[], [BODY], [START, START]])
async def test_an_application_that_says_what_is_no_answer_is_ended(messages: list[Message]) -> None:
    wire = await _answer(*messages)

    assert (wire.said.startswith(b"HTTP/1.1 500 ") and b"connection: close" in wire.said) or wire.events == ["cut"]


async def test_a_surprise_behind_an_answer_changes_nothing() -> None:
    wire = await _answer(START, BODY, BODY)

    assert 1 == wire.said.count(b"hello")
    assert ["answered"] == wire.events


async def test_a_surprise_is_logged_without_its_words() -> None:
    async def app(_: Scope, __: Receive, ___: Send) -> None:
        raise RuntimeError("99960000042")

    with structlog.testing.capture_logs() as log:
        await _exchange(Wire()).run(app)

    assert [{"event": "answer_cut", "kind": "RuntimeError", "log_level": "error"}] == log


async def test_a_body_is_given_as_it_comes_and_its_end_is_told() -> None:
    exchange = _exchange(Wire())
    exchange.hears(b"he")
    exchange.hears(b"llo")
    assert 5 == exchange.waiting
    first = await exchange.receive()
    exchange.hears_the_end()

    assert (b"hello", True) == (first["body"], first["more_body"])
    assert {"type": "http.request", "body": b"", "more_body": False} == await exchange.receive()
    assert 0 == exchange.waiting


async def test_behind_the_body_the_application_waits_until_the_client_is_gone() -> None:
    exchange = _exchange(Wire())
    exchange.hears_the_end()
    await exchange.receive()
    waiting = asyncio.create_task(exchange.receive())
    await asyncio.sleep(0)
    assert not waiting.done()

    exchange.lose()

    assert "http.disconnect" == (await waiting)["type"]


async def test_nothing_is_sent_to_a_client_that_is_gone() -> None:
    wire = Wire()
    exchange = _exchange(wire)
    exchange.lose()
    await exchange.send(START)
    await exchange.send(BODY)

    assert [] == wire.written


async def test_100_is_sent_once_and_only_to_who_waits_for_it() -> None:
    wire = Wire()
    exchange = _exchange(wire, expects_continue=True)
    waiting = [asyncio.create_task(exchange.receive()) for _ in range(2)]
    await asyncio.sleep(0)
    assert [b"HTTP/1.1 100 Continue\r\n\r\n"] == wire.written

    exchange.hears_the_end()
    await asyncio.gather(*waiting)
    impatient = _exchange(wire, expects_continue=True)
    impatient.hears(b"x")
    await impatient.receive()

    assert 1 == len(wire.written)
