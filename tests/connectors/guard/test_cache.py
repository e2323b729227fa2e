"""Cache: what is kept, for how long, and under which key and tags."""

import dataclasses

import pytest

from connectors.capabilities import BillingKey, BillingKeyKind
from connectors.errors import Unavailable
from connectors.guard import Answer, GuardSettings, Keys, subject
from connectors.guard.cache import Cache
from schema.parts import PrepaidPart
from tests.connectors.guard.asking import call, unused
from tests.connectors.support import DictStore, FixedClock

KEYS = Keys(b"secret")
ACCOUNT = frozenset({PrepaidPart.ACCOUNT})
BOTH = frozenset(PrepaidPart)


class Kept:
    """A cache before a system that answers at once."""

    def __init__(self, **fresh_s: float) -> None:
        self.clock = FixedClock()
        self.store = DictStore()
        self.asked = 0
        self.failure: Exception | None = None
        self.cache = Cache(GuardSettings(fresh_s=fresh_s, jitter=0), store=self.store, clock=self.clock, keys=KEYS)

    async def ask(self, *args: object, **changes):
        answer = await self.cache.recall(call(*args, **changes), unused, proceed=self._keep)
        return answer.value

    async def _keep(self, call, ask):
        return await self.cache.keep(call, ask, proceed=self._proceed)

    async def _proceed(self, call, _ask):
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        return Answer(value=self.asked, fetched_at=self.clock.now(), parts=call.parts)


async def test_a_fresh_answer_is_given_again():
    kept = Kept(Get=60)

    assert [1, 1] == [await kept.ask(), await kept.ask()]


async def test_an_answer_past_its_time_is_asked_for_anew():
    kept = Kept(Get=60)

    await kept.ask()
    kept.clock.advance(59.9)
    assert 1 == await kept.ask()
    kept.clock.advance(0.1)
    assert 2 == await kept.ask()


async def test_an_operation_without_a_time_is_not_kept():
    kept = Kept(Search=60)

    assert [1, 2] == [await kept.ask(), await kept.ask()]
    assert not kept.store.kept


async def test_what_may_change_something_is_neither_given_again_nor_kept():
    kept = Kept(Get=60)
    change = dataclasses.replace(call(), repeatable=False)

    async def make() -> object:
        answer = await kept.cache.recall(change, unused, proceed=kept._keep)
        return answer.value

    assert [1, 2] == [await make(), await make()]
    assert not kept.store.kept
    assert 3 == await kept.ask()
    assert 4 == await make()
    assert await kept.cache.kept(change) is None
    assert 3 == await kept.ask()


async def test_an_answer_serves_what_it_has_parts_for():
    kept = Kept(Get=60)

    assert 1 == await kept.ask(parts=ACCOUNT)
    assert 2 == await kept.ask(parts=BOTH)
    assert 2 == await kept.ask(parts=ACCOUNT)


async def test_an_error_is_not_kept():
    kept = Kept(Get=60)
    kept.failure = Unavailable("reset", system="hss")
    with pytest.raises(Unavailable):
        await kept.ask()
    kept.failure = None

    assert 2 == await kept.ask()


async def test_keys_that_hide_their_number_when_printed_are_told_apart():
    kept = Kept(Get=60)
    one, other = (BillingKey(BillingKeyKind.MSISDN, number) for number in ("99960000001", "99960000002"))
    assert repr(one) == repr(other)

    assert [1, 2, 1] == [await kept.ask(one), await kept.ask(other), await kept.ask(one)]


async def test_a_key_in_the_store_shows_no_argument():
    kept = Kept(Get=60)
    await kept.ask("99960000042")

    (key,) = kept.store.kept
    assert key.startswith("hss:Get:")
    assert "60000042" not in key


async def test_arguments_that_could_be_confused_are_refused():
    with pytest.raises(TypeError, match="Thing"):
        await Kept(Get=60).ask(Thing())


class Thing:
    """Anything whose contents the cache does not know how to tell apart."""


async def test_an_answer_is_kept_under_the_tags_of_its_system_and_of_whom_it_names():
    kept = Kept(Get=60)
    asked = dataclasses.replace(call(), about=(subject.line("42"),), names=lambda value: [subject.sim(f"7{value}")])

    await kept.cache.recall(asked, unused, proceed=kept._keep)

    (tags,) = kept.store.tags.values()
    assert set(KEYS.tags([subject.line("42"), subject.sim("71")], ["hss"])) == set(tags)
