"""What really comes to a system when it fails in the ways that pass, and what every dialect says of asking again."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.responses import Response

from connectors.errors import BadData, ConnectorError, TimedOut, Unavailable
from connectors.guard import GuardSettings, guard_for
from connectors.settings import SystemSettings
from connectors.soap import SoapClient
from connectors.wire import HttpWire
from tests.bars import bar
from tests.connectors.guard.asking import CLOCK, call
from tests.connectors.peer import Exchange, Peer, Script
from tests.connectors.support import DictStore, soon
from tests.connectors.tmf.asking import customers
from tests.connectors.tmf.fake import FakeCRM, connector_to
from tests.connectors.ucip.fake import Node


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UCIP_TEST_PASSWORD", "s3cret")


async def _well(exchange: Exchange) -> None:
    await exchange.answer(b"well")


async def _reset(exchange: Exchange) -> None:
    exchange.reset()


async def _hang_up(exchange: Exchange) -> None:
    exchange.hang_up()


async def _reset_inside(exchange: Exchange) -> None:
    await exchange.say(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
    await asyncio.sleep(0.01)
    exchange.reset()


async def _cut(exchange: Exchange) -> None:
    await exchange.say(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
    exchange.hang_up()


async def _silent(_: Exchange) -> None:
    await asyncio.sleep(5)


def _after(*scripts: Script) -> Script:
    """The *scripts*, one for each request, and then all is well."""
    left = list(scripts)

    async def script(exchange: Exchange) -> None:
        await (left.pop(0) if left else _well)(exchange)

    return script


class Asking:
    """A guard over a wire to a peer."""

    def __init__(self, peer: Peer, **settings: Any) -> None:
        guard = GuardSettings(**settings)
        self._wire = HttpWire("hss", SystemSettings.model_validate({"url": peer.url, "guard": guard}))
        self._guard = guard_for("hss", guard, clock=CLOCK, store=DictStore())

    async def ask(self, *args: object) -> bytes:
        reply = await self._guard.call(call(*args), lambda: self._wire.get("/", operation="Get"))
        return reply.value.body

    async def aclose(self) -> None:
        await self._guard.aclose()
        await self._wire.aclose()


@pytest.mark.parametrize("trouble", [_reset, _hang_up, _reset_inside, _cut])
async def test_one_connection_that_breaks_is_not_seen_by_the_caller(trouble: Script) -> None:
    async with Peer(_after(trouble)).listening() as peer:
        asking = Asking(peer)

        assert b"well" == await asking.ask()
        assert 2 == len(peer.requests)
        await asking.aclose()


async def test_a_refused_connection_is_tried_again_and_typed() -> None:
    async with Peer(_well).listening() as peer:
        gone = Peer(_well)
    gone.port = peer.port
    asking = Asking(gone)

    with pytest.raises(Unavailable) as caught:
        await asking.ask()
    assert "UPSTREAM_UNAVAILABLE" == caught.value.code
    await asking.aclose()


async def test_silence_is_not_tried_again() -> None:
    async with Peer(_silent).listening() as peer:
        asking = Asking(peer, timeout_s=0.05)

        with pytest.raises(TimedOut):
            await asking.ask()
        assert 1 == len(peer.requests)
        await asking.aclose()


async def test_a_system_where_everything_breaks_is_asked_little_more_often_than_without_retries() -> None:
    async with Peer(_reset).listening() as peer:
        asking = Asking(peer)
        found = await asyncio.gather(*(asking.ask(number) for number in range(200)), return_exceptions=True)

        assert {Unavailable} == {type(each) for each in found}
        assert 200 <= len(peer.requests) <= 200 + 3 + 1
        await asking.aclose()


async def test_a_slow_answer_is_overtaken_by_a_second_one_and_its_connection_is_closed() -> None:
    async with Peer(_after(_silent)).listening() as peer:
        asking = Asking(peer, hedge_after_s={"Get": 0.02})
        began = time.monotonic()

        assert b"well" == await asking.ask()
        assert time.monotonic() - began < bar(0.4)
        await peer.has(1)
        assert 2 == len(peer.requests)
        await asking.aclose()


# What the dialects say.


async def _of_tmf(status: int, headers: dict[str, str]) -> tuple[ConnectorError, int]:
    crm = FakeCRM()
    asked = 0

    def answer(_: object) -> Response:
        nonlocal asked
        asked += 1
        return Response(b"", status, headers=headers)

    crm.answer = answer
    found = (await customers(connector_to(crm), "1"))["1"]
    assert isinstance(found, ConnectorError)
    return found, asked


async def _of_ucip(status: int, headers: dict[str, str]) -> tuple[ConnectorError, int]:
    node = Node(status=status, body=b"", headers=headers)
    connector = node.connector()
    with pytest.raises(ConnectorError) as caught:
        await connector.balances("99960000042", within=soon())
    await connector.aclose()
    return caught.value, len(node.asked)


async def _of_soap(status: int, headers: dict[str, str]) -> tuple[ConnectorError, int]:
    asked = 0

    async def lamp(scope: Any, receive: Any, send: Any) -> None:
        nonlocal asked
        asked += 1
        await Response(b"", status, headers=headers)(scope, receive, send)

    settings = SystemSettings.model_validate({"url": "http://lamp.example"})
    client = SoapClient("lamp", HttpWire("lamp", settings, transport=httpx.ASGITransport(lamp)))
    guarded = guard_for("lamp", settings.guard, clock=CLOCK, store=DictStore())
    with pytest.raises(ConnectorError) as caught:
        await guarded.call(call(), lambda: client.ask(b"", operation="Get", action="", expect="Answer"))
    return caught.value, asked


@pytest.mark.parametrize("dialect", [_of_tmf, _of_ucip, _of_soap])
@pytest.mark.parametrize(
    ("status", "headers", "asked"),
    [
        (503, {}, 2),
        (503, {"Retry-After": "0"}, 2),
        (503, {"Retry-After": "3600"}, 1),
        (429, {}, 1),
        (429, {"Retry-After": "0"}, 2),
        (504, {}, 1),
        (400, {}, 1),
    ],
)
async def test_a_status_is_asked_again_as_it_says(
    dialect: Callable[..., Any], status: int, headers: dict[str, str], asked: int
) -> None:
    error, found = await dialect(status, headers)

    assert not isinstance(error, BadData) or status == 400
    assert asked == found
