"""Time limit: a total, whatever the system does meanwhile."""

import asyncio
import time

import pytest

from connectors.errors import TimedOut, Unavailable
from connectors.guard.timelimit import TimeLimit
from tests.connectors.guard.asking import System, call, turns, unused


def limited(seconds, proceed):
    return TimeLimit(seconds=seconds)(call(), unused, proceed=proceed)


async def test_an_answer_in_time_passes():
    system = System()
    system.free.set()

    assert "answer 1" == (await limited(1, system.proceed)).value


async def test_a_silent_system_is_left_at_the_limit():
    system = System()

    with pytest.raises(TimedOut):
        await limited(0.01, system.proceed)

    assert (1, 0) == (system.cancelled, system.running)


async def test_progress_does_not_extend_the_limit():
    async def drip(_call, _ask):
        for _ in range(1000):
            await asyncio.sleep(0.001)

    with pytest.raises(TimedOut):
        await limited(0.02, drip)


async def test_a_timeout_from_inside_is_a_timeout_of_the_system():
    async def inner(_call, _ask):
        raise TimeoutError

    with pytest.raises(TimedOut):
        await limited(1, inner)


async def test_an_error_passes_as_it_is():
    system = System()
    system.failure = Unavailable("reset", system="hss")
    system.free.set()

    with pytest.raises(Unavailable) as caught:
        await limited(1, system.proceed)

    assert system.failure is caught.value


async def test_a_cancelled_call_is_cancelled_and_not_late():
    system = System()
    caller = asyncio.ensure_future(limited(1, system.proceed))
    await turns()
    caller.cancel()

    with pytest.raises(asyncio.CancelledError):
        await caller


async def test_a_caller_whose_call_was_late_is_not_cancelled_itself():
    task = asyncio.current_task()
    assert task is not None

    with pytest.raises(TimedOut):
        await limited(0.01, System().proceed)

    assert not task.cancelling()
    await asyncio.sleep(0)


async def test_a_call_that_is_cancelled_in_the_moment_of_its_limit_is_cancelled_and_not_late():
    async def held_up(_call, _ask):
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().call_soon(task.cancel)
        time.sleep(0.02)  # noqa: ASYNC251 - Both come in the turn after this one.
        await asyncio.sleep(1)

    caller = asyncio.ensure_future(limited(0.01, held_up))

    with pytest.raises(asyncio.CancelledError):
        await caller
    assert caller.cancelled()


async def test_a_limit_within_a_limit_ends_its_own_call_only():
    async def outer(_call, _ask):
        with pytest.raises(TimedOut):
            await limited(0.01, System().proceed)
        await asyncio.sleep(0.001)
        return "answer"

    assert "answer" == await limited(1, outer)


async def test_a_limit_that_was_kept_is_forgotten():
    system = System()
    system.free.set()
    await limited(0.01, system.proceed)

    await asyncio.sleep(0.03)
