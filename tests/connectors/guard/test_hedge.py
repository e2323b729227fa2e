"""Hedges: a second try beside a slow first one; the first good answer wins and nothing is left over."""

import asyncio
import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import BadData, NotKnown, Rejected, Unavailable
from connectors.guard import Answer, Call
from connectors.guard.hedge import Hedges
from connectors.guard.retries import RetryBudget
from connectors.guard.watch import Event
from tests.bars import bar
from tests.connectors.guard.asking import CLOCK, call, turns, unused
from tests.connectors.guard.test_retries import Told

SOON_S = 0.01


class Tries:
    """Each try ends as its future does."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.ends: list[asyncio.Future[str]] = [loop.create_future() for _ in range(3)]
        self.asked = 0
        self.running = 0
        self.cancelled: list[int] = []

    async def proceed(self, _call: Call, _ask: object) -> Answer[str]:
        number = self.asked
        self.asked += 1
        self.running += 1
        try:
            value = await asyncio.shield(self.ends[number])
        except asyncio.CancelledError:
            await asyncio.sleep(0)  # Letting go takes a turn or two.
            self.cancelled.append(number)
            raise
        finally:
            self.running -= 1
        return Answer(value=value, fetched_at=CLOCK.now())


def hedges(*, watcher: Told | None = None, budget: RetryBudget | None = None) -> Hedges:
    budget = budget or RetryBudget(ratio=0.1, now=CLOCK.monotonic())
    return Hedges(after_s={"Get": SOON_S}, budget=budget, clock=CLOCK, watcher=watcher)


def ask(tries: Tries, asking: Call | None = None, **settings: Any) -> asyncio.Future[Any]:
    return asyncio.ensure_future(hedges(**settings)(asking or call(), unused, proceed=tries.proceed))


async def both(tries: Tries, **settings: Any) -> asyncio.Future[Any]:
    """A question of which two tries are under way."""
    asking = ask(tries, **settings)
    async with asyncio.timeout(bar(5)):
        while tries.asked < 2:  # noqa: ASYNC110 - The stage is to be looked at from outside.
            await asyncio.sleep(0.002)
    return asking


def ill(reason: str = "reset") -> Unavailable:
    return Unavailable(reason, system="hss", retry_after_s=0.0)


async def test_an_answer_in_time_is_asked_for_once() -> None:
    tries, told = Tries(), Told()
    asking = ask(tries, watcher=told)
    await turns()
    tries.ends[0].set_result("first")

    assert "first" == (await asking).value
    assert (1, []) == (tries.asked, told.events)


@pytest.mark.parametrize("winner", [0, 1])
async def test_the_first_answer_wins_and_the_other_try_has_ended_by_then(winner: int) -> None:
    tries, told = Tries(), Told()
    asking = await both(tries, watcher=told)
    tries.ends[winner].set_result("won")

    assert "won" == (await asking).value
    assert (2, 0, [1 - winner]) == (tries.asked, tries.running, tries.cancelled)
    assert [Event.HEDGED] == told.events


@pytest.mark.parametrize("failed", [0, 1])
@pytest.mark.parametrize("kind", [Unavailable, BadData])
async def test_one_try_that_fails_leaves_the_other_its_chance(failed: int, kind: type[Exception]) -> None:
    tries = Tries()
    asking = await both(tries)
    tries.ends[failed].set_exception(kind("", system="hss"))  # type: ignore[call-arg]
    await turns()
    assert not asking.done()
    tries.ends[1 - failed].set_result("good")

    assert "good" == (await asking).value


@pytest.mark.parametrize("kind", [Rejected, NotKnown, RuntimeError])
async def test_a_refusal_is_an_answer(kind: type[Exception]) -> None:
    tries = Tries()
    asking = await both(tries)
    tries.ends[1].set_exception(kind("no", **({} if kind is RuntimeError else {"system": "hss"})))

    with pytest.raises(kind):
        await asking
    assert (0, [0]) == (tries.running, tries.cancelled)


async def test_of_two_failures_the_first_trys_is_raised_the_other_is_beside_it_and_no_third_try_is_made() -> None:
    tries = Tries()
    asking = await both(tries)
    first, second = ill("first"), ill("second")
    tries.ends[1].set_exception(second)
    await turns()
    tries.ends[0].set_exception(first)

    with pytest.raises(Unavailable, match="first") as caught:
        await asking
    assert (first, second, None) == (caught.value, caught.value.__context__, caught.value.retry_after_s)


async def test_a_failure_before_the_second_try_is_the_callers() -> None:
    tries = Tries()
    asking = ask(tries)
    await turns()
    tries.ends[0].set_exception(ill())

    with pytest.raises(Unavailable) as caught:
        await asking
    assert (1, 0.0) == (tries.asked, caught.value.retry_after_s)


async def test_a_caller_that_leaves_ends_both_tries() -> None:
    tries = Tries()
    asking = await both(tries)
    asking.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asking
    assert (0, [0, 1]) == (tries.running, sorted(tries.cancelled))


@pytest.mark.parametrize(
    "asking", [call(operation="Search"), dataclasses.replace(call(), repeatable=False), call(seconds=0)]
)
async def test_what_may_not_be_asked_twice_is_asked_once(asking: Call) -> None:
    tries = Tries()
    waiting = ask(tries, asking)
    await asyncio.sleep(3 * SOON_S)
    tries.ends[0].set_result("first")

    assert "first" == (await waiting).value
    assert 1 == tries.asked


async def test_an_empty_budget_pays_for_no_second_try() -> None:
    budget = RetryBudget(ratio=0.1, now=CLOCK.monotonic())
    while budget.spend(CLOCK.monotonic()):
        pass
    tries = Tries()
    waiting = ask(tries, budget=budget)
    await asyncio.sleep(3 * SOON_S)
    tries.ends[0].set_result("first")

    assert "first" == (await waiting).value
    assert 1 == tries.asked


@given(st.lists(st.sampled_from(["answer 0", "answer 1", "fail 0", "fail 1", "leave"]), max_size=4, unique=True))
def test_whatever_happens_in_whatever_order_no_task_is_left(events: list[str]) -> None:
    async def story() -> None:
        before = asyncio.all_tasks()
        tries = Tries()
        asking = await both(tries)
        for event in events:
            match event.split():
                case ["leave"]:
                    asking.cancel()
                case ["answer", number] if not tries.ends[int(number)].done():
                    tries.ends[int(number)].set_result("good")
                case ["fail", number] if not tries.ends[int(number)].done():
                    tries.ends[int(number)].set_exception(ill())
            await turns(2)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        assert before == asyncio.all_tasks()
        assert 0 == tries.running
        for end in tries.ends:
            if end.done() and not end.cancelled():
                end.exception()

    asyncio.run(story())
