"""Probes that are awaited: in a gateway that is hardly asked, the first question after an outage is whole."""

import asyncio
import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as some

from connectors.errors import Ill, Unavailable
from connectors.guard import Answer, State
from connectors.guard.breaker import RARE_S
from connectors.terms import Terms
from tests.connectors.guard.asking import call, turns
from tests.connectors.guard.breaking import Bench

WHOLE_AGAIN_S = 6.0


async def _idle(**settings: object) -> Bench:
    """A system that failed, and that nobody has asked for a while."""
    bench = Bench(max_concurrent=50, **settings)
    await bench.open()
    bench.clock.advance(4 + RARE_S)
    bench.system.asked = bench.system.most_at_once = 0
    return bench


def _asking(bench: Bench, times: int) -> list[asyncio.Future[Answer[str]]]:
    return [asyncio.ensure_future(bench.ask()) for _ in range(times)]


async def _together(bench: Bench, times: int) -> list[str]:
    """What so many different questions come to that are asked at once."""
    found = await asyncio.gather(*_asking(bench, times), return_exceptions=True)
    return [type(each).__name__ if isinstance(each, BaseException) else "whole" for each in found]


async def test_every_call_of_a_question_gets_its_answer_though_two_probes_are_needed():
    bench = await _idle()

    assert ["whole"] * 10 == await _together(bench, 10)
    assert State.CLOSED is bench.state()


async def test_until_the_last_probe_has_gone_well_one_call_at_a_time_reaches_the_system():
    bench = await _idle(breaker={"probes": 4})
    bench.system.free.clear()
    asking = _asking(bench, 10)
    reached = []
    for _ in range(4):
        await turns(20)
        reached.append((bench.system.asked, bench.system.running))
        bench.system.free.set()
        bench.system.free.clear()
    await turns(20)

    assert [(1, 1), (2, 1), (3, 1), (4, 1)] == reached
    assert (10, 6) == (bench.system.asked, bench.system.running)
    bench.system.free.set()
    await asyncio.gather(*asking)


async def test_if_it_is_still_ill_the_system_is_asked_once_and_who_waited_is_refused():
    bench = await _idle()
    bench.system.failure = Unavailable("reset", system="hss")

    assert ["Unavailable", *["Ill"] * 9] == await _together(bench, 10)
    assert 1 == bench.system.asked
    assert ["Ill"] == await _together(bench, 1)


async def test_after_a_probe_that_went_well_the_next_callers_wait_also_where_many_ask():
    bench = Bench()
    await bench.open()
    bench.clock.advance(4)

    # Nobody waits for the first: it may well be dead.
    assert ["Ill"] * 5 == await _together(bench, 5)
    await turns()
    assert ["whole"] * 5 == await _together(bench, 5)


async def test_who_has_little_time_is_refused_before_it_is_over_and_the_probe_goes_on():
    bench = await _idle()
    bench.system.free.clear()
    [probe] = _asking(bench, 1)
    await turns()
    began = asyncio.get_running_loop().time()
    hasty = dataclasses.replace(call("hasty"), within=Terms.after(0.2, bench.clock))
    with pytest.raises(Ill):
        await bench.guard.call(hasty, bench.system.ask)

    assert asyncio.get_running_loop().time() - began < 0.2
    bench.system.free.set()
    assert "answer 1" == (await probe).value


async def test_when_the_caller_of_a_probe_hangs_up_one_who_waits_makes_it():
    bench = await _idle()
    bench.system.free.clear()
    first, *others = _asking(bench, 5)
    await turns()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await turns()
    assert (2, 1) == (bench.system.asked, bench.system.running)
    bench.system.free.set()

    assert 4 == len({answer.value for answer in await asyncio.gather(*others)})


async def test_one_who_waits_and_hangs_up_disturbs_nobody():
    bench = await _idle()
    bench.system.free.clear()
    first, second, third = _asking(bench, 3)
    await turns()
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    bench.system.free.set()

    assert 2 == len({answer.value for answer in await asyncio.gather(first, third)})


async def test_who_comes_while_a_probe_is_under_way_that_nobody_awaits_is_refused_at_once():
    bench = Bench()
    await bench.open()
    bench.clock.advance(4)
    bench.system.free.clear()
    assert ["Ill"] == await _together(bench, 1)
    await turns()
    asking = _asking(bench, 3)
    await turns(20)

    assert (1, [True] * 3) == (bench.system.running, [each.done() for each in asking])
    await asyncio.gather(*asking, return_exceptions=True)
    await bench.guard.aclose()


async def test_no_more_wait_at_once_than_may_wait_for_a_place():
    bench = await _idle(max_waiting=3)
    for _ in range(2):
        bench.system.free.clear()
        asking = _asking(bench, 10)
        await turns()
        bench.system.free.set()
        found = await asyncio.gather(*asking, return_exceptions=True)
        assert [*[Answer] * 4, *[Ill] * 6] == [type(each) for each in found]
        await bench.open()
        bench.clock.advance(4 + RARE_S)


async def test_forced_open_while_they_wait_nobody_else_reaches_the_system():
    bench = await _idle()
    bench.system.free.clear()
    first, *others = _asking(bench, 5)
    await turns()
    bench.breakers.force("hss", State.OPEN)
    bench.system.free.set()

    assert "answer 1" == (await first).value
    assert [Ill] * 4 == [type(each) for each in await asyncio.gather(*others, return_exceptions=True)]
    assert 1 == bench.system.asked


async def test_what_changes_something_waits_as_well_and_is_sent_once():
    bench = await _idle()
    bench.system.free.clear()
    asking = _asking(bench, 3)
    await turns()
    writing = dataclasses.replace(call("new", seconds=1000), repeatable=False)
    written = asyncio.ensure_future(bench.guard.call(writing, bench.system.ask))
    await turns()
    bench.system.free.set()
    await asyncio.gather(*asking)

    assert "answer" == (await written).value.split()[0]
    assert 4 == bench.system.asked


@given(
    waits=some.lists(some.floats(0, 1), min_size=1, max_size=10),
    ill_s=some.floats(0, 30),
    pauses=some.lists(some.floats(0.001, 7), max_size=30),
    calls=some.integers(1, 4),
)
def test_whoever_asks_six_seconds_after_it_is_well_has_the_answer_however_many_or_few_ask(waits, ill_s, pauses, calls):
    """*ill_s* after it opened the system is well; questions of so many *calls* come after *pauses*, in seconds."""

    async def story() -> None:
        bench = Bench(draws=waits)
        await bench.open()
        well_at = bench.clock.monotonic() + ill_s
        for pause in [*pauses, WHOLE_AGAIN_S]:
            bench.clock.advance(pause)
            is_well = bench.clock.monotonic() >= well_at
            bench.system.failure = None if is_well else Unavailable("reset", system="hss")
            found = await _together(bench, calls)
            await turns()
            if bench.clock.monotonic() >= well_at + WHOLE_AGAIN_S:
                assert ["whole"] * calls == found

    asyncio.run(story())
