"""What calls gave is noted for whoever keeps a record: when, for how long it is fresh, or why it gave nothing."""

import datetime as dt

import pytest

from connectors.errors import NotKnown, Unavailable
from connectors.guard import Guard, GuardSettings, guard_for
from connectors.guard.given import Given, all_good_until
from connectors.guard.record import recorded
from tests.connectors.guard.asking import call
from tests.connectors.support import NOW, DictStore, FixedClock

_LATER = NOW + dt.timedelta(seconds=30)


def _guard(clock: FixedClock, **fresh_s: float) -> Guard:
    return guard_for("hss", GuardSettings(jitter=0, fresh_s=fresh_s), clock=clock, store=DictStore(), watcher=None)


async def _answer() -> str:
    return "answer"


async def test_an_answer_is_noted_whether_the_system_was_asked_or_not() -> None:
    clock = FixedClock()
    guard = _guard(clock, Get=30)
    with recorded() as record:
        await guard.call(call(), _answer)
        clock.advance(10)
        await guard.call(call(), _answer)

    assert [Given("hss", "Get", None, NOW, _LATER)] * 2 == record.given
    assert _LATER == record.fresh_until


async def test_one_that_is_not_kept_has_no_fresh_time() -> None:
    with recorded() as record:
        await _guard(FixedClock(), Other=30).call(call(), _answer)

    assert [Given("hss", "Get", None, NOW)] == record.given
    assert record.fresh_until is None


@pytest.mark.parametrize("kind", [NotKnown, Unavailable])
async def test_a_failure_is_noted_by_its_code_and_raised(kind: type[Unavailable | NotKnown]) -> None:
    async def fails() -> None:
        raise kind("no", system="hss")

    with recorded() as record, pytest.raises(kind):
        await _guard(FixedClock(), Get=30).call(call(), fails)

    assert [Given("hss", "Get", code=kind.code)] == record.given
    assert record.fresh_until is None


async def test_no_argument_is_noted() -> None:
    with recorded() as record:
        await _guard(FixedClock(), Get=30).call(call("99960000042"), _answer)

    assert "99960000042" not in repr(record.given)


def test_all_is_fresh_until_the_first_is_not() -> None:
    first, second = Given("a", "b", None, NOW, _LATER), Given("a", "c", None, NOW, NOW)

    assert NOW == all_good_until([first, second])
    assert all_good_until([first, Given("a", "d", None, NOW)]) is None
    assert all_good_until([]) is None


def test_what_is_older_than_was_wanted_is_good_no_more() -> None:
    wanted = Given("a", "b", 20, NOW, _LATER)

    assert NOW + dt.timedelta(seconds=20) == wanted.good_until
    assert _LATER == wanted._replace(max_age_s=40).good_until
    assert NOW == wanted._replace(max_age_s=0).good_until
    assert wanted._replace(fresh_until=None).good_until is None
