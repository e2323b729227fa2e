"""Several systems behind one question: exactly one knows, or each adds its part, and no missing part is silent."""

import asyncio
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import NotKnown, Unavailable
from resolvers.failures import AmbiguousIdentity
from resolvers.several import Found, Merged, each_part, joined, the_one_that_knows
from tests.bars import bar

KNOWS, UNKNOWN, ILL = "knows", "unknown", "ill"
STATES = st.sampled_from([KNOWS, UNKNOWN, ILL])


class World:
    """Systems by name and what state each is in."""

    def __init__(self, states: Mapping[str, str]) -> None:
        self.states = states
        self.asked: list[str] = []

    async def ask(self, system: str) -> str:
        self.asked.append(system)
        await asyncio.sleep(0)
        match self.states[system]:
            case "ill":
                raise Unavailable("a reason", system=system)
            case "unknown":
                raise NotKnown("a reason", system=system)
        return f"what {system} says"


def _world(states: list[str]) -> World:
    return World({f"s{place}": state for place, state in enumerate(states)})


@given(st.lists(STATES, max_size=6))
def test_one_answer_only_when_exactly_one_system_knows(states: list[str]) -> None:
    world = _world(states)

    async def ask() -> Found[str]:
        return await the_one_that_knows(tuple(world.states), world.ask)

    if states.count(KNOWS) == 1:
        name = f"s{states.index(KNOWS)}"
        found = asyncio.run(ask())
        assert (name, f"what {name} says") == (found.system, found.value)
        assert states.count(ILL) == len(found.failures), "why others could not say is not lost"
    else:
        kind = AmbiguousIdentity if KNOWS in states else Unavailable if ILL in states else NotKnown
        with pytest.raises(kind):
            asyncio.run(ask())
    assert sorted(world.states) == sorted(world.asked), "every system is asked once"


@given(st.lists(STATES, max_size=6))
def test_parts_come_in_order_and_every_failure_is_told(states: list[str]) -> None:
    world = _world(states)

    async def ask() -> Merged[str]:
        return await each_part(tuple(world.states), world.ask)

    known = [f"what s{place} says" for place, state in enumerate(states) if state == KNOWS]
    ill = [f"s{place}" for place, state in enumerate(states) if state == ILL]
    if ill and not known:
        with pytest.raises(Unavailable) as caught:
            asyncio.run(ask())
        assert ill[0] == caught.value.system
        return
    found = asyncio.run(ask())
    assert known == list(found.parts)
    assert ill == [failure.system for failure in found.failures if isinstance(failure, Unavailable)]


async def test_all_are_asked_side_by_side() -> None:
    waiting = asyncio.Barrier(3)

    async def ask(_: str) -> int:
        await waiting.wait()
        return 1

    async with asyncio.timeout(bar(1)):
        assert (1, 1, 1) == (await each_part("abc", ask)).parts


async def test_a_cancellation_is_nobodys_failure() -> None:
    async def ask(key: int) -> int:
        if key == 2:
            raise asyncio.CancelledError
        return key

    with pytest.raises(asyncio.CancelledError):
        await each_part([1, 2], ask)


def test_joined_answers_keep_every_part_and_tell_each_failure_once() -> None:
    ill, worse = Unavailable("a", system="a"), Unavailable("b", system="b")

    found = joined([Merged((1,), (ill,)), Merged((2, 3), (worse, ill))], failures=[worse])

    assert (1, 2, 3) == found.parts
    assert (worse, ill) == found.failures


def test_joined_answers_without_any_part_are_no_answer() -> None:
    ill = Unavailable("a", system="a")

    with pytest.raises(Unavailable):
        joined([Merged(())], failures=[ill])
    assert Merged(()) == joined([Merged(())])
