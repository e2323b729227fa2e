"""Clients that hang up while their question is answered: it ends, with the calls that nobody else waits for."""

import asyncio
import os
import random
import socket
import struct
from typing import Any

import pytest

from connectors.guard.flight import SingleFlight
from gateway.http.leaving import KEY, Leaving, leaving
from tests.connectors.peer import Exchange
from tests.gateway.http.hanging_up import Place, answer, asking, place, slow, until
from tests.gateway.http.serving import client

ROUNDS = 10_000 if os.environ.get("SWITCHBOARD_SOAK") else 300


async def _leaves(writer: asyncio.StreamWriter, *, manner: str) -> None:
    match manner:
        case "closes":
            writer.close()
        case "closes its direction":
            writer.write_eof()
        case "resets":
            raw = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()


@pytest.mark.parametrize("manner", ["closes", "closes its direction", "resets"])
async def test_a_client_that_hangs_up_ends_its_call_to_the_system(manner: str) -> None:
    async with place(slow, timeout_s=20) as at, client(at.port) as (_, writer):
        writer.write(asking(1))
        await until(lambda: at.peer.requests)

        await _leaves(writer, manner=manner)

        await until(lambda: at.peer.open == 0)


async def test_thirty_that_hang_up_leave_no_call_behind() -> None:
    async with place(slow, timeout_s=20, max_concurrent=30) as at:
        clients = [await asyncio.open_connection("127.0.0.1", at.port) for _ in range(30)]
        for number, (_, writer) in enumerate(clients):
            writer.write(asking(number))
        await until(lambda: len(at.peer.requests) == 30)

        for _, writer in clients:
            writer.close()

        await until(lambda: at.peer.open == 0)


async def _resetting(exchange: Exchange) -> None:
    exchange.reset()


@pytest.mark.parametrize(
    ("script", "guard", "until_asked"),
    [
        pytest.param(slow, {"max_concurrent": 5}, 5, id="in the queue for a place"),
        pytest.param(
            slow,
            {"max_concurrent": 30, "budget": {"calls_per_s": 10, "burst": 1, "max_wait_s": 5}},
            2,
            id="until their turn in the budget",
        ),
        pytest.param(
            _resetting, {"max_concurrent": 30, "attempts": 3, "retry_ratio": 1}, 30, id="until they are sent again"
        ),
        pytest.param(
            slow,
            {"max_concurrent": 60, "retry_ratio": 1, "hedge_after_s": {"Get": 0.05}},
            31,
            id="for the first of two answers",
        ),
    ],
)
async def test_thirty_that_hang_up_while_they_wait_are_asked_for_no_more(
    script: Any, guard: dict[str, Any], until_asked: int
) -> None:
    async with place(script, timeout_s=20, breaker={"enabled": False}, **guard) as at:
        clients = [await asyncio.open_connection("127.0.0.1", at.port) for _ in range(30)]
        for number, (_, writer) in enumerate(clients):
            writer.write(asking(number))
        await until(lambda: len(at.peer.requests) >= until_asked)

        for _, writer in clients:
            writer.close()

        # Two may have been on their way to the system just then.
        await until(lambda: at.peer.open <= 2)
        await asyncio.sleep(0.05)
        asked = len(at.peer.requests)
        await asyncio.sleep(0.5)
        assert len(at.peer.requests) <= asked + 2
        await until(lambda: at.peer.open == 0)
        flights = next(each for each in at.recharge.guard._closing if isinstance(each, SingleFlight))
        assert not flights._flights


async def test_a_call_that_somebody_else_waits_for_goes_on() -> None:
    free = asyncio.Event()

    async def script(exchange: Exchange) -> None:
        await free.wait()
        await exchange.answer(b"well")

    async with place(script) as at, client(at.port) as (_, leaver), client(at.port) as (reader, stayer):
        for writer in (leaver, stayer):
            writer.write(asking(1))
        await until(lambda: at.peer.requests)
        await asyncio.sleep(0.05)
        leaver.close()
        await asyncio.sleep(0.05)
        free.set()

        assert {"data": {"line": {"balances": [], "network": None}}} == await answer(reader)
        assert 1 == len(at.peer.requests)


async def test_requests_in_a_row_on_one_connection_are_all_answered() -> None:
    async def script(exchange: Exchange) -> None:
        await asyncio.sleep(0.02)
        await exchange.answer(b"well")

    async with place(script) as at, client(at.port) as (reader, writer):
        writer.write(asking(1) + asking(2) + asking(3))

        for _ in range(3):
            assert "errors" not in await answer(reader)


async def test_the_task_within_is_cancelled_once_the_client_leaves_and_no_other_is() -> None:
    left = Leaving()
    with left:
        pass
    left.happens()
    await asyncio.sleep(0)

    with pytest.raises(asyncio.CancelledError), left:
        await asyncio.sleep(1)
    task = asyncio.current_task()
    assert task is not None
    task.uncancel()


async def test_behind_a_server_that_cannot_tell_nobody_leaves() -> None:
    scope: dict[str, Any] = {}

    with leaving(scope):
        await asyncio.sleep(0)

    assert KEY not in scope


class _Rounds:
    """Clients that ask, wait or leave, at random; those who wait are always answered, and never by a cancellation."""

    def __init__(self, at: Place, seed: int) -> None:
        self._at = at
        self._random = random.Random(seed)

    async def one(self) -> None:
        number, manner = self._random.randrange(5), self._random.choice(["stays", "stays", "closes", "resets"])
        async with client(self._at.port) as (reader, writer):
            writer.write(asking(number))
            if manner == "stays":
                async with asyncio.timeout(10):
                    found = await answer(reader)
                assert (
                    {"code": "UPSTREAM_UNAVAILABLE"}.items() <= found["errors"][0]["extensions"].items()
                    if ("errors" in found)
                    else found["data"]["line"]["balances"] == []
                )
            else:
                await asyncio.sleep(self._random.random() * 0.02)
                await _leaves(writer, manner=manner)


async def test_after_many_clients_that_stay_or_leave_nothing_is_left() -> None:
    chance = random.Random(5)

    async def script(exchange: Exchange) -> None:
        await asyncio.sleep(chance.random() * 0.02)
        if chance.random() < 0.1:
            exchange.reset()
        else:
            await exchange.answer(b"well")

    async with place(script, max_concurrent=4) as at:
        idle = len(asyncio.all_tasks())
        rounds = _Rounds(at, seed=7)
        for _ in range(ROUNDS // 20):
            await asyncio.gather(*(rounds.one() for _ in range(20)))

        flights = next(each for each in at.recharge.guard._closing if isinstance(each, SingleFlight))
        # Connections that are kept for the next question have a task at the peer each.
        await until(lambda: not flights._flights and len(asyncio.all_tasks()) <= idle + at.peer.open)
        assert at.peer.open <= 4
        # Every place is free: as many as there are can be taken at once.
        async with client(at.port) as (reader, writer):
            writer.write(asking(9))
            await answer(reader)
