"""The wire asks its own transport directly and any other as httpx would: the system hears and we read the same."""

import httpx
import pytest
from pydantic import SecretStr

from connectors.credentials import bearer
from connectors.errors import ConnectorError
from connectors.outgoing import OUTGOING
from connectors.settings import SystemSettings
from connectors.transport import OneHostTransport
from connectors.wire import HttpWire, Reply
from tests.connectors.peer import Peer


class Wrapped(httpx.AsyncBaseTransport):
    """A transport that is not the wire's own."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


@pytest.fixture
async def peer():
    async with Peer(lambda exchange: exchange.answer(b"hello")).listening() as peer:
        yield peer


async def outcomes(peer: Peer, ask) -> list[tuple[bytes, bytes, Reply | tuple[type, str]]]:
    """What each way lets the system hear and what comes of it."""
    settings = SystemSettings.model_validate({"url": f"{peer.url}/base", "guard": {"timeout_s": 0.2}})
    found: list[tuple[bytes, bytes, Reply | tuple[type, str]]] = []
    for transport in (None, Wrapped(OneHostTransport(httpx.URL(peer.url), ssl_context=None))):
        wire = HttpWire("crm", settings, credential=bearer(SecretStr("x")), headers={"X": "y"}, transport=transport)
        try:
            outcome = await ask(wire)
        except ConnectorError as error:
            outcome = type(error), error.reason
        await wire.aclose()
        found.append((peer.requests[-1].head, peer.requests[-1].body, outcome))
    return found


ASKED = {
    "get": lambda wire: wire.get("/customer", operation="x"),
    "get with parameters": lambda wire: wire.get("/customer", operation="x", params={"id": "1,2", "ü": "& ="}),
    "odd path": lambda wire: wire.get("/a b/../ü", operation="x"),
    "post": lambda wire: wire.post("", b"<a/>", operation="x", headers={"Content-Type": "text/xml"}),
    "empty post": lambda wire: wire.post("/x", b"", operation="x", headers={}),
}


@pytest.mark.parametrize("asked", ASKED)
async def test_the_system_hears_the_same(asked, peer):
    with_it = OUTGOING.set((("traceparent", "00-1-2-01"), ("Authorization", "theirs")))
    direct, through_httpx = await outcomes(peer, ASKED[asked])
    OUTGOING.reset(with_it)

    def lines(head: bytes) -> tuple[bytes, list[bytes]]:
        first, *rest = head.lower().split(b"\r\n")
        return first, sorted(rest)

    assert lines(direct[0]) == lines(through_httpx[0])
    assert direct[1] == through_httpx[1]
    assert b"\r\ntraceparent: 00-1-2-01\r\n" in direct[0]
    assert 1 == direct[0].lower().count(b"authorization:")


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=GBK\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nX-Total-Count: 1\r\nX-Total-Count: 2\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Type: c/d\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nX: \xff\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\n\r\n",
        b"HTTP/1.1 503 Unavailable\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nhello",
        b"SSH-2.0\r\n\r\n",
    ],
)
async def test_the_same_is_read(said, peer):
    peer.script = lambda exchange: exchange.say(said)

    direct, through_httpx = await outcomes(peer, ASKED["get"])

    assert direct[2] == through_httpx[2]


async def test_a_header_that_comes_twice_is_one_with_commas(peer):
    peer.script = lambda exchange: exchange.say(
        b"HTTP/1.1 200 OK\r\nX-Total-Count: 1\r\nx-total-count: 2\r\nContent-Length: 0\r\n\r\n"
    )

    for _, _, reply in await outcomes(peer, ASKED["get"]):
        assert isinstance(reply, Reply)
        assert "1, 2" == reply.headers["x-total-count"]


async def test_what_goes_along_is_that_of_the_call(peer):
    """
    Single flight asks in a task of its own, which keeps what was set where it was started.
    """
    wire = HttpWire("crm", SystemSettings.model_validate({"url": peer.url}))

    with_it = OUTGOING.set((("X-Correlation-Id", "one"),))
    await wire.get("/", operation="x")
    OUTGOING.reset(with_it)
    await wire.get("/", operation="x")
    await wire.aclose()

    assert [True, False] == [b"X-Correlation-Id: one\r\n" in exchange.head for exchange in peer.requests]
