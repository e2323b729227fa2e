"""The door in a real event loop: whoever waits hears of it, nobody holds a place that is gone, and it is told once."""

import asyncio
import math
import time
from collections.abc import Awaitable

import pytest

from connectors.clock import SystemClock
from connectors.terms import Criticality
from gateway.admission.door import Door, Overloaded
from gateway.admission.settings import AdmissionSettings
from tests.bars import bar
from tests.connectors.support import Reports

LEAST = 2


class Watch:
    def __init__(self) -> None:
        self.refusals: list[Criticality] = []
        self.looks = 0
        self.at_once = 0.0

    def refused(self, criticality: Criticality) -> None:
        self.refusals.append(criticality)

    def looked(self, *, at_once: float, **_: float) -> None:
        self.looks += 1
        self.at_once = at_once


class Crowded(Door):
    """A door that is full: as many are in as there may be."""

    def __init__(self, *, max_waiting: int = 100) -> None:
        self.noted, self.watched = Reports(), Watch()
        super().__init__(
            AdmissionSettings(least=LEAST, burst_s=0.05),
            max_waiting=max_waiting,
            clock=SystemClock(),
            report=self.noted,
            watch=self.watched,
        )
        for _ in range(LEAST):
            assert self.lets_in(Criticality.AGENT)
        for _ in range(20):
            self._admission.turned(0.5, SystemClock().monotonic())

    def waits(
        self, criticality: Criticality = Criticality.AGENT, *, within_s: float = 10.0, mutation: bool = False
    ) -> Awaitable[None]:
        assert not self.lets_in(criticality)
        return asyncio.create_task(self.comes_and_waits(criticality, mutation=mutation, within_s=within_s))

    async def comes_and_waits(self, criticality: Criticality, *, mutation: bool, within_s: float) -> None:
        turn = self.comes(criticality, mutation=mutation)
        await self.wait(turn, criticality, mutation=mutation, within_s=within_s)


async def test_one_leaves_and_the_next_is_let_in() -> None:
    door = Crowded()
    waiting = door.waits()
    await asyncio.sleep(0)

    door.leave()
    await waiting

    assert not door.lets_in(Criticality.AGENT)


async def test_whoever_waits_for_half_of_its_time_is_told_to_come_later() -> None:
    door = Crowded()

    with pytest.raises(Overloaded) as caught:
        await door.waits(Criticality.PARTNER, within_s=0.11)

    assert 4 == caught.value.retry_after_s, "who matters less comes back later"
    assert [Criticality.PARTNER] == door.watched.refusals


async def test_whose_time_is_short_comes_in_when_half_of_it_is_over() -> None:
    door = Crowded()

    await door.waits(Criticality.PARTNER, within_s=0.05)

    assert [] == door.watched.refusals


async def test_without_room_it_is_told_at_once() -> None:
    door = Crowded(max_waiting=1)
    first = door.waits()
    await asyncio.sleep(0)

    with pytest.raises(Overloaded):
        door.comes(Criticality.BATCH, mutation=False)

    door.leave()
    await first


async def test_a_place_is_not_lost_with_a_caller_that_leaves_at_any_moment() -> None:
    door = Crowded()
    before, between, after = door.waits(), door.waits(), door.waits()
    await asyncio.sleep(0)

    before.cancel()  # type: ignore[attr-defined]
    door.leave()
    between.cancel()  # type: ignore[attr-defined]
    await asyncio.gather(before, between, return_exceptions=True)
    await asyncio.wait_for(after, 5)
    door.leave()
    door.leave()

    assert (0, 0) == (door._admission.under_way, door._admission.waiting)


async def test_a_thousand_callers_that_leave_together_cost_nobody_a_place() -> None:
    door = Crowded(max_waiting=2000)
    waiting = [door.waits() for _ in range(1500)]
    await asyncio.sleep(0)
    for each in waiting:
        each.cancel()  # type: ignore[attr-defined]
    door.leave()
    await asyncio.gather(*waiting, return_exceptions=True)
    door.leave()

    assert (0, 0) == (door._admission.under_way, door._admission.waiting)


async def test_an_overload_is_told_once_when_it_begins_and_once_when_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.admission.admission._LOOK_S", 0.05)
    door = Crowded(max_waiting=1)
    waiting = [door.waits(each) for each in (Criticality.AGENT, *[Criticality.BATCH] * 5)]
    await asyncio.sleep(0)
    door.leave()
    door.leave()
    await asyncio.gather(*waiting, return_exceptions=True)
    door.leave()
    async with asyncio.timeout(5):
        while len(door.noted.events) < 2:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)

    assert ["overload_began", "overload_ended"] == [event for event, _ in door.noted.events]
    assert 5 == door.noted.events[1][1]["refused"]


async def test_of_work_that_is_done_in_one_step_no_more_is_begun_in_a_turn_than_fits_in() -> None:
    door = Door(AdmissionSettings(turn_s=0.01), max_waiting=10, clock=SystemClock(), report=Reports())
    begun, turns = 0, 0

    async def step() -> None:
        nonlocal begun
        while door.turn_is_long():  # noqa: ASYNC110 - as the graph does
            await asyncio.sleep(0)
        begun += 1
        time.sleep(0.006)  # noqa: ASYNC251 - it is what is tested

    steps = [asyncio.create_task(step()) for _ in range(12)]
    while begun < 12:
        before = begun
        await asyncio.sleep(0)
        turns += 1
        assert begun - before <= 4

    await asyncio.gather(*steps)
    assert turns >= 5


async def test_while_few_are_under_way_nothing_is_measured() -> None:
    watch = Watch()
    door = Door(AdmissionSettings(), max_waiting=10, clock=SystemClock(), report=Reports(), watch=watch)
    for _ in range(4):
        assert door.lets_in(Criticality.AGENT)
    await asyncio.sleep(0.05)
    assert 0 == watch.looks

    assert door.lets_in(Criticality.AGENT)
    await asyncio.sleep(0.05)
    assert 0 < watch.looks


async def test_after_a_calm_there_is_no_limit_any_more_and_whoever_watches_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gateway.admission.door.REST_S", 0.05)
    door = Crowded()
    waiting = door.waits()
    await asyncio.sleep(0)
    door.leave()
    await waiting
    for _ in range(LEAST):
        door.leave()

    async with asyncio.timeout(bar(1)):
        while not math.isinf(door.watched.at_once):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.001)
    assert not door._rests, "nothing wakes the process up any more"


async def test_a_turn_is_measured_by_the_work_in_it_and_not_by_waiting() -> None:
    door = Door(AdmissionSettings(), max_waiting=10, clock=SystemClock(), report=Reports())
    for _ in range(6):
        assert door.lets_in(Criticality.AGENT)
    await asyncio.sleep(0.1)

    assert door._admission.limit.turn_s < 0.02
