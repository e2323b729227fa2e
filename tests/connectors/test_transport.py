"""One host over kept connections: an exchange is whole or it is nothing, and what follows it is never taken for another."""

import asyncio
import contextlib
import socket

import httpx
import pytest

from connectors.transport import OneHostTransport
from tests.bars import bar
from tests.connectors.peer import Exchange, Peer

HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
POISON = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"


async def hello(exchange: Exchange) -> None:
    await exchange.say(HELLO)


@pytest.fixture
async def peer():
    async with Peer(hello).listening() as peer:
        yield peer


@pytest.fixture
async def client(peer):
    transport = OneHostTransport(httpx.URL(peer.url), ssl_context=None)
    async with httpx.AsyncClient(transport=transport, base_url=peer.url, timeout=2) as client:
        yield client


def saying(*pieces: bytes, pause_s: float = 0.0, hang_up: bool = False):
    async def script(exchange: Exchange) -> None:
        for piece in pieces:
            await exchange.say(piece)
            await asyncio.sleep(pause_s)
        if hang_up:
            exchange.hang_up()

    return script


@pytest.mark.parametrize(
    "answer",
    [
        HELLO,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nTrailer: x\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + HELLO,
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello",
    ],
    ids=["length", "chunks", "interim answers", "the same length twice", "no reason"],
)
async def test_a_whole_answer_is_read_and_its_connection_kept(answer, peer, client):
    peer.script = saying(answer)

    for _ in range(3):
        assert b"hello" == (await client.get("/")).content

    assert 1 == peer.connections


@pytest.mark.parametrize("version", [b"HTTP/1.0", b"HTTP/1.1"])
async def test_an_answer_that_ends_with_its_connection_is_read(version, peer, client):
    peer.script = saying(version + b" 200 OK\r\n\r\nhel", b"lo", hang_up=True)

    assert b"hello" == (await client.get("/")).content


@pytest.mark.parametrize(
    "behind",
    [POISON, b"x", b"\r\n\r\n", POISON * 3000, b"x" * 200_000],
    ids=["an answer", "a byte", "empty lines", "many answers", "much"],
)
@pytest.mark.parametrize(
    "answer",
    [HELLO, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"],
    ids=["length", "chunks"],
)
@pytest.mark.parametrize("pause_s", [0, 0.01])
async def test_what_comes_after_an_answer_is_never_the_next_answer(answer, behind, pause_s, peer, client):
    peer.script = saying(answer, behind, pause_s=pause_s) if pause_s else saying(answer + behind)
    first = await client.get("/")
    await asyncio.sleep(2 * pause_s)
    peer.script = hello
    second = await client.get("/")

    assert (b"hello", b"hello") == (first.content, second.content)
    assert 2 == peer.connections


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
async def test_a_body_where_none_may_be_is_not_the_next_answer(status, peer, client):
    peer.script = saying(b"HTTP/1.1 " + status + b"\r\nContent-Length: 44\r\n\r\n" + POISON)
    first = await client.get("/")
    peer.script = hello

    assert b"" == first.content
    assert b"hello" == (await client.get("/")).content
    assert 2 == peer.connections


async def test_an_answer_longer_than_it_says_is_cut_and_its_rest_forgotten(peer, client):
    peer.script = saying(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more")

    for _ in range(3):
        assert b"hello" == (await client.get("/")).content

    assert 3 == peer.connections


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: \xd9\xa5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffffffff\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"0" * 200_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA : b\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nA\x00: b\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 20 OK\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nhello",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000 + HELLO,
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 8_000_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 1_000_000 + b"\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00" * 20 + b"\r\n\r\n",
        b"\r\n" * 100_000,
    ],
    ids=[
        "length and chunks", "two lengths", "two lengths in one line", "negative length", "signed length", "hex length",
        "arabic length", "compressed chunks", "unknown coding", "negative chunk", "prefixed chunk", "longer chunk",
        "endless chunk", "endless chunk size", "space before colon", "zero in name", "no colon", "short status",
        "other protocol", "interim flood", "huge header", "header flood", "ssh", "tls", "empty lines",
    ],
)  # fmt: skip
async def test_what_is_not_strict_http_is_an_error_and_its_connection_not_used_again(answer, peer, client):
    async def script(exchange: Exchange) -> None:
        with contextlib.suppress(ConnectionError):
            await exchange.say(answer)
            exchange.finish_speaking()

    peer.script = script
    began = asyncio.get_running_loop().time()
    with pytest.raises(httpx.TransportError) as caught:
        await client.get("/")

    assert 1 > asyncio.get_running_loop().time() - began
    assert "hello" not in f"{caught.value!r}"
    peer.script = hello
    assert b"hello" == (await client.get("/")).content
    assert 2 == peer.connections


@pytest.mark.parametrize(
    "said", [b"", b"HTTP/1.1 200 O", HELLO[:-1]], ids=["before", "inside the head", "inside the body"]
)
async def test_a_reset_is_an_error(said, peer, client):
    async def script(exchange: Exchange) -> None:
        await exchange.say(said)
        await asyncio.sleep(0.01)
        exchange.reset()

    peer.script = script
    with pytest.raises(httpx.TransportError):
        await client.get("/")


async def test_a_reset_after_the_answer_harms_neither_it_nor_the_next(peer, client):
    async def script(exchange: Exchange) -> None:
        await exchange.say(HELLO)
        exchange.reset()

    peer.script = script
    for _ in range(3):
        assert b"hello" == (await client.get("/")).content


async def test_an_answer_to_a_request_that_was_not_read_to_its_end_is_read(peer, client):
    """
    A system that refuses a request by its size answers and leaves while we are still sending.
    """

    async def refuses(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.close()

    server = await asyncio.start_server(refuses, "127.0.0.1", 0)
    url = httpx.URL(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    async with httpx.AsyncClient(transport=OneHostTransport(url, ssl_context=None)) as refused:
        answer = await refused.post(url, content=b"x" * 20_000_000)
    server.close()

    assert 413 == answer.status_code


async def test_a_peer_that_says_something_before_it_is_asked_is_not_believed_later(peer, client):
    await client.get("/")
    (exchange,) = peer.requests
    await exchange.say(POISON)

    assert b"hello" == (await client.get("/")).content
    assert 2 == peer.connections


async def test_httpx_sees_neither_cookies_nor_where_a_redirect_leads(peer, client):
    peer.script = saying(
        b"HTTP/1.1 302 Found\r\nLocation: http://\xff:x]/\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"
    )

    answer = await client.get("/")

    assert 302 == answer.status_code
    assert {"content-length"} == set(answer.headers)


async def test_a_flood_of_tiny_parts_leaves_others_their_turn(peer, client):
    """
    Without a turn for others, one full buffer of one-byte chunks takes some tenths of a second.
    """
    longest, ended = 0.0, False

    async def others() -> None:
        nonlocal longest
        loop = asyncio.get_running_loop()
        while not ended:
            began = loop.time()
            await asyncio.sleep(0)
            longest = max(longest, loop.time() - began)

    peer.script = saying(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 15_000 + b"0\r\n\r\n"
    )
    watching = asyncio.ensure_future(others())
    assert 15_000 == len((await client.get("/")).content)
    ended = True
    await watching

    assert 0.3 > longest


async def test_of_several_addresses_one_that_answers_is_enough(peer, monkeypatch):
    loop = asyncio.get_running_loop()

    async def found(host: str, port: int, **_: object) -> list[object]:
        assert "crm.example" == host
        tcp = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
        # The first is of a network for documentation, where nobody answers; the second refuses.
        return [(*tcp, ("192.0.2.1", port)), (*tcp, ("127.0.0.2", 1)), (*tcp, ("127.0.0.1", port))]

    monkeypatch.setattr(loop, "getaddrinfo", found)
    url = httpx.URL(f"http://crm.example:{peer.port}")
    transport = OneHostTransport(url, ssl_context=None)
    async with httpx.AsyncClient(transport=transport, timeout=httpx.Timeout(1, connect=0.3)) as client:
        assert b"hello" == (await client.get(url)).content


async def test_a_name_that_nobody_knows_is_a_failure_to_connect(monkeypatch):
    async def found(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", found)
    url = httpx.URL("http://crm.example")
    async with httpx.AsyncClient(transport=OneHostTransport(url, ssl_context=None)) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(url)


async def test_a_retired_transport_ends_what_is_under_way_and_keeps_no_connection(peer):
    peer.script = saying(HELLO[:-2], HELLO[-2:], pause_s=0.02)
    transport = OneHostTransport(httpx.URL(peer.url), ssl_context=None)
    exchange = await transport.ask(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", method=b"GET", connect_s=1, read_s=1)
    opening = asyncio.create_task(transport.open_ahead(2, within_s=1))
    transport.retire()

    assert b"hello" == b"".join([part async for part in exchange.body()])
    exchange.end()
    await opening
    async with asyncio.timeout(bar(1)):
        while peer.open:  # noqa: ASYNC110 - the peer tells nobody
            await asyncio.sleep(0.001)
    await transport.aclose()
