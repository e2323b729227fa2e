"""What waits is forgotten once, in batches, within a bound, and what fails is told to those who wait for it."""

import asyncio
from collections.abc import Collection

import pytest
import structlog

from connectors.guard.subject import Subject, SubjectKind
from gateway.events.coalescing import Coalescing


def subjects(*numbers: int) -> set[Subject]:
    return {Subject(SubjectKind.CUSTOMER, str(number)) for number in numbers}


class Forgetting:
    """Forgets when it is let."""

    def __init__(self) -> None:
        self.batches: list[set[Subject]] = []
        self.gate = asyncio.Event()
        self.fails = False

    async def __call__(self, about: Collection[Subject]) -> None:
        self.batches.append(set(about))
        await self.gate.wait()
        if self.fails:
            raise KeyError


async def test_what_is_said_again_while_it_waits_is_forgotten_once():
    forget = Forgetting()
    coalescing = Coalescing(forget)
    first = coalescing.offer(subjects(1))
    await asyncio.sleep(0)
    later = [coalescing.offer(subjects(2, number % 3)) for number in range(1000)]
    forget.gate.set()
    assert first is not None
    await first
    await coalescing.aclose()

    assert [subjects(1), subjects(0, 1, 2)] == forget.batches
    assert all(each is not None and each.done() for each in later)


async def test_what_is_said_while_it_is_forgotten_is_forgotten_once_more():
    forget = Forgetting()
    coalescing = Coalescing(forget)
    coalescing.offer(subjects(1))
    await asyncio.sleep(0)
    again = coalescing.offer(subjects(1))
    forget.gate.set()
    assert again is not None
    await again

    assert [subjects(1), subjects(1)] == forget.batches


async def test_beyond_the_bound_they_are_to_come_again_later():
    forget = Forgetting()
    coalescing = Coalescing(forget, most_waiting=2)
    coalescing.offer(subjects(0))
    await asyncio.sleep(0)

    assert coalescing.offer(subjects(1, 2)) is not None
    assert coalescing.offer(subjects(3)) is None
    assert coalescing.offer(subjects(2)) is not None
    forget.gate.set()
    await coalescing.aclose()
    assert [subjects(0), subjects(1, 2)] == forget.batches


async def test_one_event_about_more_than_the_bound_is_taken_when_nobody_waits():
    forget = Forgetting()
    forget.gate.set()
    coalescing = Coalescing(forget, most_waiting=2)

    batch = coalescing.offer(subjects(1, 2, 3))
    assert batch is not None
    await batch


async def test_a_failure_is_for_those_of_its_batch_alone():
    forget = Forgetting()
    forget.fails = True
    coalescing = Coalescing(forget)
    failing = coalescing.offer(subjects(1))
    await asyncio.sleep(0)
    forget.gate.set()
    assert failing is not None
    with structlog.testing.capture_logs() as logged:
        for _ in range(2):
            with pytest.raises(KeyError):
                await failing
    ((event, kind, where),) = [(line["event"], line["kind"], line["where"]) for line in logged]
    assert ("event_not_done", "KeyError") == (event, kind), "once, however many wait for it"
    assert where.startswith("test_coalescing.py:")
    forget.fails = False
    well = coalescing.offer(subjects(1))
    assert well is not None
    await well
