"""Calls to a system that does not answer end with their time limit, and leave no task, no place and no connection behind."""

import asyncio
from typing import Any

import pytest

from connectors.errors import Unavailable
from connectors.guard import GuardSettings, guard_for
from connectors.guard.watch import Level, Unwatched
from connectors.settings import SystemSettings
from connectors.transport import OneHostTransport
from connectors.wire import HttpWire
from tests.connectors.guard.asking import CLOCK, call
from tests.connectors.peer import Exchange, Peer, Script
from tests.connectors.support import DictStore
from tests.faults.asking import FULL

CALLS = 1000 if FULL else 100
HARD_TIMEOUT_S = 0.3
CALLERS_LEAVE_S = 0.1


class Levels(Unwatched):
    """How many places are taken."""

    def __init__(self) -> None:
        self.levels = dict.fromkeys(Level, 0.0)

    def moves(self, level: Level, change: float) -> None:
        self.levels[level] += change


async def _silent(_: Exchange) -> None:
    await asyncio.Event().wait()


async def _stalled(exchange: Exchange) -> None:
    await exchange.say(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
    await asyncio.Event().wait()


async def _dripping(exchange: Exchange) -> None:
    await exchange.drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000, every_s=0.01)


async def _well(exchange: Exchange) -> None:
    await exchange.answer(b"well")


@pytest.mark.parametrize("trouble", [_silent, _stalled, _dripping])
async def test_nothing_is_left_of_calls_after_their_time_limit(trouble: Script) -> None:
    settings = GuardSettings(timeout_s=HARD_TIMEOUT_S, max_concurrent=CALLS)
    levels = Levels()
    async with Peer(trouble).listening() as peer:
        wire = HttpWire("hss", SystemSettings.model_validate({"url": peer.url, "guard": settings}))
        guard = guard_for("hss", settings, clock=CLOCK, store=DictStore(), watcher=levels)

        async def ask(number: int) -> Any:
            asking = call(number, seconds=CALLERS_LEAVE_S)
            return await guard.call(asking, lambda: wire.get("/", operation="Get"))

        before = asyncio.all_tasks()
        found = await asyncio.gather(*(ask(number) for number in range(CALLS)), return_exceptions=True)
        assert all(isinstance(each, Unavailable) for each in found)
        # The callers have left at their deadline; the calls go on to the time limit, and no further.
        await asyncio.sleep(HARD_TIMEOUT_S)
        async with asyncio.timeout(60):
            while _left(before, trouble) or _in_use(peer, wire):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
        assert {0.0} == {levels.levels[Level.IN_USE], levels.levels[Level.WAITING]}
        peer.script = _well
        assert b"well" == (await ask(-1)).value.body
        await guard.aclose()
        await wire.aclose()


def _left(before: set[asyncio.Task[Any]], trouble: Script) -> list[asyncio.Task[Any]]:
    """The tasks that were not there *before*, but for the peer's."""
    peers = {"Peer._serve", "StreamReader.read", getattr(trouble, "__qualname__", "")}
    return [task for task in asyncio.all_tasks() - before if getattr(task.get_coro(), "__qualname__", "") not in peers]


def _in_use(peer: Peer, wire: HttpWire) -> int:
    """The connections that are open and not kept: of those opened for callers that had left by then some are."""
    assert isinstance(wire._transport, OneHostTransport)
    return peer.open - len(wire._transport._idle)
