"""Holding: one process's places in step with what others want, beside the calls."""

import asyncio
from collections.abc import Sequence

import pytest

from connectors.errors import Busy
from connectors.guard.bulkhead import Bulkhead
from connectors.guard.holding import Holding
from connectors.guard.register import Booked, Report
from connectors.guard.shares import Shares
from connectors.guard.watch import Level, Unwatched, Watcher
from connectors.terms import Criticality
from tests.bars import bar
from tests.connectors.guard.asking import System, call, turns
from tests.connectors.guard.ledger import Crowd, Ledger, Line
from tests.connectors.support import FixedClock, Reports

AGENT, SELF_CARE, PARTNER, BATCH = Criticality
WHOLE, PART, CALL_S, LIVES_S = 12, 4, 2.0, 5.0


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def ledger(clock: FixedClock) -> Ledger:
    """A register that has been there for long."""
    found = Ledger(clock)
    found.began = 0.0
    return found


class Process:
    """One process, as far as its places go."""

    def __init__(self, name: str, ledger: Ledger) -> None:
        self.line = Line(ledger, name)
        self.crowd = Crowd(WHOLE)
        self.holding = Holding(
            system="hss",
            register=self.line,
            whole=WHOLE,
            part=PART,
            call_s=CALL_S,
            shares=Shares(),
            clock=ledger.clock,
        )

    async def wants(self, *demand: int) -> int:
        """Report with so many calls, by class, that wait; what it may use then."""
        self.crowd.waiting = [*demand, *[0] * (len(Criticality) - len(demand))]
        await self.holding.settle(self.crowd)
        return self.holding.places

    def begins(self, number: int) -> None:
        """So many calls begin, and none is left waiting."""
        self.crowd.places.resize(self.holding.places)
        for _ in range(number):
            assert self.crowd.places.take(AGENT)
            self.crowd.began.append((0.0, AGENT))
        self.crowd.waiting = [0 for _ in Criticality]

    def ends(self, number: int) -> None:
        for _ in range(number):
            self.crowd.end(0)


async def rounds(processes: Sequence[Process], demands: Sequence[int]) -> list[int]:
    """What each may use when all of them have reported three times."""
    for _ in range(3):
        for process, demand in zip(processes, demands, strict=True):
            await process.wants(demand)
    return [process.holding.places for process in processes]


async def test_a_process_alone_may_have_everything(ledger):
    assert WHOLE == await Process("a", ledger).wants(100)


async def test_an_idle_process_holds_little(ledger):
    assert await Process("a", ledger).wants() <= PART // 4


async def test_who_had_everything_gives_half_of_it_to_another_that_wants_as_much(ledger):
    one, other = Process("a", ledger), Process("b", ledger)
    await one.wants(100)

    assert [6, 6] == await rounds([one, other], [100, 100])


async def test_calls_under_way_keep_their_places_until_they_end(ledger):
    one, other = Process("a", ledger), Process("b", ledger)
    await one.wants(100)
    one.begins(10)

    assert [6, 2] == await rounds([one, other], [100, 100])
    one.ends(3)
    assert [6, 5] == await rounds([one, other], [100, 100])
    one.ends(7)
    assert [6, 6] == await rounds([one, other], [100, 100])


async def test_agents_of_one_process_go_before_partners_of_another(ledger):
    one, other = Process("a", ledger), Process("b", ledger)
    await one.wants(0, 0, 100)
    for _ in range(3):
        await one.wants(0, 0, 100)
        await other.wants(10)

    assert 10 == other.holding.places
    assert 2 == one.holding.places


async def test_what_dead_processes_held_is_free_when_their_calls_must_have_ended(ledger, clock):
    dead, other = Process("a", ledger), Process("b", ledger)
    await dead.wants(100)
    clock.advance(LIVES_S - 0.1)
    assert 0 == await other.wants(100)
    clock.advance(0.2)

    assert WHOLE == await other.wants(100)


async def test_what_a_process_leaves_is_free_at_once(ledger):
    one, other = Process("a", ledger), Process("b", ledger)
    await one.wants(100)
    await one.line.leave("hss")

    assert WHOLE == await other.wants(100)


async def test_a_register_that_is_new_gives_new_processes_their_part_and_old_ones_nothing_more(ledger, clock):
    old, new = Process("a", ledger), Process("b", ledger)
    held = await old.wants(2)
    ledger.forget()
    clock.advance(0.5)

    assert PART == await new.wants(100)
    assert held == await old.wants(100)
    clock.advance(LIVES_S - 1)
    await rounds([old, new], [100, 100])
    clock.advance(1)
    assert [6, 6] == await rounds([old, new], [100, 100])


async def test_when_the_register_goes_the_sum_stays_within_the_whole(ledger, clock):
    busy, idle = Process("a", ledger), Process("b", ledger)
    for _ in range(3):
        await idle.wants()
        await busy.wants(100)
    had = idle.holding.places
    ledger.is_away = True
    seen = []
    for _ in range(11):
        clock.advance(1)
        seen.append((await busy.wants(100), await idle.wants(100)))

    # It keeps what it has, then its part; the other grows only when calls of the first must have ended.
    assert [(WHOLE - had, had)] * 4 + [(PART, had)] * 4 + [(PART, PART)] * 3 == seen


async def test_an_answer_that_was_lost_changes_nothing_here(ledger):
    one = Process("a", ledger)
    await one.wants(3)
    ledger.is_away = True

    assert 4 == await one.wants(100)


class Levels(Unwatched):
    """Adds up what it is told."""

    def __init__(self) -> None:
        self.now = dict.fromkeys(Level, 0.0)

    def moves(self, level: Level, change: float) -> None:
        self.now[level] += change


def bulkhead(
    ledger: Ledger,
    name: str = "a",
    *,
    max_waiting: int = 100,
    min_concurrent: int | None = None,
    watcher: Watcher | None = None,
) -> Bulkhead:
    return Bulkhead(
        max_concurrent=WHOLE,
        max_waiting=max_waiting,
        min_concurrent=min_concurrent,
        watcher=watcher,
        holding=Process(name, ledger).holding,
    )


def asking(guard: Bulkhead, system: System, criticality: Criticality = AGENT) -> "asyncio.Future[object]":
    return asyncio.ensure_future(guard(call(criticality=criticality), system.ask, proceed=system.proceed))


async def test_the_first_call_has_a_place_at_once_and_nobody_reports_before(ledger):
    system, levels = System(), Levels()
    guard = bulkhead(ledger, watcher=levels)
    assert {} == ledger.entries
    system.free.set()
    async with asyncio.timeout(bar(0.05)):
        await asking(guard, system)
    await guard.aclose()

    assert 2 == levels.now[Level.PLACES]


async def test_two_processes_together_never_ask_more_than_the_system_bears_and_use_all_of_it(ledger):
    system, levels = System(), Levels()
    guards = [bulkhead(ledger, name, watcher=levels) for name in "ab"]
    callers = [asking(guard, system) for guard in guards for _ in range(20)]
    await asyncio.sleep(0.5)
    assert (WHOLE, WHOLE) == (system.running, levels.now[Level.PLACES])

    system.free.set()
    await asyncio.gather(*callers)
    for guard in guards:
        await guard.aclose()

    assert (40, WHOLE) == (system.asked, system.most_at_once)
    assert {} == ledger.entries


async def test_places_are_given_back_while_others_want_them(ledger):
    system, other_system = System(), System()
    one, other = bulkhead(ledger, "a"), bulkhead(ledger, "b")
    system.free.set()
    await asyncio.gather(*(asking(one, system) for _ in range(20)))
    async with asyncio.timeout(bar(3)):
        callers = [asking(other, other_system) for _ in range(WHOLE - 1)]
        while other_system.running < WHOLE - 1:  # noqa: ASYNC110 - Nobody tells.
            await asyncio.sleep(0.02)
    other_system.free.set()
    await asyncio.gather(*callers)
    await one.aclose()
    await other.aclose()


async def test_calls_that_were_refused_are_wants_where_nobody_may_wait(ledger):
    system = System()
    guard = bulkhead(ledger, max_waiting=0)
    refused = await asyncio.gather(*(asking(guard, system) for _ in range(5)), return_exceptions=True)
    assert {Busy} == {type(each) for each in refused}
    await turns()
    callers = [asking(guard, system) for _ in range(5)]
    await turns()
    assert 5 == system.running
    system.free.set()
    await asyncio.gather(*callers)
    await guard.aclose()


async def test_classes_have_their_shares_of_what_the_process_holds(ledger):
    system = System()
    guard = bulkhead(ledger)
    callers = [asking(guard, system, PARTNER) for _ in range(20)]
    await asyncio.sleep(0.3)
    # Of twelve places partners may have eight.
    assert 8 == system.running
    system.free.set()
    await asyncio.gather(*callers)
    await guard.aclose()


async def test_a_limit_that_is_found_out_stays_within_what_is_held(ledger):
    system, levels = System(), Levels()
    guard = bulkhead(ledger, min_concurrent=3, watcher=levels)
    callers = [asking(guard, system) for _ in range(3)]
    await asyncio.sleep(0.3)

    assert 3 == system.running
    # Nothing beyond it is held, so others may have it.
    assert 3 == levels.now[Level.PLACES] == ledger.entries["a"].held
    system.free.set()
    await asyncio.gather(*callers)
    await guard.aclose()


async def test_a_call_that_hangs_up_loses_no_place(ledger):
    system = System()
    guard = bulkhead(ledger)
    callers = [asking(guard, system) for _ in range(20)]
    await asyncio.sleep(0.2)
    for caller in callers:
        caller.cancel()
    await asyncio.gather(*callers, return_exceptions=True)

    assert (0, 0) == (guard.in_use, sum(guard.demand()))
    await guard.aclose()


async def test_without_a_register_each_takes_its_part(ledger):
    system = System()
    ledger.is_away = True
    guard = bulkhead(ledger)
    callers = [asking(guard, system) for _ in range(20)]
    await asyncio.sleep(0.05)

    assert PART == system.running
    system.free.set()
    await asyncio.gather(*callers)
    await guard.aclose()


class Moody(Line):
    """A line that surprises at first, and answers a cancellation with an error of its own."""

    def __init__(self, ledger: Ledger, name: str) -> None:
        super().__init__(ledger, name)
        self.is_reporting = asyncio.Event()
        self._surprises = 1

    async def report(self, system: str, report: Report) -> Booked | None:
        if self._surprises:
            self._surprises -= 1
            raise ValueError("zip() argument 2 is longer than argument 1")
        self.is_reporting.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise ConnectionError("the connection was closed") from None
        return await super().report(system, report)


async def test_a_surprise_ends_neither_the_booking_nor_the_closing(ledger):
    reports = Reports()
    line = Moody(ledger, "a")
    holding = Holding(
        system="hss",
        register=line,
        whole=WHOLE,
        part=PART,
        call_s=CALL_S,
        shares=Shares(),
        clock=ledger.clock,
        report=reports,
    )
    bulkhead = Bulkhead(max_concurrent=WHOLE, max_waiting=10, holding=holding)
    holding.hurry()
    await asyncio.sleep(0)
    holding.hurry()
    async with asyncio.timeout(bar(5)):
        await line.is_reporting.wait()

    async with asyncio.timeout(5):
        await bulkhead.aclose()

    assert ("places_not_settled", "ValueError") == (reports.events[0][0], reports.events[0][1]["kind"])
