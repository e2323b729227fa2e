"""The record of what an operation relied on: what can be looked up again, and nothing when a system was asked."""

import asyncio
from typing import Any

import pytest

from connectors.guard import Answer, GuardSettings
from connectors.guard.cache import Cache
from connectors.guard.record import RECORD, Reliance, recorded
from tests.connectors.guard.asking import call, unused
from tests.connectors.support import DictStore, FixedClock


class Kept:
    """A cache in front of a system whose answers are numbered."""

    def __init__(self) -> None:
        self.clock = FixedClock()
        self.store = DictStore()
        self.asked = 0
        self.cache = Cache(GuardSettings(fresh_s={"Get": 60}, jitter=0), store=self.store, clock=self.clock)

    async def ask(self, *args: object, **named: Any) -> None:
        await self.cache.recall(call(*args, **named), unused, proceed=self._keep)

    async def _keep(self, asked: Any, ask: Any) -> Answer[Any]:
        return await self.cache.keep(asked, ask, proceed=self._proceed)

    async def _proceed(self, asked: Any, _: Any) -> Answer[Any]:
        self.asked += 1
        return Answer(value=self.asked, fetched_at=self.clock.now(), parts=asked.parts)


@pytest.fixture
async def kept() -> Kept:
    """A cache that holds the answer to one call."""
    found = Kept()
    await found.ask("42")
    return found


async def _relied(kept: Kept) -> Reliance:
    with recorded() as record:
        await kept.ask("42")
    (found,) = record.whole
    return found


async def test_an_answer_that_is_given_again_can_be_looked_up_again(kept: Kept) -> None:
    relied = await _relied(kept)

    assert await relied.holds()
    kept.clock.advance(60)
    assert not await relied.holds()


async def test_an_answer_that_was_replaced_by_an_equal_one_is_another(kept: Kept) -> None:
    relied = await _relied(kept)
    (key,) = kept.store.kept
    old = kept.store.kept[key]

    kept.store.kept[key] = Answer(value=old.value, fetched_at=old.fetched_at, parts=old.parts)

    assert not await relied.holds()


@pytest.mark.parametrize("asked", [{"operation": "Search"}, {}])
async def test_a_system_that_is_asked_spoils_the_record(kept: Kept, asked: dict[str, Any]) -> None:
    with recorded() as record:
        await kept.ask("42")
        await kept.ask("43", **asked)
        await kept.ask("42")

    assert () == record.whole


async def test_what_tasks_of_the_operation_do_is_recorded(kept: Kept) -> None:
    with recorded() as record:
        await asyncio.gather(kept.ask("42"), kept.ask("42"))

    assert 2 == len(record.whole)


async def test_operations_at_the_same_time_have_records_of_their_own(kept: Kept) -> None:
    async def operation(number: str) -> int:
        with recorded() as record:
            await asyncio.sleep(0)
            await kept.ask(number)
            await asyncio.sleep(0)
        return len(record.whole)

    assert [1, 0, 1] == list(await asyncio.gather(operation("42"), operation("43"), operation("42")))
    assert RECORD.get() is None


async def test_what_is_recorded_holds_no_argument_and_keeps_nothing_alive(kept: Kept) -> None:
    relied = await _relied(kept)
    gone: list[bool] = []
    relied.watch(lambda: gone.append(True))

    assert not relied._call.args  # type: ignore[attr-defined]
    kept.store.kept.clear()

    assert [True] == gone
    assert not await relied.holds()


async def test_what_is_gone_already_is_told_at_once(kept: Kept) -> None:
    relied = await _relied(kept)
    kept.store.kept.clear()
    gone: list[bool] = []

    relied.watch(lambda: gone.append(True))

    assert [True] == gone
