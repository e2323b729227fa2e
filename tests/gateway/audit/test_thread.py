"""One thread: what is done in it is told, in its order, and whoever leaves holds up nobody."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from gateway.audit.thread import OneThread


@pytest.fixture
def thread() -> Iterator[OneThread]:
    found = OneThread("test")
    yield found
    found.end()
    found._thread.join(10)
    assert not found._thread.is_alive()


async def test_what_is_given_and_what_is_raised_is_told(thread: OneThread) -> None:
    assert 4 == await thread.run(lambda: 2 + 2)
    with pytest.raises(ZeroDivisionError):
        await thread.run(lambda: 1 // 0)


async def test_calls_are_made_in_their_order_by_one_thread(thread: OneThread) -> None:
    done: list[tuple[int, int]] = []

    def note(number: int) -> None:
        done.append((number, threading.get_ident()))

    first = asyncio.create_task(thread.run(lambda: note(1)))
    await asyncio.sleep(0)
    thread.then(lambda: note(2))
    await thread.run(lambda: note(3))
    await first

    assert [1, 2, 3] == [number for number, _ in done]
    assert 1 == len({ident for _, ident in done})


async def test_whoever_leaves_does_not_stop_the_call(thread: OneThread) -> None:
    gate, done = threading.Event(), threading.Event()

    def work() -> None:
        gate.wait(10)
        done.set()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await thread.run(work)
    gate.set()

    assert await thread.run(done.is_set)


def test_a_loop_that_is_closed_is_told_nothing(thread: OneThread) -> None:
    gate = threading.Event()

    async def leave() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await thread.run(lambda: gate.wait(10))

    asyncio.run(leave())
    gate.set()

    assert asyncio.run(thread.run(lambda: True))
