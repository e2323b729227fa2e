"""Everybody's demand: kept by name, bounded, and told once a minute."""

import asyncio

import pytest

from gateway.demand.refusal import RateLimited
from gateway.demand.settings import DemandLimits
from gateway.demand.tally import Tally
from gateway.demand.watch import Reason
from tests.connectors.support import Reports
from tests.gateway.demand.support import Place


async def test_each_client_has_a_budget_of_its_own():
    place = Place()
    for name in ("shop", "bank"):
        (await place.client(DemandLimits(cost_per_minute=60, burst=10), name=name).admit(10)).leave()

    with pytest.raises(RateLimited):
        await place.client(DemandLimits(cost_per_minute=60, burst=10), name="bank").admit(10)


async def test_of_too_many_clients_those_are_forgotten_that_have_not_asked_for_longest():
    place = Place(max_clients=2)
    for name in ("shop", "bank", "shop", "school"):
        place.client(name=name)

    assert 2 == len(place.demand)
    assert place.client(name="shop") is place.client(name="shop")
    under_way = await place.client(name="shop").admit(1)
    place.client(name="bank")
    place.client(name="school")
    under_way.leave()


async def test_several_processes_have_their_parts_and_each_can_let_in_the_dearest_operation():
    place = Place(parts=4)
    shop = place.client(DemandLimits(cost_per_minute=600, burst=100, max_cost=40, concurrent=4))
    (await shop.admit(40)).leave()
    with pytest.raises(RateLimited) as refused:
        await shop.admit(1)

    # A part of the burst would be 25; ten a second are 2.5 for each.
    assert 1 / 2.5 == pytest.approx(refused.value.retry_after_s)
    assert 2 == shop.slots.most


async def test_measured_clients_have_a_line_a_minute_and_others_only_where_something_was_refused():
    report = Reports()
    measured = Tally("shop", measure_only=True, report=report, every_s=0.01)
    quiet = Tally("bank", measure_only=False, report=report, every_s=0.01)
    refusing = Tally("school", measure_only=False, report=report, every_s=0.01)
    for tally in (measured, quiet, refusing):
        tally.comes(at_once=3)
        tally.comes(at_once=2)
        tally.cost(estimated=70, actual=20)
    refusing.refused(Reason.BUDGET)
    await asyncio.sleep(0.05)

    assert ["demand_measured", "demand_refused"] == [event for event, _ in report.events]
    assert {
        "client": "school",
        "operations": 2,
        "at_once": 3,
        "estimated": 70,
        "actual": 20,
        "over_budget": 1,
        "over_concurrency": 0,
        "over_cost": 0,
        "over_calls": 0,
    } == report.events[1][1]


async def test_a_minute_begins_anew_with_the_next_operation_and_an_idle_client_says_nothing():
    report = Reports()
    tally = Tally("shop", measure_only=True, report=report, every_s=0.01)
    tally.comes(at_once=1)
    await asyncio.sleep(0.05)
    await asyncio.sleep(0.03)
    assert 1 == len(report.events)
    tally.comes(at_once=1)
    tally.tell()
    tally.tell()

    assert [1, 1] == [values["operations"] for _, values in report.events]


async def test_what_was_not_told_yet_is_told_at_the_end():
    place = Place()
    (await place.client(DemandLimits(measure_only=True)).admit(5)).leave()
    place.demand.close()

    assert [("demand_measured", 5)] == [(event, values["actual"]) for event, values in place.report.events]
