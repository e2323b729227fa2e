"""The guard put together: what each process may do to a system that several use."""

import asyncio

import pytest

from connectors.guard import GuardSettings, guard_for
from connectors.terms import Criticality
from tests.connectors.guard.asking import CLOCK, System, call
from tests.connectors.guard.ledger import Ledger, Line
from tests.connectors.support import DictStore, FixedClock


async def at_once(settings: dict[str, object], *, register: Line | None = None, at_once_here: int | None = None) -> int:
    """How many of 50 calls of one process are under way at once."""
    system = System()
    guard = guard_for("hss", GuardSettings(**settings), clock=CLOCK, store=DictStore(), places=register)
    callers = [asyncio.ensure_future(guard.call(call(number), system.ask)) for number in range(50)]
    await asyncio.sleep(0.3)
    running = system.running
    system.free.set()
    await asyncio.gather(*callers, return_exceptions=True)
    await guard.aclose()
    return running


@pytest.mark.parametrize(
    ("settings", "number"),
    [
        ({"max_concurrent": 10}, 10),
        ({"max_concurrent": 10, "replicas": 3}, 3),
        ({"max_concurrent": 10, "budget": {"calls_per_s": 1000, "replicas": 3}}, 3),
        ({"max_concurrent": 2, "replicas": 3}, 1),
        ({"max_concurrent": 20, "min_concurrent": 12, "replicas": 3}, 4),
    ],
)
async def test_where_nothing_is_shared_each_process_has_its_part_of_the_places(settings, number):
    assert number == await at_once(settings)


async def test_where_there_is_a_register_a_process_may_have_all_places(monkeypatch):
    ledger = Ledger(FixedClock())
    ledger.began = 0.0

    assert 10 == await at_once({"max_concurrent": 10, "replicas": 3}, register=Line(ledger, "a"))
    assert {} == ledger.entries


async def test_two_bounds_that_are_one_leave_nothing_to_be_found_out_with_a_register_either():
    ledger = Ledger(FixedClock())
    ledger.began = 0.0

    assert 12 == await at_once({"max_concurrent": 12, "min_concurrent": 12, "replicas": 3}, register=Line(ledger, "a"))


async def test_replicas_divide_the_budget_as_well():
    settings = {"max_concurrent": 100, "replicas": 4, "budget": {"calls_per_s": 1, "burst": 24, "max_wait_s": 0}}
    system = System()
    guard = guard_for("hss", GuardSettings(**settings), clock=CLOCK, store=DictStore())
    callers = [asyncio.ensure_future(guard.call(call(number), system.ask)) for number in range(20)]
    await asyncio.sleep(0.05)
    system.free.set()
    await asyncio.gather(*callers, return_exceptions=True)

    assert 5 == system.asked


def test_a_class_has_a_place_only_where_there_is_one():
    shares = GuardSettings().shares

    assert [(0, 1, 2)] == [tuple(shares.places(Criticality.BATCH, of=number) for number in (0, 1, 10))]
