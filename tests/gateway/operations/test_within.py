"""`@within`: what has arrived is given, what has not is null with DEADLINE, and late answers are kept."""

import asyncio
import time
from typing import Any

from connectors.guard import Answer
from tests.bars import bar
from tests.gateway.guarded import World
from tests.gateway.operations.answers.support import written
from tests.resolvers.support import codes

QUESTION = 'query($ms: Int! = 40) @within(ms: $ms) { customer(by: {id: "1000042"}) { name bills { totalCount } } }'


class Slow:
    """An operation that answers when it is let go."""

    def __init__(self, ask: Any) -> None:
        self._ask = ask
        self.free = asyncio.Event()
        self.asked = 0

    async def __call__(self, *args: Any, **named: Any) -> Answer[Any]:
        self.asked += 1
        await self.free.wait()
        found: Answer[Any] = await self._ask(*args, **named)
        return found


def _slow(system: Any, operation: str) -> Slow:
    slow = Slow(getattr(system, operation))
    setattr(system, operation, slow)
    return slow


async def test_what_has_arrived_is_given_and_what_is_missing_says_deadline() -> None:
    world = World()
    slow = _slow(world.operator.billing, "bills")
    began = time.monotonic()

    outcome = await world.ask(QUESTION)

    assert {"customer": {"name": "Customer 1000042", "bills": None}} == outcome.data
    assert ["DEADLINE"] == codes(outcome)
    assert ["customer", "bills"] == outcome.errors[0].path
    assert 1 == slow.asked
    assert time.monotonic() - began < bar(2)
    slow.free.set()


async def test_a_late_answer_is_kept_for_the_next_question() -> None:
    world = World()
    slow = _slow(world.operator.billing, "bills")
    await world.ask(QUESTION)

    slow.free.set()
    for _ in range(5):
        await asyncio.sleep(0)
    outcome = await world.ask(QUESTION)

    assert not outcome.errors
    assert b'"totalCount":24' in written(outcome)
    assert 1 == slow.asked


async def test_a_call_that_is_still_under_way_is_shared_and_not_made_again() -> None:
    world = World()
    slow = _slow(world.operator.billing, "bills")

    for _ in range(3):
        assert ["DEADLINE"] == codes(await world.ask(QUESTION))

    assert 1 == slow.asked
    slow.free.set()


async def test_whoever_has_more_time_waits_for_the_same_call() -> None:
    world = World()
    slow = _slow(world.operator.billing, "bills")
    patient = asyncio.create_task(world.ask(QUESTION, {"ms": 4000}))

    assert ["DEADLINE"] == codes(await world.ask(QUESTION))
    slow.free.set()

    assert not (await patient).errors
    assert 1 == slow.asked


async def test_what_was_kept_is_given_whatever_the_time() -> None:
    world = World()
    await world.ask(QUESTION, {"ms": 4000})
    slow = _slow(world.operator.billing, "bills")

    for _ in range(3):
        assert not (await world.ask(QUESTION, {"ms": 1})).errors

    assert 0 == slow.asked
    assert 1 == len(world.answers)


async def test_a_null_where_the_whole_question_hangs_on_it() -> None:
    world = World()
    slow = _slow(world.operator.crm, "customers")

    outcome = await world.ask(QUESTION)

    assert {"customer": None} == outcome.data
    assert ["customer"] == outcome.errors[0].path
    slow.free.set()
