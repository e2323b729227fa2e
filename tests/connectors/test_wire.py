"""One system over HTTP: what is read, what is refused, and that nothing but the configured address is ever reached."""

import asyncio
import gzip
import logging
import random

import httpx
import pytest

from connectors.errors import BadData, TimedOut, Unavailable
from connectors.guard.settings import GuardSettings
from connectors.offload import LARGE
from connectors.settings import SystemSettings
from connectors.transport import OneHostTransport
from connectors.wire import HttpWire, Reply, decoded
from tests.connectors.peer import Exchange, Peer


def settings(peer: Peer, **changes) -> SystemSettings:
    return SystemSettings.model_validate({"url": peer.url, **changes})


@pytest.fixture
async def peer():
    async def hello(exchange: Exchange) -> None:
        await exchange.answer(b"hello")

    async with Peer(hello).listening() as peer:
        yield peer


@pytest.fixture
async def wire(peer):
    wire = HttpWire("crm", settings(peer, max_reply_bytes=20_000))
    yield wire
    await wire.aclose()


def scripted(*, body: bytes = b"", headers: str = "", status: str = "200 OK"):
    async def script(exchange: Exchange) -> None:
        await exchange.answer(body, headers=headers, status=status)

    return script


async def test_gives_the_whole_answer(peer, wire):
    reply = await wire.get("/customer", operation="GET /customer", params={"id": "1 2"})

    assert (200, "text/plain", b"hello") == (reply.status, reply.content_type, reply.body)
    assert peer.requests[0].head.startswith(b"GET /customer?id=1%202 HTTP/1.1\r\n") or peer.requests[0].head.startswith(
        b"GET /customer?id=1+2 HTTP/1.1\r\n"
    )


async def test_posts_a_body_below_the_configured_path(peer):
    wire = HttpWire("crm", settings(peer, url=peer.url + "/base/"))

    await wire.post("", b"<a/>", operation="x", headers={"Content-Type": "text/xml"})
    await wire.post("/below", b"<b/>", operation="x", headers={})
    await wire.aclose()

    assert [b"POST /base HTTP/1.1", b"POST /base/below HTTP/1.1"] == [
        exchange.head.partition(b"\r\n")[0] for exchange in peer.requests
    ]
    assert b"<a/>" == peer.requests[0].body


async def test_a_redirect_is_refused_and_not_followed(peer, wire):
    peer.script = scripted(status="302 Found", headers=f"Location: {peer.url}/elsewhere\r\n")

    with pytest.raises(BadData, match="redirect"):
        await wire.get("/", operation="x")

    assert 1 == len(peer.requests)


@pytest.mark.parametrize("path", ["elsewhere", "@evil.example/", ".evil.example", ":1/"])
async def test_a_path_cannot_change_the_host(path, peer, wire):
    with pytest.raises(ValueError, match="starts with /"):
        await wire.get(path, operation="x")

    assert not peer.requests


@pytest.mark.parametrize("path", ["//evil.example/x", "/@evil.example", "/http://evil.example/"])
async def test_a_path_that_looks_like_another_host_stays_a_path(path, peer, wire):
    await wire.get(path, operation="x")

    assert f"Host: 127.0.0.1:{peer.port}".encode() in peer.requests[0].head


async def test_a_transport_speaks_to_its_own_host_whatever_an_address_says(peer):
    transport = OneHostTransport(httpx.URL(peer.url), ssl_context=None)
    async with httpx.AsyncClient(transport=transport) as client:
        await client.get("http://192.0.2.1/x")

    assert peer.requests[0].head.startswith(b"GET /x HTTP/1.1\r\n")


async def test_proxies_of_the_environment_are_ignored(peer, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    wire = HttpWire("crm", settings(peer))

    reply = await wire.get("/", operation="x")
    await wire.aclose()

    assert b"hello" == reply.body


async def test_an_answers_cookies_do_not_reach_the_next_call(peer, wire):
    peer.script = scripted(headers="Set-Cookie: JSESSIONID=somebody; Path=/\r\n")

    await wire.get("/", operation="x")
    await wire.get("/", operation="x")

    assert b"cookie" not in peer.requests[1].head.lower()


async def test_addresses_and_headers_are_never_logged(peer, wire, caplog):
    caplog.set_level(logging.DEBUG)

    await wire.get("/customer", operation="x", params={"msisdn": "99960000042"})

    assert "99960000042" not in caplog.text
    assert "/customer" not in caplog.text


async def test_an_answer_does_not_show_its_body(peer, wire):
    assert "hello" not in repr(await wire.get("/", operation="x"))


async def test_a_longer_answer_than_allowed_is_refused(peer, wire):
    peer.script = scripted(body=b"x" * 20_001)
    with pytest.raises(BadData, match="max_reply_bytes"):
        await wire.get("/", operation="x")

    peer.script = scripted(body=b"x" * 20_000)
    assert 20_000 == len((await wire.get("/", operation="x")).body)


async def test_an_endless_answer_is_left_early(peer, wire):
    said = 0

    async def endless(exchange: Exchange) -> None:
        nonlocal said
        await exchange.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            await exchange.say(b"2000\r\n" + b"x" * 0x2000 + b"\r\n")
            said += 0x2000
            await asyncio.sleep(0)

    peer.script = endless
    with pytest.raises(BadData, match="max_reply_bytes"):
        await wire.get("/", operation="x")
    await asyncio.sleep(0.02)

    assert said < 20_000_000
    assert 0 == peer.open


async def test_a_compressed_answer_is_read_and_a_damaged_one_is_bad_data(peer, wire):
    compressed = gzip.compress(b"compressed")
    peer.script = scripted(body=compressed, headers="Content-Encoding: gzip\r\n")
    assert b"compressed" == (await wire.get("/", operation="x")).body

    peer.script = scripted(body=compressed[:-1], headers="Content-Encoding: gzip\r\n")
    with pytest.raises(BadData, match="cut off"):
        await wire.get("/", operation="x")


@pytest.mark.parametrize(
    ("said", "media_type", "charset"),
    [
        ("text/xml", "text/xml", None),
        ("Text/XML; Charset=UTF-8", "text/xml", "utf-8"),
        ('text/xml;charset="gbk"', "text/xml", "gbk"),
        ("text/xml; charset='gbk'", "text/xml", "gbk"),
        ('text/xml; action="; charset=gbk"; charset=utf-8', "text/xml", "utf-8"),
        ("text/xml; charset=utf-8; charset=UTF-8", "text/xml", "utf-8"),
        ("text/xml; charset=", "text/xml", None),
        ("text/xml; charset", "text/xml", None),
        ("text/xml; xcharset=gbk", "text/xml", None),
        ("", "", None),
    ],
)
async def test_the_content_type_is_taken_apart(said, media_type, charset, peer, wire):
    peer.script = lambda exchange: exchange.say(
        f"HTTP/1.1 200 OK\r\nContent-Type: {said}\r\nContent-Length: 0\r\n\r\n".encode()
    )

    reply = await wire.get("/", operation="x")

    assert (media_type, charset) == (reply.content_type, reply.charset)


async def test_two_charsets_in_one_content_type_are_refused(peer, wire):
    peer.script = lambda exchange: exchange.say(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8; charset=gbk\r\nContent-Length: 0\r\n\r\n"
    )

    with pytest.raises(BadData, match="two charsets"):
        await wire.get("/", operation="x")


@pytest.mark.parametrize(
    "location",
    ["http://192.0.2.1/", "//192.0.2.1/", "https://[::1", "http://", "\\", "javascript:x", "x" * 20_000, ""],
    ids=lambda location: location[:12],
)
@pytest.mark.parametrize("status", ["300 Choices", "301 Moved", "303 Other", "304 Same", "307 Temporary", "308 Moved"])
async def test_no_kind_of_redirect_is_followed(status, location, peer, wire):
    peer.script = scripted(status=status, headers=f"Location: {location}\r\nRefresh: 0; url={location}\r\n")

    with pytest.raises(BadData, match="redirect"):
        await wire.get("/", operation="x")

    assert 1 == len(peer.requests)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200 O",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n123",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n12",
        b"\x00\xff" * 50 + b"\r\n\r\n",
    ],
    ids=["nothing", "status", "body", "chunk", "chunk size", "two lengths", "garbage"],
)
async def test_a_cut_or_garbled_exchange_is_an_error_and_its_connection_is_not_used_again(said, peer, wire):
    async def cut(exchange: Exchange) -> None:
        await exchange.say(said)
        exchange.hang_up()

    whole, peer.script = peer.script, cut
    with pytest.raises(Unavailable):
        await wire.get("/", operation="x")

    peer.script = whole
    assert b"hello" == (await wire.get("/", operation="x")).body
    assert 2 == peer.connections


async def test_a_refused_connection_is_unavailable():
    wire = HttpWire("crm", SystemSettings.model_validate({"url": "http://127.0.0.1:1"}))

    with pytest.raises(Unavailable) as caught:
        await wire.get("/customer", operation="GET /customer")
    await wire.aclose()

    assert "ConnectError" == caught.value.reason


async def test_a_silent_system_times_out(peer):
    peer.script = lambda _exchange: asyncio.sleep(5)
    wire = HttpWire("crm", settings(peer, guard=GuardSettings(timeout_s=0.05)))

    with pytest.raises(TimedOut):
        await wire.get("/", operation="x")
    await wire.aclose()


async def test_calls_in_turn_share_a_connection(peer, wire):
    for _ in range(5):
        await wire.get("/", operation="x")

    assert 1 == peer.connections


async def test_connections_are_opened_ahead_and_used(peer):
    wire = HttpWire("crm", settings(peer, open_ahead=3))

    await wire.open_ahead()
    await asyncio.sleep(0.01)
    assert 3 == peer.connections
    await asyncio.gather(*(wire.get("/", operation="x") for _ in range(3)))
    await wire.open_ahead()
    assert 3 == peer.connections

    await wire.aclose()
    await asyncio.sleep(0.01)
    assert 0 == peer.open


async def test_by_default_none_is_opened_ahead(peer, wire):
    await wire.open_ahead()
    await asyncio.sleep(0.01)

    assert 0 == peer.connections


async def test_a_system_that_cannot_be_reached_yet_does_not_stop_the_start():
    wire = HttpWire("crm", SystemSettings.model_validate({"url": "http://127.0.0.1:1", "open_ahead": 2}))

    await wire.open_ahead()
    await wire.aclose()


async def test_a_connection_closed_meanwhile_is_replaced(peer, wire):
    async def once(exchange: Exchange) -> None:
        await exchange.answer(b"hello")
        await asyncio.sleep(0.01)  # Later than the answer was read, or the connection would not be kept at all.
        exchange.hang_up()

    peer.script = once
    await wire.get("/", operation="x")
    await asyncio.sleep(0.03)

    assert b"hello" == (await wire.get("/", operation="x")).body
    assert 2 == peer.connections


async def test_a_connection_unused_for_too_long_is_closed():
    async def hello(exchange: Exchange) -> None:
        await exchange.answer(b"hello")

    async with Peer(hello).listening() as peer:
        transport = OneHostTransport(httpx.URL(peer.url), ssl_context=None, keepalive_s=0.01)
        async with httpx.AsyncClient(transport=transport) as client:
            await asyncio.gather(*(client.get(peer.url) for _ in range(5)))
            await asyncio.sleep(0.03)
            await client.get(peer.url)
            await asyncio.sleep(0.01)

            assert 1 == peer.open


async def test_a_connection_whose_exchange_is_not_over_is_never_kept(peer):
    peer.script = lambda exchange: exchange.say(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe")
    transport = OneHostTransport(httpx.URL(peer.url), ssl_context=None)

    async with httpx.AsyncClient(transport=transport) as client, client.stream("GET", peer.url):
        pass

    assert not transport._idle


async def test_closing_leaves_no_connection_open(peer, wire):
    await asyncio.gather(*(wire.get("/", operation="x") for _ in range(10)))

    await wire.aclose()
    await asyncio.sleep(0.02)

    assert 0 == peer.open


async def test_calls_cancelled_at_any_instant_cost_neither_connections_nor_later_answers(peer, wire):
    """
    httpcore's own pool keeps dead connections after this, until it has no place left.
    """

    async def cancelled_after(turns: int) -> None:
        call = asyncio.ensure_future(wire.get("/", operation="x"))
        for _ in range(turns):
            await asyncio.sleep(0)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)

    for turns in range(60):
        await asyncio.gather(*(cancelled_after(turns) for _ in range(6)))
    await asyncio.sleep(0.05)
    assert peer.open <= 6

    replies = await asyncio.gather(*(wire.get("/", operation="x") for _ in range(16)))
    assert {b"hello"} == {reply.body for reply in replies}


async def test_calls_cancelled_inside_broken_answers_leave_nothing_behind(peer, wire):
    random.seed(7)
    whole, peer.script = peer.script, misbehaving

    async def hang_up_soon() -> None:
        call = asyncio.ensure_future(wire.get("/", operation="x"))
        await asyncio.sleep(random.random() / 100)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)

    for _ in range(10):
        await asyncio.gather(*(hang_up_soon() for _ in range(10)))
    await asyncio.sleep(0.05)
    assert peer.open <= 10

    peer.script = whole
    assert b"hello" == (await wire.get("/", operation="x")).body


async def misbehaving(exchange: Exchange) -> None:
    manner = random.randrange(4)
    if manner == 1:
        await exchange.say(b"HTTP/1.1 200 OK\r\nContent-Le")
    if manner == 2:
        await exchange.say(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe")
    if manner == 3:
        await exchange.answer(b"hello")
    else:
        await asyncio.sleep(5)


async def test_large_answers_are_decoded_beside_the_event_loop():
    import threading

    def where(_reply: Reply) -> int:
        return threading.get_ident()

    def reply(size: int) -> Reply:
        return Reply(status=200, content_type="", charset=None, headers={}, body=b"x" * size)

    assert threading.get_ident() == await decoded(where, reply(LARGE))
    assert threading.get_ident() != await decoded(where, reply(LARGE + 1))
