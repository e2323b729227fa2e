"""What is said at the point of control over the settings: one process does it, all hold it, and late ones do nothing."""

import asyncio
import contextlib
import datetime as dt

import pytest

from gateway.control.commands import History, Lift, Look, Overrides, Put, Refused, read
from gateway.control.hub import Hub
from gateway.control.overriding import Overriding
from tests.connectors.support import NOW, FixedClock
from tests.gateway.control import support
from tests.gateway.control.support import working
from tests.gateway.overrides.saying import SHOP, MemoryShelf
from tests.gateway.overrides.test_keeper import Process

SUSPEND = Put(by="alice", why="INC-1", override=SHOP)
RESUME = Lift(by="alice", why="INC-1 is over", key=SHOP.key)


class Worker(support.Process):
    """One that keeps overrides on a shelf."""

    def __init__(self, shelf: MemoryShelf) -> None:
        super().__init__()
        self.overrides = Process(shelf)
        self.desk._overriding = Overriding(self.overrides.keeper, clock=FixedClock())


async def test_one_worker_does_it_and_when_it_is_told_all_hold_it():
    shelf = MemoryShelf()
    hub, workers = Hub(clock=FixedClock()), [Worker(shelf) for _ in range(3)]
    async with contextlib.AsyncExitStack() as stack:
        for place, worker in enumerate(workers, 1):
            await stack.enter_async_context(working(hub, place, worker))
        said = await hub.do(SUSPEND)

        assert {"worker": 1, "answer": {"version": 1, "did": "client shop suspended"}} == said[0]
        assert [{"worker": place, "answer": {"version": 1}} for place in (2, 3)] == said[1:]
        assert [{SHOP.said}] * 3 == [each.overrides.holds for each in workers]
        assert 1 == shelf.puts
        (answer,) = await hub.do(Overrides())
        (history,) = await hub.do(History())

    (entry,) = answer["answer"]["overrides"]
    assert ("alice", "INC-1", SHOP.said) == (entry["by"], entry["why"], entry["said"])
    (change,) = history["answer"]["changes"]
    assert [{"before": None, "after": SHOP.said}] == change["steps"]


async def test_what_is_refused_is_refused_once():
    hub, shelf = Hub(clock=FixedClock()), MemoryShelf()
    async with working(hub, 1, Worker(shelf)), working(hub, 2, Worker(shelf)):
        said = await hub.do(RESUME)

    assert [{"worker": 1, "error": "nothing of that kind is said about it"}] == said


async def test_a_worker_that_hangs_leaves_it_to_the_next_and_does_nothing_when_it_wakes():
    clock = FixedClock()
    hub, shelf = Hub(answer_s=0.05, clock=clock), MemoryShelf()
    late = Worker(shelf)
    late.desk._overriding = Overriding(late.overrides.keeper, clock=clock)
    async with working(hub, 1, None) as end, working(hub, 2, Worker(shelf)):
        said = await hub.do(SUSPEND)
        await hub.do(RESUME)
        clock.advance(1)
        from gateway.control.attendance import _among_others

        async with _among_others(late.desk, end.dup()):
            await asyncio.sleep(0.1)

    assert [2, 1] == [each["worker"] for each in said]
    assert "no answer" in said[1]["error"]
    assert 2 == shelf.document.version
    assert () == shelf.document.entries


async def test_without_a_worker_that_serves_it_is_to_be_said_again():
    hub, shelf = Hub(clock=FixedClock()), MemoryShelf()
    async with working(hub, 1, Worker(shelf), ready=False):
        (said,) = await hub.do(SUSPEND)

    assert "no worker serves yet" in said["error"]
    assert 0 == shelf.puts


async def test_what_was_told_too_long_ago_is_not_done():
    worker = Worker(MemoryShelf())
    with pytest.raises(Refused, match="too long ago"):
        await worker.desk.do(SUSPEND.model_copy(update={"by_then": NOW}))
    await worker.desk.do(SUSPEND.model_copy(update={"by_then": NOW + dt.timedelta(seconds=1)}))

    assert {SHOP.said} == worker.overrides.holds


async def test_the_status_says_what_holds():
    worker = Worker(MemoryShelf())
    await worker.desk.do(SUSPEND)
    status = await worker.desk.do(read({"do": "status"}))

    assert {"version": 1, "in_force": [SHOP.said], "trouble": []} == status["overrides"]


async def test_a_process_without_overrides_says_so():
    for command in (SUSPEND, Look(), History()):
        with pytest.raises(Refused, match="keeps no overrides"):
            await support.Process().desk.do(command)
