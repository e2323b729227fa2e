"""The source of an answer: how long it is fresh, and that an answer is as old as its source says."""

import asyncio
import datetime as dt

import pytest

from connectors.guard import GuardSettings, fresh_at_most, source_of
from connectors.offload import HUGE, worked_out
from schema.source import Source
from tests.connectors.guard.windows import Windowed
from tests.connectors.support import NOW, FixedClock


def _source(clock: FixedClock, **windows: dict[str, float]) -> Source:
    return source_of("hss", "Get", settings=GuardSettings.model_validate(windows), clock=clock)


def test_it_is_fresh_for_the_operators_time_whatever_the_jitter() -> None:
    assert NOW + dt.timedelta(seconds=60) == _source(FixedClock(), fresh_s={"Get": 60}).fresh_until
    assert NOW + dt.timedelta(seconds=7) == _source(FixedClock(), fresh_s={"*": 7}).fresh_until


def test_what_is_only_given_instead_of_an_error_is_fresh_for_no_time() -> None:
    assert NOW == _source(FixedClock(), stale_s={"Get": 60}).fresh_until


def test_what_is_never_given_again_has_no_fresh_time() -> None:
    assert _source(FixedClock()).fresh_until is None


async def _at_once(work):
    return work()


async def _in_a_thread(work):
    return await worked_out(work, size=HUGE + 1)


async def _in_a_task(work):
    return await asyncio.create_task(_at_once(work))


@pytest.mark.parametrize("read", [_at_once, _in_a_thread, _in_a_task])
async def test_an_answer_is_as_old_as_its_oldest_source(read) -> None:
    kept = Windowed(fresh_s=60)

    async def ask() -> list[Source]:
        sources = []
        for _ in range(2):
            kept.clock.advance(1)
            sources.append(await read(lambda: _source(kept.clock, fresh_s={"Get": 60})))
        kept.clock.advance(5)
        return sources

    answer = await kept.guard.call(kept.call(), ask)

    assert NOW + dt.timedelta(seconds=1) == answer.value[0].fetched_at == answer.fetched_at


async def test_what_the_system_says_shortens_the_fresh_time_of_source_and_answer_and_lengthens_none() -> None:
    kept = Windowed(fresh_s=10)
    said = iter([7.0, 3.0, 5.0, 100.0])

    async def twice() -> Source:
        fresh_at_most(next(said))
        fresh_at_most(next(said))
        return _source(kept.clock, fresh_s={"Get": 10})

    answers = [await kept.guard.call(kept.call(number), twice) for number in ("42", "43")]

    assert [3, 5] == [(until - NOW).total_seconds() for each in answers if (until := each.value.fresh_until)]
    assert [3, 5] == [answer.fresh_s for answer in answers]


async def test_what_the_operator_does_not_keep_is_fresh_for_no_time_whatever_the_system_says() -> None:
    kept = Windowed(stale_s={"Other": 10})

    async def ask() -> str:
        fresh_at_most(86_400)
        return "answer"

    assert (await kept.guard.call(kept.call(), ask)).fresh_s is None


def test_beside_a_call_nobody_is_told() -> None:
    fresh_at_most(1)

    assert NOW + dt.timedelta(seconds=10) == _source(FixedClock(), fresh_s={"Get": 10}).fresh_until


async def test_an_answer_that_the_guard_takes_for_fresh_is_fresh_by_its_source() -> None:
    kept = Windowed(fresh_s=10)

    async def ask() -> Source:
        source = _source(kept.clock, fresh_s={"Get": 10})
        kept.clock.advance(0.5)
        return source

    first = (await kept.guard.call(kept.call(), ask)).value
    for _ in range(24):
        kept.clock.advance(0.5)
        found = (await kept.guard.call(kept.call(), ask)).value
        if found is first:
            assert kept.clock.now() - first.fetched_at <= dt.timedelta(seconds=10)
    assert found is not first
