"""The two levels, one step at a time: what a fetch that is under way may bring, and for how long it stays near."""

import asyncio
from collections.abc import Collection
from typing import Any

from connectors.guard import Answer
from gateway.stores.layered import LayeredStore
from gateway.stores.memory import MemoryStore
from gateway.stores.redis import Found
from tests.connectors.guard.asking import turns
from tests.connectors.support import FixedClock

NEAR_S = 5.0


class Far:
    """A far store in which everything takes as long as it is told to."""

    def __init__(self) -> None:
        self.kept: dict[str, Found] = {}
        self.is_there = True
        self.asked = 0
        self.find_goes_on, self.drop_goes_on = asyncio.Event(), asyncio.Event()
        self.find_goes_on.set()
        self.drop_goes_on.set()

    async def find(self, key: str) -> Found | None:
        self.asked += 1
        found = self.kept.get(key)
        await self.find_goes_on.wait()
        return found

    async def set(
        self,
        key: str,
        answer: Answer[Any],
        *,
        ttl_s: float,
        asked_at: float,  # noqa: ARG002 - the Protocol's name
        tags: Collection[str] = (),
    ) -> None:
        self.kept[key] = Found(answer, tuple(tags), ttl_s)

    async def drop(self, tags: Collection[str]) -> None:
        await self.drop_goes_on.wait()
        self.kept = {key: found for key, found in self.kept.items() if not set(tags) & set(found.tags)}

    async def pay(self) -> None:
        """Nothing is owed."""


def _layered(far: Far, clock: FixedClock) -> LayeredStore:
    return LayeredStore(near=lambda: MemoryStore(max_entries=9, clock=clock), far=far, near_s=NEAR_S, clock=clock)


def _found(value: str, clock: FixedClock) -> Found:
    return Found(Answer(value, clock.now()), ("line:1",), 60.0)


async def test_what_is_fetched_while_it_is_being_dropped_is_gone_when_the_drop_returns() -> None:
    clock, far = FixedClock(), Far()
    store = _layered(far, clock)
    far.kept["a"] = _found("the old owner", clock)
    far.drop_goes_on.clear()
    dropping = asyncio.create_task(store.drop(["line:1"]))
    await turns()
    clock.advance(1)
    assert await store.get("a") is not None

    clock.advance(1)
    far.drop_goes_on.set()
    await dropping

    assert await store.get("a") is None


async def test_a_fetch_from_before_a_drop_is_neither_joined_nor_kept_after_it() -> None:
    clock, far = FixedClock(), Far()
    store = _layered(far, clock)
    far.kept["a"] = _found("the old owner", clock)
    far.find_goes_on.clear()
    fetching = asyncio.create_task(store.get("a"))
    await turns()
    clock.advance(1)

    await store.drop(["line:1"])
    later = asyncio.create_task(store.get("a"))
    await turns()
    far.find_goes_on.set()

    assert await later is None
    await fetching
    assert await store.get("a") is None


async def test_a_fetch_from_before_a_session_began_is_not_kept_after_it() -> None:
    clock, far = FixedClock(), Far()
    store = _layered(far, clock)
    far.kept["a"] = _found("the old owner", clock)
    far.find_goes_on.clear()
    fetching = asyncio.create_task(store.get("a"))
    await turns()
    clock.advance(1)

    await store.began()
    far.kept.clear()
    far.find_goes_on.set()
    await fetching

    assert await store.get("a") is None


async def test_nothing_stays_near_longer_than_it_may_even_when_nobody_tells() -> None:
    clock, far = FixedClock(), Far()
    store = _layered(far, clock)
    await store.set("a", Answer(1, clock.now()), ttl_s=60, asked_at=clock.monotonic())
    far.kept["b"] = _found("x", clock)
    await store.get("b")
    far.kept.clear()

    clock.advance(NEAR_S - 0.01)
    assert await store.get("a") is not None
    assert await store.get("b") is not None
    clock.advance(0.01)

    assert await store.get("a") is None
    assert await store.get("b") is None


async def test_a_cancelled_caller_takes_the_fetch_from_nobody() -> None:
    clock, far = FixedClock(), Far()
    store = _layered(far, clock)
    far.kept["a"] = _found("x", clock)
    far.find_goes_on.clear()
    one, other = asyncio.create_task(store.get("a")), asyncio.create_task(store.get("a"))
    await turns()

    one.cancel()
    far.find_goes_on.set()

    found = await other
    assert found is not None
    assert 1 == far.asked


async def test_one_that_is_away_is_not_asked() -> None:
    clock, far = FixedClock(), Far()
    far.is_there = False

    assert await _layered(far, clock).get("a") is None
    assert 0 == far.asked


async def test_others_are_told_what_is_dropped_by_whomever_and_that_everything_goes_after_a_gap() -> None:
    told: list[Collection[str]] = []
    clock = FixedClock()
    layered = LayeredStore(
        near=lambda: MemoryStore(max_entries=9, clock=clock), far=Far(), near_s=NEAR_S, clock=clock, told=told.append
    )

    await layered.heard(["line:1"])
    assert [["line:1"]] == [list(tags) for tags in told[:1]]
    told.clear()
    await layered.drop(["line:2"])
    assert {("line:2",)} == {tuple(tags) for tags in told}
    told.clear()
    await layered.began()
    await layered.heard([])
    assert [(), ()] == [tuple(tags) for tags in told]
