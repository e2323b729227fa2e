"""Whatever is asked and whatever happens in between: a remembered answer is what a run would give, to the byte."""

import asyncio
import random
from collections.abc import Callable
from typing import Any

import hypothesis
import hypothesis.strategies as st
import orjson

from connectors.errors import NotKnown, Unavailable
from tests.gateway.execution.both import in_a_loop_of_its_own
from tests.gateway.execution.operations import QUESTIONS, VARIABLES, variation
from tests.gateway.execution.support import AT_A_GLANCE, GLANCE_VARIABLES
from tests.gateway.guarded import World
from tests.resolvers.fakes import ACCOUNT, IMSI
from tests.resolvers.support import MSISDN, SECOND_MSISDN, FakeOperator

_FULL = hypothesis.settings.default.max_examples  # type: ignore[union-attr]
_OURS: tuple[tuple[str, dict[str, Any]], ...] = (
    (AT_A_GLANCE, GLANCE_VARIABLES),
    ("query ($m: MSISDN!) { customer(by: {msisdn: $m}) { name lines { msisdn network { apns } } } }", {"m": MSISDN}),
    (f'{{ customer(by: {{accountNumber: "{ACCOUNT}"}}) {{ name accounts {{ name }} }} }}', {}),
    (f'{{ line(by: {{imsi: "{IMSI}"}}) {{ msisdn network {{ apns }} }} }}', {}),
    (f'{{ customers(by: [{{msisdn: "{MSISDN}"}}, {{id: "1000043"}}]) {{ name customerNumber }} }}', {}),
    (
        '{ customer(by: {id: "1000042"}) { party { name source { fetchedAt } } totals { unbilled { amount { amount } } } } }',
        {},
    ),
)


def _renamed(world: World, dice: random.Random) -> None:
    world.operator.crm.name = f"Name {dice.randrange(1000)}"


def _moved(world: World, _: random.Random) -> None:
    """The number's account belongs to another customer now."""
    accounts = world.operator.crm.accounts
    accounts["1000042"], accounts["1000043"] = accounts["1000043"], accounts["1000042"]


def _paid(world: World, dice: random.Random) -> None:
    world.operator.billing.open = f"{dice.randrange(100)}.00"


def _swapped(world: World, _: random.Random) -> None:
    """The SIM has another number now."""
    hss = world.operator.hss
    hss.msisdn = SECOND_MSISDN if hss.msisdn == MSISDN else MSISDN


def _dropped(world: World, dice: random.Random) -> None:
    keys = list(world.store._entries)
    if keys:
        world.store._entries[dice.choice(keys)].end = 0.0


def _ill(world: World, dice: random.Random) -> None:
    """A system cannot answer for a while, or does not know, or is well again."""
    system = dice.choice(world.operator.systems)
    kind = dice.choice((None, Unavailable, NotKnown))
    system.failure = None if kind is None else kind("ill", system=system.system)


def _forgotten(world: World, _: random.Random) -> None:
    memory = world.operator.graph.memory
    if memory is not None:
        memory._entries.clear()


def _waited(world: World, dice: random.Random) -> None:
    world.clock.advance(dice.choice((0.5, 3, 10, 31, 61, 9 * 3600)))


HAPPENINGS: tuple[Callable[[World, random.Random], None], ...] = (
    _renamed,
    _moved,
    _paid,
    _swapped,
    _dropped,
    _forgotten,
    _ill,
    _waited,
    _waited,
)


async def _story(world: World, questions: list[tuple[str, dict[str, Any]]], dice: random.Random, *, steps: int) -> int:
    """Ask and let things happen; how often an answer was remembered and compared."""
    compared = 0
    for _ in range(steps):
        if dice.random() < 0.3:
            _happens(world, dice)
            continue
        text, variables = dice.choice(questions)
        before = world.operations.runs
        outcome = await world.ask(text, variables)
        if world.operations.runs != before or not outcome.executed:
            continue
        await _until_nothing_is_refreshed()
        world.asked()
        run = await world.run(text, variables)
        assert orjson.dumps(run.data) == orjson.dumps(outcome.data)
        assert not run.errors
        # Who remembers identities may ask early about somebody who is not meant any more.
        assert world.operator.graph.memory is not None or not world.asked()
        compared += 1
    return compared


async def _until_nothing_is_refreshed() -> None:
    """What is asked anew behind those who asked before is not asked by this one."""
    while len(asyncio.all_tasks()) > 1:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0)


def _happens(world: World, dice: random.Random) -> None:
    dice.choice(HAPPENINGS)(world, dice)


def _world(dice: random.Random, *, remembers: bool) -> World:
    operator = FakeOperator()
    operator.crm.accounts["1000043"] = ("A1000043",)
    if remembers:
        operator.remembers(max_age_s=dice.choice((5, 60)))
    fresh_s = {
        name: dice.choice((2, 30, 80_000))
        for system in operator.systems
        for name in dir(system)
        if not name.startswith("_") and dice.random() < 0.95
    }
    windows = {name: {"*": dice.choice((0, 5, 300))} for name in ("revalidate_s", "stale_s", "negative_s")}
    return World(operator, fresh_s=fresh_s, windows=windows, max_entries=dice.choice((6, 1000)))


@hypothesis.settings(max_examples=_FULL if _FULL > 100 else _FULL // 2)
@hypothesis.given(question=QUESTIONS, seed=st.integers(0, 2**32), remembers=st.booleans())
def test_a_remembered_answer_is_what_a_run_would_give(question: str, seed: int, *, remembers: bool) -> None:
    dice = random.Random(seed)
    asked = [*dice.sample(_OURS, k=3), *((variation(question, seed + n), dict(VARIABLES)) for n in range(2))]

    in_a_loop_of_its_own(_story(_world(dice, remembers=remembers), asked, dice, steps=40))


def test_the_stories_that_are_generated_compare_something() -> None:
    """
    Without it the test above might be about nothing.
    """
    compared = []
    for seed in range(20):
        dice = random.Random(seed)
        compared.append(asyncio.run(_story(_world(dice, remembers=bool(seed % 2)), list(_OURS), dice, steps=40)))

    assert sum(compared) > 40
