"""The guard as a whole: its stages in their order, over a real wire where that is what counts."""

import asyncio
import time

import pytest

from connectors.errors import DeadlineReached, TimedOut, Unavailable
from connectors.guard import guard_for
from connectors.guard.settings import GuardSettings
from connectors.settings import SystemSettings
from connectors.wire import HttpWire
from schema.parts import PrepaidPart
from tests.bars import bar
from tests.connectors.guard.asking import CLOCK, System, call, turns
from tests.connectors.peer import Exchange, Peer
from tests.connectors.support import NOW, DictStore


def guard(**settings):
    return guard_for("hss", GuardSettings(**settings), clock=CLOCK, store=DictStore())


async def test_an_answer_says_when_it_came_and_which_parts_it_has():
    system = System()
    system.free.set()

    answer = await guard().call(call(parts=frozenset(PrepaidPart)), system.ask)

    assert ("answer 1", NOW, frozenset(PrepaidPart)) == (answer.value, answer.fetched_at, answer.parts)


async def test_a_thousand_equal_questions_at_once_are_one_call_and_take_one_place():
    system = System()
    guarded = guard(max_concurrent=1, max_waiting=0)
    callers = [asyncio.ensure_future(guarded.call(call(), system.ask)) for _ in range(1000)]
    await turns()
    system.free.set()
    await asyncio.gather(*callers)

    assert 1 == system.asked


async def test_what_was_asked_once_is_answered_from_the_cache_even_without_time_left():
    system = System()
    system.free.set()
    guarded = guard(fresh_s={"Get": 60})
    await guarded.call(call(), system.ask)

    assert "answer 1" == (await guarded.call(call(seconds=0), system.ask)).value


async def test_a_call_that_outlives_its_callers_fills_the_cache():
    system = System()
    guarded = guard(fresh_s={"Get": 60})
    with pytest.raises(DeadlineReached):
        await guarded.call(call(seconds=0.005), system.ask)
    system.free.set()
    await turns()

    assert "answer 1" == (await guarded.call(call(), system.ask)).value


async def test_waiting_for_a_place_does_not_eat_the_systems_time():
    async def slow() -> str:
        await asyncio.sleep(0.03)
        return "answer"

    guarded = guard(max_concurrent=1, timeout_s=0.08)
    callers = [guarded.call(call(str(number)), slow) for number in range(4)]

    assert ["answer"] * 4 == [answer.value for answer in await asyncio.gather(*callers)]


async def test_a_place_is_free_again_after_every_kind_of_end():
    system = System()
    guarded = guard(max_concurrent=1, max_waiting=0, timeout_s=0.01)
    with pytest.raises(TimedOut):
        await guarded.call(call(), system.ask)
    cancelled = asyncio.ensure_future(guarded.call(call(), system.ask))
    await turns()
    cancelled.cancel()
    await asyncio.gather(cancelled, return_exceptions=True)
    await turns()
    system.failure = Unavailable("reset", system="hss")
    system.free.set()
    with pytest.raises(Unavailable, match="reset"):
        await guarded.call(call(), system.ask)
    system.failure = None

    assert "answer 4" == (await guarded.call(call(), system.ask)).value


async def test_closing_ends_what_is_in_flight_and_what_waits_for_a_place():
    system = System()
    guarded = guard(max_concurrent=1)
    callers = [asyncio.ensure_future(guarded.call(call(str(number)), system.ask)) for number in range(5)]
    await turns()

    await guarded.aclose()

    assert [Unavailable] * 5 == [type(error) for error in await asyncio.gather(*callers, return_exceptions=True)]
    assert 0 == system.running


async def drip_body(exchange: Exchange) -> None:
    await exchange.say(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    await drip(exchange)


async def drip_head(exchange: Exchange) -> None:
    await exchange.say(b"HTTP/1.1 200 OK\r\nX: ")
    await drip(exchange)


async def drip(exchange: Exchange) -> None:
    for _ in range(1000):
        await exchange.say(b"x")
        await asyncio.sleep(0.005)


@pytest.mark.parametrize("manner", [drip_head, drip_body, lambda _exchange: asyncio.sleep(5)])
async def test_a_system_that_drips_or_hangs_is_left_at_the_total_limit_and_its_connection_closed(manner):
    async with Peer(manner).listening() as peer:
        limits = GuardSettings(timeout_s=0.1)
        wire = HttpWire("hss", SystemSettings.model_validate({"url": peer.url, "guard": limits}))
        guarded = guard_for("hss", limits, clock=CLOCK, store=DictStore())

        began = time.monotonic()
        with pytest.raises(TimedOut):
            await guarded.call(call(), lambda: wire.get("/", operation="Get"))
        took = time.monotonic() - began

        assert took < bar(0.3)
        await peer.has(0)
        await wire.aclose()


async def test_callers_that_hang_up_leave_no_call_running():
    async with Peer(lambda _exchange: asyncio.sleep(5)).listening() as peer:
        wire = HttpWire("hss", SystemSettings.model_validate({"url": peer.url}))
        guarded = guard(max_concurrent=10)
        callers = [
            asyncio.ensure_future(guarded.call(call(str(number)), lambda: wire.get("/", operation="Get")))
            for number in range(30)
        ]
        await peer.heard(10)
        assert 10 == peer.open
        for caller in callers:
            caller.cancel()
        await asyncio.gather(*callers, return_exceptions=True)

        await peer.has(0)
        await wire.aclose()
