"""What one worker is told, all are told; those that hang keep nobody waiting, and new ones hear what still holds."""

import asyncio
import contextlib
import time

import pytest

from connectors.guard.subject import Subject, SubjectKind
from connectors.numbering import NumberingPlan
from gateway.control import channel
from gateway.control.commands import About, ForceBreaker, Invalidate, Reload, Status
from gateway.control.hub import Hub
from tests.bars import bar
from tests.gateway.control.support import LINE, Process, working

FORGET = Invalidate(subjects=(About(kind=LINE.kind, key=LINE.key),))
OPEN, AUTO = ForceBreaker(system="crm", state="open"), ForceBreaker(system="crm", state="auto")


async def until(condition):
    async with asyncio.timeout(bar(5)):
        while not condition():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.001)


async def test_every_worker_does_it_and_says_so():
    hub, first, second = Hub(), Process(), Process()
    async with working(hub, 1, first), working(hub, 2, second):
        said = await hub.do(FORGET)

    assert [{"worker": 1, "answer": {"subjects": 1}}, {"worker": 2, "answer": {"subjects": 1}}] == said
    assert {"line:99960000001"} == first.told == second.told
    assert [LINE, LINE] == first.memory.forgot


async def test_a_worker_that_hangs_is_told_of_as_such_in_time():
    hub, well = Hub(answer_s=0.1), Process()
    async with working(hub, 1, well), working(hub, 2, None):
        began = time.monotonic()
        said = await hub.do(FORGET)

    assert {"worker": 1, "answer": {"subjects": 1}} == said[0]
    assert said[1]["error"].startswith("no answer within 0.1 s")
    assert time.monotonic() - began < bar(1)


async def test_workers_reload_one_after_the_other_and_get_more_time():
    hub, first, second = Hub(answer_s=0.01, reload_s=bar(5)), Process(), Process()
    steps = []

    def slow(process, name):
        async def reload():
            steps.append(name)
            await asyncio.sleep(0.05)
            steps.append(name)
            return {"systems": {}}

        process.desk._reload = reload

    slow(first, "first")
    slow(second, "second")
    async with working(hub, 1, first), working(hub, 2, second):
        said = await hub.do(Reload())

    assert [1, 2] == [each["worker"] for each in said if "answer" in each]
    assert ["first", "first", "second", "second"] == steps


async def test_a_worker_that_hangs_keeps_the_others_from_reloading_for_a_bounded_time():
    hub, well = Hub(reload_s=0.1), Process()
    async with working(hub, 1, None), working(hub, 2, well):
        said = await hub.do(Reload())

    assert said[0]["error"].startswith("no answer within 0.1 s")
    assert {"worker": 2, "answer": {"systems": {"crm": "renewed"}}} == said[1]


async def test_a_worker_that_dies_meanwhile_is_no_wait():
    hub = Hub(answer_s=30)
    async with working(hub, 1, None) as end:
        asking = asyncio.create_task(hub.do(Status()))
        await asyncio.sleep(0.01)
        end.close()
        async with asyncio.timeout(bar(2)):
            (said,) = await asking

    assert "no answer" in said["error"]


async def test_a_worker_that_listens_again_does_what_it_was_told():
    hub, process = Hub(answer_s=0.05), Process()
    async with working(hub, 1, None) as end:
        await hub.do(FORGET)
        other = end.dup()
        from gateway.control.attendance import _among_others

        async with _among_others(process.desk, other):
            await until(lambda: process.told)


async def test_what_one_worker_forgets_because_of_an_event_the_others_forget():
    hub, processes = Hub(), [Process() for _ in range(3)]
    async with contextlib.AsyncExitStack() as stack:
        for place, process in enumerate(processes, 1):
            await stack.enter_async_context(working(hub, place, process))
        await processes[0].desk.invalidation.everywhere([LINE], ["crm"])
        await until(lambda: all(process.told == {"line:99960000001", "system:crm"} for process in processes))

    assert all("all" in process.memory.forgot for process in processes)
    assert 1 == len(processes[0].store.dropped)


async def test_a_number_that_can_be_read_in_two_ways_is_forgotten_by_the_others_too():
    plan = NumberingPlan(country_code="62", lengths=frozenset({9, 10, 11, 12}))
    hub, first, second = Hub(), Process(numbering=plan), Process(numbering=plan)
    async with working(hub, 1, first), working(hub, 2, second):
        await first.desk.invalidation.everywhere([Subject(SubjectKind.LINE, "62812345678")])
        await until(lambda: second.told)

    assert {"line:62812345678"} == first.told == second.told


async def test_more_subjects_than_a_command_may_have_reach_the_others_too():
    hub, first, second = Hub(), Process(), Process()
    async with working(hub, 1, first), working(hub, 2, second):
        first.desk.invalidation.spread([Subject(SubjectKind.CUSTOMER, str(n)) for n in range(2500)], [])
        await until(lambda: second.store.dropped and len(second.told) == 2500)


async def test_a_new_worker_hears_of_breakers_that_are_forced():
    hub, first, later = Hub(), Process(), Process()
    async with working(hub, 1, first):
        await hub.do(ForceBreaker(system="crm", state="open"))
        await hub.do(ForceBreaker(system="billing", state="closed", operation_class="slow"))
        async with working(hub, 2, later, ready=False):
            await until(lambda: len(later.breakers.states) == 2)

    assert {("crm", None): "open", ("billing", "slow"): "closed"} == later.breakers.states


async def test_a_new_worker_hears_nothing_of_breakers_that_decide_by_themselves_again():
    hub, first, later = Hub(), Process(), Process()
    async with working(hub, 1, first):
        await hub.do(ForceBreaker(system="crm", state="open", operation_class="slow"))
        await hub.do(ForceBreaker(system="crm", state="open"))
        await hub.do(ForceBreaker(system="crm", state="auto"))
        async with working(hub, 2, later, ready=False):
            await hub.do(FORGET)
            await until(lambda: later.told)

    assert {} == later.breakers.states


async def test_a_worker_that_joins_while_others_are_asked_hears_of_a_forced_breaker():
    hub, later = Hub(answer_s=30), Process()
    async with working(hub, 1, None) as end:
        forcing = asyncio.create_task(hub.do(OPEN))
        await asyncio.sleep(0.01)
        async with working(hub, 2, later, ready=False):
            await until(lambda: later.breakers.states)
        end.close()
        await forcing

    assert {("crm", None): "open"} == later.breakers.states


@pytest.mark.parametrize("ready", [True, False], ids=["nobody answers", "all are being started"])
async def test_a_forced_breaker_stands_when_no_desk_has_said_anything(*, ready: bool):
    hub, later = Hub(answer_s=0.05), Process()
    async with working(hub, 1, None, ready=ready):
        (said,) = await hub.do(OPEN)
        assert "error" in said
    async with working(hub, 1, later, ready=False):
        await until(lambda: later.breakers.states)

    assert {("crm", None): "open"} == later.breakers.states


@pytest.mark.parametrize("ready", [True, False], ids=["nobody answers", "all are being started"])
async def test_a_breaker_is_let_go_when_no_desk_has_said_anything(*, ready: bool):
    hub, later = Hub(answer_s=0.05), Process()
    async with working(hub, 1, Process()):
        await hub.do(OPEN)
    async with working(hub, 1, None, ready=ready):
        await hub.do(AUTO)
    async with working(hub, 1, later, ready=False):
        await hub.do(FORGET)
        await until(lambda: later.told)

    assert {} == later.breakers.states


async def test_what_all_who_answer_refuse_leaves_what_stood_before(monkeypatch):
    def refuse(*_: object) -> None:
        raise LookupError("there is no such system")

    hub, first, later = Hub(answer_s=0.05), Process(), Process()
    async with working(hub, 1, first), working(hub, 2, None):
        await hub.do(OPEN)
        monkeypatch.setattr(first.breakers, "force", refuse)
        assert "there is no such system" == (await hub.do(AUTO))[0]["error"]
        async with working(hub, 3, later, ready=False):
            await until(lambda: later.breakers.states)

    assert {("crm", None): "open"} == later.breakers.states


async def test_what_no_worker_did_does_not_stand():
    hub, first, later = Hub(), Process(), Process()
    async with working(hub, 1, first):
        said = await hub.do(ForceBreaker(system="crm", state="open", operation_class="none"))
        assert [{"worker": 1, "error": "there is no such class"}] == said
        async with working(hub, 2, later, ready=False):
            await hub.do(FORGET)
            await until(lambda: later.told)

    assert {} == later.breakers.states


async def test_a_worker_that_is_being_started_is_told_and_not_waited_for():
    hub, starting = Hub(answer_s=30), Process()
    async with working(hub, 1, starting, ready=False):
        async with asyncio.timeout(bar(2)):
            said = await hub.do(FORGET)
        await until(lambda: starting.told)

    assert [{"worker": 1, "error": "it is being started"}] == said


async def test_one_that_hangs_through_a_flood_forgets_everything_and_costs_little(monkeypatch):
    monkeypatch.setattr(channel, "_MOST_WAITING", 10_000)
    hub, flooded, slow = Hub(), Process(), Process()
    async with working(hub, 1, flooded), working(hub, 2, None) as end:
        for number in range(20_000):
            flooded.desk.invalidation.spread([LINE], [])
            if number % 500 == 0:
                await asyncio.sleep(0.001)
        await asyncio.sleep(0.1)
        waiting = hub._channels[2]._writer.transport.get_write_buffer_size()
        from gateway.control.attendance import _among_others

        async with _among_others(slow.desk, end.dup()):
            await until(lambda: {"system:crm", "system:billing"} <= slow.told)

    assert waiting < 200_000


@pytest.mark.parametrize("line", [b"nonsense\n", b'{"news": {"command": {"do": "what"}}}\n', b"[]\n"])
async def test_a_line_that_is_none_ends_no_hub(line):
    hub, well = Hub(answer_s=0.1), Process()
    async with working(hub, 1, None) as end, working(hub, 2, well):
        end.sendall(line)
        await asyncio.sleep(0.02)

        assert {"worker": 2, "answer": {"subjects": 1}} == (await hub.do(FORGET))[1]
