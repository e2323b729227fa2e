"""Cache: what is kept, for how long, and that no key fits two questions or shows a number."""

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.capabilities import BillingKey, BillingKeyKind, Period
from connectors.errors import Unavailable
from connectors.guard import Answer
from connectors.guard.cache import Cache, _canonical
from schema.parts import PrepaidPart
from tests.connectors.guard.asking import call, unused
from tests.connectors.support import DictStore, FixedClock

ACCOUNT = frozenset({PrepaidPart.ACCOUNT})
BOTH = frozenset(PrepaidPart)


class Kept:
    """A cache before a system that answers at once."""

    def __init__(self, **fresh_s: float) -> None:
        self.clock = FixedClock()
        self.store = DictStore()
        self.asked = 0
        self.failure: Exception | None = None
        self.cache = Cache(fresh_s=fresh_s, store=self.store, clock=self.clock)

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


@dataclasses.dataclass(frozen=True)
class Pair:
    one: str
    two: str = dataclasses.field(repr=False)


arguments = st.recursive(
    st.text(max_size=5)
    | st.integers()
    | st.booleans()
    | st.none()
    | st.binary(max_size=3)
    | st.decimals(allow_nan=False, allow_infinity=False, places=2)
    | st.sampled_from(PrepaidPart)
    | st.datetimes(timezones=st.just(dt.UTC)).map(lambda at: Period(start=at, end=at + dt.timedelta(0)))
    | st.builds(Pair, st.text(max_size=3), st.text(max_size=3)),
    lambda inner: st.lists(inner, max_size=4).map(tuple) | st.frozensets(inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [(("a", "bc"), ("ab", "c")), (("astrb",), ("a", "b")), ((1,), ("1",)), ((1,), (True,)), ((), ((),))],
)
def test_arguments_that_look_alike_when_joined_have_keys_of_their_own(one, other):
    assert _canonical(one) != _canonical(other)


@settings(max_examples=60)
@given(arguments, arguments)
def test_only_equal_arguments_have_equal_keys(one, other):
    if _canonical(one) == _canonical(other):
        assert one == other


@settings(max_examples=40)
@given(arguments)
def test_a_key_does_not_depend_on_the_order_of_a_set(argument):
    members = [argument, "x", 7, Decimal("1.5")]

    assert _canonical(frozenset(members)) == _canonical(frozenset(reversed(members)))
