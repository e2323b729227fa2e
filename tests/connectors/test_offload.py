"""Work on large answers: beside the event loop, a few at a time, and never in anybody's way."""

import asyncio
import contextvars
import gc
import threading
import time

import pytest

from connectors.offload import HUGE, LARGE, worked_out
from connectors.xml import parse
from tests.bars import bar


class Work:
    """Work that lasts until it is let go, and says how much of it ran at once."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.running = 0
        self.most = 0
        self._lock = threading.Lock()

    def __call__(self) -> int:
        with self._lock:
            self.running += 1
            self.most = max(self.most, self.running)
        assert self.go_on.wait(10)
        with self._lock:
            self.running -= 1
        return threading.get_ident()


@pytest.fixture
def work():
    work = Work()
    yield work
    work.go_on.set()


async def test_small_answers_are_worked_on_where_they_are():
    assert threading.get_ident() == await worked_out(threading.get_ident, size=LARGE)


async def test_large_answers_are_worked_on_in_a_thread_that_ends():
    before = threading.active_count()

    assert threading.get_ident() != await worked_out(threading.get_ident, size=LARGE + 1)

    async with asyncio.timeout(30):
        while threading.active_count() != before:  # noqa: ASYNC110 - a thread's end is told to nobody
            await asyncio.sleep(0.002)


async def test_a_burst_is_worked_on_a_few_at_a_time(work):
    burst = [asyncio.ensure_future(worked_out(work, size=HUGE + 1)) for _ in range(20)]
    await asyncio.sleep(0.05)
    work.go_on.set()
    await asyncio.gather(*burst)

    assert 2 == work.most


async def test_a_burst_of_huge_answers_does_not_keep_a_large_one_waiting(work):
    burst = [asyncio.ensure_future(worked_out(work, size=HUGE + 1)) for _ in range(20)]
    await asyncio.sleep(0.01)

    assert 5 == await asyncio.wait_for(worked_out(lambda: 5, size=HUGE), bar(1))

    work.go_on.set()
    await asyncio.gather(*burst)


async def test_names_can_be_looked_up_meanwhile(work):
    burst = [asyncio.ensure_future(worked_out(work, size=LARGE + 1)) for _ in range(100)]
    await asyncio.sleep(0.01)

    assert await asyncio.wait_for(asyncio.get_running_loop().getaddrinfo("127.0.0.1", 80), bar(1))

    work.go_on.set()
    await asyncio.gather(*burst)


async def test_what_goes_wrong_comes_through():
    def wrong() -> int:
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        await worked_out(wrong, size=LARGE + 1)


async def test_work_whose_caller_left_keeps_its_place_until_it_ends(work):
    left = [asyncio.ensure_future(worked_out(work, size=HUGE + 1)) for _ in range(2)]
    await asyncio.sleep(0.01)
    for each in left:
        each.cancel()
    await asyncio.gather(*left, return_exceptions=True)

    next_one = asyncio.ensure_future(worked_out(lambda: 5, size=HUGE + 1))
    await asyncio.sleep(0.02)
    assert not next_one.done()

    work.go_on.set()
    assert 5 == await next_one


async def test_a_caller_that_leaves_the_queue_takes_no_place(work):
    running = [asyncio.ensure_future(worked_out(work, size=HUGE + 1)) for _ in range(2)]
    await asyncio.sleep(0.01)
    waiting = asyncio.ensure_future(worked_out(work, size=HUGE + 1))
    await asyncio.sleep(0.01)
    waiting.cancel()
    work.go_on.set()
    await asyncio.gather(*running, waiting, return_exceptions=True)

    assert 5 == await asyncio.wait_for(worked_out(lambda: 5, size=HUGE + 1), bar(1))


async def test_what_goes_wrong_after_the_caller_left_disturbs_nobody(work, caplog):
    def wrong() -> int:
        work()
        raise LookupError("gone")

    left = asyncio.ensure_future(worked_out(wrong, size=LARGE + 1))
    await asyncio.sleep(0.01)
    left.cancel()
    await asyncio.gather(left, return_exceptions=True)
    work.go_on.set()
    await asyncio.sleep(0.02)

    assert not caplog.records


async def test_the_thread_sees_the_context_of_its_caller():
    correlation = contextvars.ContextVar("correlation", default="none")
    correlation.set("this one")

    assert "this one" == await worked_out(correlation.get, size=LARGE + 1)


@pytest.fixture
def no_garbage_collection():
    """While garbage is collected nobody has a turn, and when that happens is chance."""
    gc.disable()
    yield
    gc.enable()


async def test_others_have_their_turns_while_a_large_answer_is_parsed(no_garbage_collection):
    body = b"<a>" + b"<b>some text</b>" * 140_000 + b"</a>"
    started = last = time.perf_counter()
    longest = 0.0
    parsing = asyncio.ensure_future(worked_out(lambda: len(parse(body)), size=len(body)))
    while not parsing.done():
        await asyncio.sleep(0)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now

    assert 140_000 == await parsing
    assert longest < (last - started) / 2
