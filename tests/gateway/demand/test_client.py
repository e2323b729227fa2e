"""One client's operations: who is let in, what each did cost, and that nothing is left behind."""

import asyncio
import dataclasses
import os
import random

import pytest

from connectors.guard.record import Record
from gateway.demand.client import Admission
from gateway.demand.refusal import RateLimited
from gateway.demand.settings import DemandChanges, DemandLimits
from gateway.demand.watch import Reason
from resolvers.failures import TooCostly
from tests.gateway.demand.support import Place

ROUNDS = 10_000 if os.environ.get("SWITCHBOARD_SOAK") else 500


def asked(**calls: int) -> Record:
    record = Record()
    for system, number in calls.items():
        for _ in range(number):
            record.asks(system, "Get")
    return record


async def test_operations_are_let_in_until_the_budget_is_spent_and_then_told_when_to_come_back():
    place = Place()
    shop = place.client(DemandLimits(cost_per_minute=600, burst=100))
    for _ in range(2):
        (await shop.admit(40)).leave()

    with pytest.raises(RateLimited) as refused:
        await shop.admit(40)

    assert Reason.BUDGET is refused.value.reason
    assert 2.0 == pytest.approx(refused.value.retry_after_s)
    place.clock.advance(2.0)
    (await shop.admit(40)).leave()
    assert {(Reason.BUDGET, False): 1} == place.watch.refusals


async def test_what_it_did_not_cost_can_be_spent_again():
    shop = Place().client(DemandLimits(cost_per_minute=600, burst=100))
    for spent in (11, 22):
        with await shop.admit(78) as admission:
            admission.record, admission.written = asked(crm=1), 64
        assert (11, 100 - spent) == (admission.actual, admission.left)

    (await shop.admit(78)).leave()
    with pytest.raises(RateLimited):
        await shop.admit(1)


async def test_an_operation_that_tells_nothing_costs_what_was_estimated():
    place = Place()
    with await place.client().admit(7):
        pass

    assert [(7, 7)] == place.watch.costs


async def test_one_whose_caller_left_costs_what_was_asked_until_then():
    place = Place()

    async def operation() -> None:
        with await place.client(DemandLimits(cost_per_minute=600)).admit(70) as admission:
            admission.record = asked(crm=2)
            await asyncio.sleep(60)

    task = asyncio.create_task(operation())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert [(70, 20)] == place.watch.costs


async def test_what_is_too_much_for_one_operation_is_no_matter_of_time():
    place = Place()
    for limits in (
        DemandLimits(max_cost=50),
        DemandLimits(cost_per_minute=6000, burst=50),
        DemandLimits(cost_per_minute=200),
    ):
        place.clock.advance(60)
        shop = place.client(limits)
        with pytest.raises(TooCostly, match="costs 51, and at most 50"):
            await shop.admit(51)
        (await shop.admit(50)).leave()

    assert {(Reason.COST, False): 3} == place.watch.refusals
    assert 0 == shop.slots.taken


async def test_an_operation_that_asks_nobody_is_worth_something():
    shop = Place().client(DemandLimits(cost_per_minute=60, burst=2))
    for _ in range(2):
        (await shop.admit(0)).leave()

    with pytest.raises(RateLimited):
        await shop.admit(0)


async def test_no_more_are_under_way_at_once_than_may_be():
    place = Place()
    shop = place.client(DemandLimits(concurrent=2))
    first, _ = await shop.admit(1), await shop.admit(1)

    with pytest.raises(RateLimited) as refused:
        await shop.admit(1)

    assert (Reason.CONCURRENCY, 1.0) == (refused.value.reason, refused.value.retry_after_s)
    first.leave()
    first.leave()
    assert 1 == shop.slots.taken
    await shop.admit(1)


async def test_slots_are_given_back_on_every_way_out():
    """Answered, failed, cancelled while it runs, while it waits to be let in, refused: in any order."""
    place, chance = Place(leases=Slow()), random.Random(5)
    shop = place.client(DemandLimits(concurrent=5, cost_per_minute=60_000, burst=1000, max_cost=900))
    most = 0

    async def operation() -> None:
        nonlocal most
        with await shop.admit(chance.randint(1, 1000)) as admission:
            most = max(most, shop.slots.taken)
            admission.record = Record()
            for _ in range(chance.randint(0, 3)):
                await asyncio.sleep(0)
            if chance.random() < 0.3:
                raise ValueError

    for _ in range(ROUNDS // 20):
        tasks = [asyncio.create_task(operation()) for _ in range(20)]
        for _ in range(chance.randint(0, 4)):
            await asyncio.sleep(0)
        for task in chance.sample(tasks, 8):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        place.clock.advance(0.5)
        assert 0 == shop.slots.taken

    assert 5 == most
    assert 0 < place.watch.refusals[Reason.CONCURRENCY, False] < ROUNDS


class Slow:
    """A shared budget that takes a few turns of the loop to find out that it cannot be reached."""

    async def lease(self, key: str, *, rate: float, burst: float, need: float, want: float) -> None:  # noqa: ARG002
        for _ in range(2):
            await asyncio.sleep(0)


async def test_where_limits_are_only_measured_nothing_is_refused_and_all_is_counted():
    place = Place()
    limits = DemandLimits(cost_per_minute=600, burst=100, concurrent=1, max_cost=60, max_calls_per_system=2)
    shop = place.client(dataclasses.replace(limits, measure_only=True))
    under_way = await shop.admit(50)
    for cost in (50, 50, 70):
        with await shop.admit(cost) as admission:
            admission.record = asked(crm=3, billing=1)
            assert admission.most_calls is None
    under_way.leave()

    assert {
        (Reason.CONCURRENCY, True): 2,
        (Reason.BUDGET, True): 1,
        (Reason.COST, True): 1,
        (Reason.CALLS, True): 3,
    } == place.watch.refusals
    assert 0 == shop.slots.taken


async def test_more_calls_than_one_system_may_get_are_told():
    place = Place()
    shop = place.client(DemandLimits(max_calls_per_system=2))
    for calls, beyond in ((2, False), (2, True)):
        with await shop.admit(1) as admission:
            assert 2 == admission.most_calls
            admission.record = asked(crm=calls, billing=calls)
            admission.record.was_refused = beyond

    assert {(Reason.CALLS, False): 1} == place.watch.refusals


async def test_other_limits_hold_at_once_and_what_was_spent_stays_spent():
    place = Place()
    usual = DemandLimits(cost_per_minute=600, burst=100, concurrent=1)
    shop = place.client(usual)
    admission = await shop.admit(100)
    admission.leave()
    assert shop is place.client(usual)

    with pytest.raises(RateLimited):
        await place.client(dataclasses.replace(usual, cost_per_minute=1200)).admit(20)
    place.clock.advance(1.0)
    held = await place.client(dataclasses.replace(usual, cost_per_minute=1200, concurrent=2)).admit(20)
    assert 2 == shop.slots.most
    held.leave()
    assert isinstance(await place.client().admit(10_000), Admission)


async def test_one_operation_may_cost_and_call_more_than_all_others():
    own = DemandChanges(max_cost=90, max_calls_per_system=50)
    shop = Place().client(DemandLimits(cost_per_minute=600, burst=100, max_cost=40, max_calls_per_system=5))
    with await shop.admit(80, own=own) as admission:
        assert (50, 80) == (admission.most_calls, admission.cost)
    with pytest.raises(TooCostly, match="at most 90"):
        await shop.admit(91, own=own)
    with pytest.raises(TooCostly, match="at most 40"):
        await shop.admit(41)
    with await shop.admit(10) as admission:
        assert 5 == admission.most_calls


async def test_never_more_than_comes_at_once_however_much_it_may_cost():
    shop = Place().client(DemandLimits(cost_per_minute=600, burst=100, max_cost=40))
    with pytest.raises(TooCostly, match="at most 100"):
        await shop.admit(101, own=DemandChanges(max_cost=1000))


async def test_a_part_of_a_budget_is_large_enough_for_the_dearest_of_its_own_limits():
    place = Place(parts=10)
    shop = place.client(DemandLimits(cost_per_minute=600, burst=100, max_cost=40))
    own = DemandChanges(max_cost=90)
    (await shop.admit(80, own=own)).leave()
    with pytest.raises(RateLimited) as refused:
        await shop.admit(80, own=own)
    place.clock.advance(refused.value.retry_after_s)

    (await shop.admit(80, own=own)).leave()


async def test_limits_that_are_only_measured_are_only_measured_of_one_operation_too():
    shop = Place().client(DemandLimits(max_cost=40, measure_only=True))
    with await shop.admit(50, own=DemandChanges(max_cost=45)) as admission:
        assert admission.most_calls is None
