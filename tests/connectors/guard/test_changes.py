"""Calls under way when something changes: who asks after it does not share what was asked for before."""

import asyncio
import dataclasses
from typing import Any

import pytest

from connectors.errors import DeadlineReached
from connectors.guard import Call, Changes, Keys, subject
from connectors.guard.flight import SingleFlight
from connectors.guard.subject import Subject
from connectors.terms import Terms
from tests.connectors.guard.asking import System, turns
from tests.connectors.support import FixedClock

NUMBER, OWNER = subject.line("99960000001"), subject.customer("1000042")


class World:
    """One flight board, its clock, its system, and the changes that are told."""

    def __init__(self) -> None:
        self.clock = FixedClock()
        self.keys = Keys()
        self.changes = Changes(keys=self.keys, clock=self.clock)
        self.flights = SingleFlight(clock=self.clock, changes=self.changes)
        self.system = System()

    async def ask(self, *, names: Subject | None = OWNER, seconds: float = 5.0) -> asyncio.Future[Any]:
        """One more caller asks about the number; the answer names *names* as well."""
        within = Terms.after(seconds, self.clock)
        asked = Call("billing", "Get", (NUMBER.key,), within, about=(NUMBER,))
        asked = dataclasses.replace(asked, names=lambda _: [names] if names else [])
        caller = asyncio.ensure_future(self.flights(asked, self.system.ask, proceed=self.system.proceed))
        await turns()
        return caller

    def changed(self, *subjects: Subject, systems: tuple[str, ...] = ()) -> None:
        """Something changes, a while after what was asked last and before what is asked next."""
        self.clock.advance(0.01)
        self.changes.note(self.keys.tags(subjects, systems))
        self.clock.advance(0.01)


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("about", ["whom the call is about", "whom its answer names", "the system", "everybody"])
async def test_who_asks_after_a_change_is_not_given_what_was_asked_for_before(world: World, about: str) -> None:
    before = await world.ask()
    match about:
        case "whom the call is about":
            world.changed(NUMBER)
        case "whom its answer names":
            world.changed(OWNER)
        case "the system":
            world.changed(systems=("billing",))
        case "everybody":
            world.changed()
    after = await world.ask()
    world.system.free.set()

    assert ["answer 1", "answer 2"] == [answer.value for answer in await asyncio.gather(before, after)]


async def test_a_calendar_that_is_set_back_before_a_change_hides_it_from_nobody(world: World) -> None:
    before = await world.ask()
    world.clock.set_back(0.05)
    world.changed(NUMBER)
    world.clock.advance(0.2)
    after = await world.ask()
    world.system.free.set()

    assert ["answer 1", "answer 2"] == [answer.value for answer in await asyncio.gather(before, after)]


async def test_those_who_ask_after_it_share_one_call(world: World) -> None:
    await world.ask()
    world.changed(OWNER)
    after = [await world.ask() for _ in range(100)]
    world.system.free.set()

    assert {"answer 2"} == {answer.value for answer in await asyncio.gather(*after)}


async def test_a_change_about_somebody_else_parts_nobody(world: World) -> None:
    before = await world.ask()
    world.changed(subject.line("99960000002"), systems=("crm",))
    after = await world.ask()
    world.system.free.set()

    assert {"answer 1"} == {answer.value for answer in await asyncio.gather(before, after)}
    assert 1 == world.system.asked


async def test_a_change_after_the_question_leaves_its_answer_alone(world: World) -> None:
    callers = [await world.ask(), await world.ask()]
    world.changed(NUMBER, OWNER)
    world.system.free.set()

    assert {"answer 1"} == {answer.value for answer in await asyncio.gather(*callers)}
    assert 1 == world.system.asked


async def test_a_call_of_before_that_ended_is_not_asked_again(world: World) -> None:
    world.system.free.set()
    await (await world.ask())
    world.changed(NUMBER)

    assert "answer 2" == (await (await world.ask())).value
    assert 2 == world.system.asked


async def test_who_has_no_time_left_to_ask_again_is_not_given_the_old_answer(world: World) -> None:
    await world.ask()
    world.changed(OWNER)
    after = await world.ask(seconds=1)
    world.clock.advance(1)
    world.system.free.set()

    with pytest.raises(DeadlineReached):
        await after
    assert 1 == world.system.asked
