"""The memory store against a model: bounded, oldest first out, and nothing beyond its time."""

import asyncio
import tracemalloc
from decimal import Decimal
from typing import NamedTuple

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from connectors.guard import Answer, Call, Keys, subject
from gateway.stores.memory import MemoryStore
from schema.customer import PartyRef
from schema.money import Money
from schema.party import PartyKind
from tests.connectors.support import NOW, FixedClock, soon

BOUND = 3
KEYS = st.sampled_from("abcde")
ASKED = FixedClock().monotonic()
BEFORE = ASKED - 86_400
TAGS = st.sampled_from(["line:1", "line:2", "system:crm"])


class _Kept(NamedTuple):
    key: str
    value: int
    end: float
    tags: frozenset[str]


def _answer(value: object) -> Answer[object]:
    return Answer(value, NOW)


async def test_what_was_kept_is_given_back_as_it_was() -> None:
    store = MemoryStore(max_entries=BOUND, clock=FixedClock())
    answer = _answer({"a": [1]})

    await store.set("a", answer, ttl_s=10, asked_at=ASKED)

    assert answer is await store.get("a")
    assert await store.get("b") is None


async def test_none_is_a_value_like_any_other() -> None:
    store = MemoryStore(max_entries=BOUND, clock=FixedClock())

    await store.set("a", _answer(None), ttl_s=10, asked_at=ASKED)

    assert _answer(None) == await store.get("a")


async def test_at_the_end_of_its_time_an_answer_is_gone() -> None:
    clock = FixedClock()
    store = MemoryStore(max_entries=BOUND, clock=clock)
    await store.set("a", _answer(1), ttl_s=10, asked_at=ASKED)

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
    await store.set("a", _answer(1), ttl_s=0.01, asked_at=ASKED)
    await store.set("a", _answer(2), ttl_s=10, asked_at=ASKED)

    clock.advance(1)
    await asyncio.sleep(0.03)

    assert _answer(2) == await store.get("a")


async def test_beyond_the_bound_the_one_not_used_for_longest_goes() -> None:
    store = MemoryStore(max_entries=2, clock=FixedClock())
    await store.set("a", _answer(1), ttl_s=10, asked_at=ASKED)
    await store.set("b", _answer(2), ttl_s=10, asked_at=ASKED)
    await store.get("a")
    await store.set("c", _answer(3), ttl_s=10, asked_at=ASKED)

    assert [False, True, False] == [await store.get(key) is None for key in "abc"]


async def test_two_stores_share_nothing() -> None:
    one, other = (MemoryStore(max_entries=BOUND, clock=FixedClock()) for _ in range(2))

    await one.set("a", _answer(1), ttl_s=10, asked_at=ASKED)

    assert await other.get("a") is None


async def test_beyond_the_bound_of_bytes_the_one_not_used_for_longest_goes() -> None:
    store = MemoryStore(max_entries=100, max_bytes=25_000, clock=FixedClock())
    for key in "abc":
        await store.set(key, _answer("x" * 10_000), ttl_s=10, asked_at=ASKED)

    assert [True, False, False] == [await store.get(key) is None for key in "abc"]
    assert 20_000 < store.size_bytes <= 25_000


async def test_an_answer_beyond_all_bounds_is_not_kept_and_pushes_nothing_out() -> None:
    store = MemoryStore(max_entries=100, max_bytes=25_000, clock=FixedClock())
    await store.set("a", _answer(1), ttl_s=10, asked_at=ASKED)
    await store.set("b", _answer(2), ttl_s=10, asked_at=ASKED)

    await store.set("b", _answer("x" * 30_000), ttl_s=10, asked_at=ASKED)

    assert _answer(1) == await store.get("a")
    assert await store.get("b") is None


async def test_what_has_ended_goes_without_being_asked_for_once_something_else_comes() -> None:
    clock = FixedClock()
    store = MemoryStore(max_entries=100, clock=clock)
    for number in range(50):
        await store.set(f"old {number}", _answer(number), ttl_s=5, asked_at=ASKED)
    clock.advance(5)

    await store.set("new", _answer(0), ttl_s=5, asked_at=clock.monotonic())

    assert 1 == len(store)


async def test_an_answer_that_is_replaced_again_and_again_takes_no_more_room() -> None:
    store = MemoryStore(max_entries=100, clock=FixedClock())
    for number in range(5_000):
        await store.set("a", _answer(number), ttl_s=10, asked_at=ASKED, tags=("line:1",))

    assert (1, 1) == (len(store), len(store._tagged["line:1"]))
    assert len(store._ends) < 2_000


async def test_what_a_drop_takes_long_for_leaves_what_came_meanwhile() -> None:
    clock = FixedClock()
    store = MemoryStore(max_entries=10_000, clock=clock)
    for number in range(3_000):
        await store.set(f"{number}", _answer(number), ttl_s=10, asked_at=ASKED, tags=("system:crm",))
    clock.advance(1)
    drop = asyncio.create_task(store.drop(["system:crm"]))
    await asyncio.sleep(0)
    clock.advance(1)

    await store.set("2999", _answer("new"), ttl_s=10, asked_at=clock.monotonic(), tags=("system:crm",))
    await drop

    assert 1 == len(store)
    assert _answer("new") == await store.get("2999")


@pytest.mark.parametrize(
    ("number", "room"),
    [(50_000, 4 * 1024 * 1024), pytest.param(1_000_000, 64 * 1024 * 1024, marks=pytest.mark.soak)],
)
async def test_distinct_keys_stay_within_the_bound_of_bytes(number: int, room: int) -> None:
    """
    Measured as it is allocated, not as the store counts it.
    """
    keys = Keys(b"secret")
    store = MemoryStore(max_entries=number, max_bytes=room, clock=FixedClock())
    within = soon()
    try:
        for n in range(number):
            if n == number - room // 1_000:
                tracemalloc.start()  # What is kept at the end is all made from here on; before, it would only be slow.
            asked = Call("crm", "Get", (str(n),), within, about=(subject.line(str(n)),))
            value = (PartyRef(f"5{n}", PartyKind.INDIVIDUAL), Money(amount=Decimal(n), currency="EUR"))
            tags = keys.tags_of(asked)
            await store.set(keys.key(asked), Answer(value, NOW), ttl_s=60, asked_at=ASKED, tags=tags)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert store.size_bytes <= room
    assert room / 4 < taken < 1.2 * room


class AgainstAModel(RuleBasedStateMachine):
    """Any order of keeping, asking, dropping and waiting, beside a model that is slow and plain."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.clock = FixedClock()
        self.store = MemoryStore(max_entries=BOUND, clock=self.clock)
        self.model: list[_Kept] = []
        """The one not used for longest first."""

        self.dropped: dict[str, float] = {}
        self.any_before = BEFORE
        """What was asked for until then may have been dropped under any tag."""

    def teardown(self) -> None:
        self.loop.close()

    def _now(self) -> float:
        return self.clock.monotonic()

    @rule(key=KEYS, value=st.integers(), ttl_s=st.integers(0, 5), ago=st.integers(0, 90), tags=st.frozensets(TAGS))
    def keep(self, key: str, value: int, ttl_s: int, ago: int, tags: frozenset[str]) -> None:
        asked_at = self._now() - ago
        self.loop.run_until_complete(
            self.store.set(key, _answer(value), ttl_s=ttl_s, asked_at=asked_at, tags=sorted(tags))
        )
        if asked_at <= self.any_before or any(asked_at <= self.dropped.get(tag, BEFORE) for tag in tags):
            return
        others = [entry for entry in self.model if entry.key != key and self._now() < entry.end]
        self.model = [*others, _Kept(key, value, self._now() + ttl_s, tags)][-BOUND:]

    @rule(key=KEYS)
    def ask(self, key: str) -> None:
        found = self.loop.run_until_complete(self.store.get(key))
        known = [entry for entry in self.model if entry.key == key]
        fresh = [entry for entry in known if self._now() < entry.end]
        self.model = [entry for entry in self.model if entry.key != key] + fresh

        assert [entry.value for entry in fresh] == ([] if found is None else [found.value])

    @rule(tags=st.frozensets(TAGS))
    def drop(self, tags: frozenset[str]) -> None:
        self.loop.run_until_complete(self.store.drop(sorted(tags)))
        now = self._now()
        self.dropped |= dict.fromkeys(tags, now)
        old = {tag: at for tag, at in self.dropped.items() if now - at > 60}
        self.any_before = max([self.any_before, *old.values()])
        self.dropped = {tag: at for tag, at in self.dropped.items() if tag not in old}
        self.model = [entry for entry in self.model if not entry.tags & tags]

    @rule(seconds=st.integers(1, 40))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @invariant()
    def keeps_what_the_model_keeps_and_counts_it(self) -> None:
        kept = self.store._cache._cache

        assert {entry.key for entry in self.model} == set(kept) == set(self.store._entries)
        assert len(kept) <= BOUND
        assert self.store.size_bytes == sum(entry.size for entry in self.store._entries.values())

    @invariant()
    def every_tag_leads_to_what_is_under_it_and_nowhere_else(self) -> None:
        tags = {tag for entry in self.model for tag in entry.tags}

        assert {tag: {entry.key for entry in self.model if tag in entry.tags} for tag in tags} == self.store._tagged

    @invariant()
    def has_no_timers(self) -> None:
        assert {} == self.store._cache._handlers


TestAgainstAModel = AgainstAModel.TestCase
