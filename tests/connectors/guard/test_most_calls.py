"""So many calls may one operation put to one system: what is kept costs nobody anything, and does not count."""

import asyncio

import pytest

from connectors.errors import TooManyCalls
from connectors.guard import GuardSettings, guard_for
from connectors.guard.record import recorded
from tests.connectors.guard.asking import CLOCK, call
from tests.connectors.support import DictStore


def guard(**settings: object):
    return guard_for("hss", GuardSettings.model_validate(settings), clock=CLOCK, store=DictStore())


async def answer() -> str:
    return "answer"


async def test_calls_beyond_are_refused_without_asking():
    asked = 0

    async def ask() -> str:
        nonlocal asked
        asked += 1
        return "answer"

    hss = guard()
    with recorded(most_calls=2) as record:
        for number in range(2):
            await hss.call(call(str(number)), ask)
        with pytest.raises(TooManyCalls) as refused:
            await hss.call(call("2"), ask)

    assert ("TOO_COSTLY", "hss", False) == (refused.value.code, refused.value.system, refused.value.asked)
    assert (2, {"hss": 2}, True) == (asked, record.asked, record.was_refused)
    assert ["TOO_COSTLY"] == [each.code for each in record.given if each.code]


async def test_of_calls_that_come_together_no_more_are_asked_either():
    hss = guard(max_concurrent=50)
    with recorded(most_calls=3):
        found = await asyncio.gather(*(hss.call(call(str(n)), answer) for n in range(20)), return_exceptions=True)

    assert 17 == sum(isinstance(each, TooManyCalls) for each in found)


async def test_each_system_and_each_operation_has_a_count_of_its_own():
    hss, crm = guard(), guard_for("crm", GuardSettings(), clock=CLOCK, store=DictStore())
    for _ in range(2):
        with recorded(most_calls=1) as record:
            await hss.call(call("1"), answer)
            await crm.call(_of("crm"), answer)
        assert not record.was_refused


def _of(system: str):
    from dataclasses import replace

    return replace(call("1"), system=system)


async def test_what_is_kept_does_not_count():
    hss = guard(fresh_s={"*": 60})
    with recorded(most_calls=1) as record:
        for _ in range(5):
            await hss.call(call("1"), answer)

    assert {"hss": 1} == record.asked


async def test_without_a_bound_calls_are_counted_all_the_same():
    hss = guard()
    with recorded() as record:
        for number in range(30):
            await hss.call(call(str(number)), answer)

    assert {"hss": 30} == record.asked
