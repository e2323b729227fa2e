"""Answers given beyond their fresh time are never remembered; that something is not known is, for its own time."""

import asyncio
from typing import Any

import pytest

from connectors.errors import NotKnown, Unavailable
from tests.gateway.guarded import World
from tests.gateway.operations.answers.support import CUSTOMER, remembered, written
from tests.resolvers.support import MSISDN

EVERY = {"*": 100}
NETWORK = f'{{ line(by: {{msisdn: "{MSISDN}"}}) {{ network {{ apns }} }} }}'


async def _settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_an_answer_that_is_refreshed_behind_the_caller_is_given_and_not_remembered() -> None:
    world = World(windows={"revalidate_s": EVERY})
    await remembered(world)
    world.operator.crm.name = "Another"
    world.clock.advance(60)

    assert b"Another" not in written(await world.ask(CUSTOMER))
    assert not len(world.answers)
    await _settled()

    assert {"crm": {"customers": 1}, "billing": {"bills": 1}} == world.asked()
    assert b"Another" in await _again(world)


async def _again(world: World) -> bytes:
    """What is given and remembered now, without asking anybody."""
    given = written(await world.ask(CUSTOMER))
    runs = world.operations.runs
    assert given == written(await world.ask(CUSTOMER))
    assert (runs, 1, {}) == (world.operations.runs, len(world.answers), world.asked())
    return given


async def test_an_answer_that_stands_in_for_a_system_is_not_remembered() -> None:
    world = World(windows={"stale_s": EVERY})
    await remembered(world)
    world.clock.advance(60)
    world.operator.crm.name = "Another"
    world.operator.crm.failures["customers"] = Unavailable("reset", system="crm")

    for _ in range(3):
        assert b"Another" not in written(await world.ask(CUSTOMER))
        assert not len(world.answers)
    world.operator.crm.failures.clear()

    assert b"Another" in written(await world.ask(CUSTOMER))


async def test_that_something_is_not_known_is_remembered_for_its_own_time() -> None:
    world = World(windows={"negative_s": {"*": 5}})
    world.operator.hss.failure = NotKnown("no such line", system="hss")
    await remembered(world, NETWORK)
    world.operator.hss.failure = None

    world.clock.advance(4.9)
    await world.ask(NETWORK)
    assert not world.asked()
    world.clock.advance(0.1)

    assert b"apns" in written(await world.ask(NETWORK))


@pytest.mark.parametrize("windows", [{}, {"revalidate_s": EVERY}, {"stale_s": EVERY}])
async def test_what_is_remembered_ends_with_the_fresh_time_and_not_with_a_later_window(windows: Any) -> None:
    world = World(windows=windows)
    await remembered(world)
    runs = world.operations.runs

    world.clock.advance(59.9)
    await world.ask(CUSTOMER)
    assert runs == world.operations.runs
    world.clock.advance(0.1)
    await world.ask(CUSTOMER)

    assert runs + 1 == world.operations.runs
