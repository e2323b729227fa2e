"""What a caller reads of its budget within an answer."""

import datetime as dt

import pytest

from gateway.demand.settings import DemandLimits
from gateway.demand.told import budget_of
from tests.connectors.support import NOW
from tests.gateway.demand.support import Place


async def test_what_is_left_is_told_beside_the_operation_that_asks():
    shop = Place().client(DemandLimits(cost_per_minute=600, burst=100, concurrent=3))
    with await shop.admit(10), await shop.admit(40) as admission:
        found = budget_of(admission, NOW)

    assert found is not None
    assert (600, 50, NOW + dt.timedelta(seconds=5)) == (found.cost_per_minute, found.cost_left, found.cost_whole_at)
    assert (3, 1) == (found.concurrent, found.concurrent_left)


async def test_what_has_no_bound_is_null():
    place = Place()
    with await place.client(DemandLimits(concurrent=3), name="a").admit(10) as admission:
        a = budget_of(admission, NOW)
    with await place.client(DemandLimits(cost_per_minute=600), name="b").admit(10) as admission:
        b = budget_of(admission, NOW)

    assert a is not None
    assert b is not None
    assert (None, None, None, 3) == (a.cost_per_minute, a.cost_left, a.cost_whole_at, a.concurrent)
    assert (600, 140, None, None) == (b.cost_per_minute, b.cost_left, b.concurrent, b.concurrent_left)


@pytest.mark.parametrize(
    "limits", [DemandLimits(), DemandLimits(max_cost=50), DemandLimits(cost_per_minute=600, measure_only=True)]
)
async def test_where_nothing_is_promised_nothing_is_told(limits):
    with await Place().client(limits).admit(10) as admission:
        assert budget_of(admission, NOW) is None
