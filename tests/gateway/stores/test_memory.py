"""The memory store against a model: bounded, oldest first out, and nothing beyond its time."""

import asyncio
import datetime as dt

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from connectors.guard import Answer
from gateway.stores.memory import MemoryStore
from tests.connectors.support import NOW, FixedClock

BOUND = 3
KEYS = st.sampled_from("abcde")


def _answer(value: object) -> Answer[object]:
    return Answer(value, NOW)


async def test_what_was_kept_is_given_back_as_it_was() -> None:
    store = MemoryStore(max_entries=BOUND, clock=FixedClock())
    answer = _answer({"a": [1]})

    await store.set("a", answer, ttl_s=10)

    assert answer is await store.get("a")
    assert await store.get("b") is None


async def test_none_is_a_value_like_any_other() -> None:
    store = MemoryStore(max_entries=BOUND, clock=FixedClock())

    await store.set("a", _answer(None), ttl_s=10)

    assert _answer(None) == await store.get("a")


async def test_at_the_end_of_its_time_an_answer_is_gone() -> None:
    clock = FixedClock()
    store = MemoryStore(max_entries=BOUND, clock=clock)
    await store.set("a", _answer(1), ttl_s=10)

    clock.advance(9.999)
    assert await store.get("a") is not None
    clock.advance(0.001)
    assert await store.get("a") is None


async def test_a_newer_answer_is_not_dropped_at_the_end_of_the_older_ones_time() -> None:
    """
    The backend's own timers do that; so no entry has one.
    """
    clock = FixedClock()
    store = MemoryStore(max_entries=BOUND, clock=clock)
    await store.set("a", _answer(1), ttl_s=0.01)
    await store.set("a", _answer(2), ttl_s=10)

    clock.advance(1)
    await asyncio.sleep(0.03)

    assert _answer(2) == await store.get("a")


async def test_beyond_the_bound_the_one_not_used_for_longest_goes() -> None:
    store = MemoryStore(max_entries=2, clock=FixedClock())
    await store.set("a", _answer(1), ttl_s=10)
    await store.set("b", _answer(2), ttl_s=10)
    await store.get("a")
    await store.set("c", _answer(3), ttl_s=10)

    assert [False, True, False] == [await store.get(key) is None for key in "abc"]


async def test_two_stores_share_nothing() -> None:
    one, other = (MemoryStore(max_entries=BOUND, clock=FixedClock()) for _ in range(2))

    await one.set("a", _answer(1), ttl_s=10)

    assert await other.get("a") is None


class AgainstAModel(RuleBasedStateMachine):
    """Any order of keeping, asking and waiting, beside a model that is slow and plain."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.clock = FixedClock()
        self.store = MemoryStore(max_entries=BOUND, clock=self.clock)
        self.model: list[tuple[str, int, dt.datetime]] = []
        """Key, value and end, the one not used for longest first."""

    def teardown(self) -> None:
        self.loop.close()

    @rule(key=KEYS, value=st.integers(), ttl_s=st.integers(0, 5))
    def keep(self, key: str, value: int, ttl_s: int) -> None:
        self.loop.run_until_complete(self.store.set(key, _answer(value), ttl_s=ttl_s))
        others = [entry for entry in self.model if entry[0] != key]
        self.model = [*others, (key, value, self.clock.now() + dt.timedelta(seconds=ttl_s))][-BOUND:]

    @rule(key=KEYS)
    def ask(self, key: str) -> None:
        found = self.loop.run_until_complete(self.store.get(key))
        known = [entry for entry in self.model if entry[0] == key]
        fresh = [entry for entry in known if self.clock.now() < entry[2]]
        self.model = [entry for entry in self.model if entry[0] != key] + fresh

        assert [entry[1] for entry in fresh] == ([] if found is None else [found.value])

    @rule(seconds=st.integers(1, 3))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @invariant()
    def keeps_no_more_than_the_bound(self) -> None:
        kept = self.store._cache._cache

        assert {entry[0] for entry in self.model} == set(kept)
        assert len(kept) <= BOUND

    @invariant()
    def has_no_timers(self) -> None:
        assert {} == self.store._cache._handlers


TestAgainstAModel = AgainstAModel.TestCase
