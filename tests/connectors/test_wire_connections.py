"""The connections of the wire: shared, replaced, opened ahead, and none left behind however a call ends."""

import asyncio
import random

import httpx
import pytest

from connectors.errors import TimedOut, Unavailable
from connectors.guard.settings import GuardSettings
from connectors.settings import SystemSettings
from connectors.transport import OneHostTransport
from connectors.wire import HttpWire
from tests.connectors.peer import Exchange, Peer
from tests.connectors.wires import settings


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
    await peer.has(3)
    await asyncio.gather(*(wire.get("/", operation="x") for _ in range(3)))
    await wire.open_ahead()
    assert 3 == peer.connections

    await wire.aclose()
    await peer.has(0)


async def test_by_default_none_is_opened_ahead(peer, wire):
    await wire.open_ahead()
    await asyncio.sleep(0.01)

    assert 0 == peer.connections


async def test_a_system_that_cannot_be_reached_yet_does_not_stop_the_start():
    wire = HttpWire("crm", SystemSettings.model_validate({"url": "http://127.0.0.1:1", "open_ahead": 2}))

    await wire.open_ahead()
    await wire.aclose()


async def test_a_connection_closed_meanwhile_is_replaced(peer, wire):
    was_read = asyncio.Event()  # Or the connection would not be kept at all.

    async def once(exchange: Exchange) -> None:
        await exchange.answer(b"hello")
        await was_read.wait()
        exchange.hang_up()

    peer.script = once
    await wire.get("/", operation="x")
    was_read.set()
    await peer.has(0)
    await asyncio.sleep(0.03)  # Turns of the loop in which the client notices.

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

            await peer.has(1)


async def test_a_connection_whose_exchange_is_not_over_is_never_kept(peer):
    peer.script = lambda exchange: exchange.say(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe")
    transport = OneHostTransport(httpx.URL(peer.url), ssl_context=None)

    async with httpx.AsyncClient(transport=transport) as client, client.stream("GET", peer.url):
        pass

    assert not transport._idle


async def test_closing_leaves_no_connection_open(peer, wire):
    await asyncio.gather(*(wire.get("/", operation="x") for _ in range(10)))

    await wire.aclose()

    await peer.has(0)


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
