"""One system over HTTP: what is read, what is refused, and that nothing but the configured address is ever reached."""

import asyncio
import gzip
import logging

import httpx
import pytest

from connectors.errors import BadData, Unavailable
from connectors.offload import LARGE
from connectors.transport import OneHostTransport
from connectors.wire import HttpWire, Reply, decoded
from tests.connectors.peer import Exchange
from tests.connectors.wires import scripted, settings


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

    await peer.has(0)
    assert said < 20_000_000


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
@pytest.mark.parametrize("status", ["300 Choices", "301 Moved", "303 Other", "307 Temporary", "308 Moved"])
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


async def test_large_answers_are_decoded_beside_the_event_loop():
    import threading

    def where(_reply: Reply) -> int:
        return threading.get_ident()

    def reply(size: int) -> Reply:
        return Reply(status=200, content_type="", charset=None, headers={}, body=b"x" * size)

    assert threading.get_ident() == await decoded(where, reply(LARGE))
    assert threading.get_ident() != await decoded(where, reply(LARGE + 1))
