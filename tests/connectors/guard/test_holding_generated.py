"""
Generated histories of processes that share the places of a system: whatever is lost, late or dies, no more calls are
under way than the system bears, and nobody who wants a place waits for good.
"""

import dataclasses
import types
from collections.abc import Coroutine, Generator, Iterable, Sequence
from typing import Any

import hypothesis.strategies as st
from hypothesis import given, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from connectors.guard.division import divide
from connectors.guard.holding import Holding
from connectors.guard.register import Booked, Report
from connectors.guard.shares import Shares
from connectors.terms import Criticality
from tests.connectors.guard.ledger import Crowd, Ledger
from tests.connectors.support import FixedClock

CALL_S = 2.0
EVERYTHING = Shares(self_care=1, partner=1, batch=1)


@dataclasses.dataclass
class Sent:
    """A report that is on its way."""

    name: str
    number: int
    report: Report


class Process:
    """A process whose reports are on their way until somebody says what becomes of them."""

    def __init__(self, name: str, *, whole: int, part: int, clock: FixedClock) -> None:
        self.name = name
        self.crowd = Crowd(whole, shares=EVERYTHING)
        self.holding = Holding(
            system="hss", register=self, whole=whole, part=part, call_s=CALL_S, shares=EVERYTHING, clock=clock
        )
        self.holding.serves(self.crowd)
        self.sent: Sent | None = None
        self.heard_at = clock.monotonic()
        self.was_heard = False
        self._number = 0
        self._settling: Coroutine[Any, Any, bool] | None = None

    async def report(self, _system: str, report: Report) -> Booked | None:
        self._number += 1
        self.sent = Sent(self.name, self._number, report)
        return await _answer()

    async def leave(self, _system: str) -> None:
        """It dies without a word here."""

    def settle(self) -> None:
        """Report, unless a report is on its way."""
        if self._settling is None:
            self._settling = self.holding.settle(self.crowd)
            self._go_on(None)

    def answer(self, booked: Booked | None) -> None:
        """The report is answered, or will never be."""
        self.sent = None
        self._go_on(booked)

    def _go_on(self, booked: Booked | None) -> None:
        assert self._settling is not None
        try:
            self._settling.send(booked)
        except StopIteration:
            self._settling = None

    def serve(self, now: float) -> None:
        self.crowd.places.resize(self.holding.places)
        for each in Criticality:
            while self.crowd.waiting[each] and self.crowd.places.take(each):
                self.crowd.waiting[each] -= 1
                self.crowd.began.append((now, each))

    def close(self) -> None:
        if self._settling is not None:
            self._settling.close()


@types.coroutine
def _answer() -> Generator[None, Booked | None, Booked | None]:
    return (yield)


class Sharing(RuleBasedStateMachine):
    """Some processes, a register, and a way between them on which much goes wrong."""

    @initialize(whole=st.integers(4, 12), number=st.integers(1, 4), is_old=st.booleans())
    def start(self, *, whole: int, number: int, is_old: bool) -> None:
        self.clock = FixedClock()
        self.ledger = Ledger(self.clock)
        if is_old:
            self.ledger.began = 0.0
        self.whole = whole
        self.part = whole // 4
        self.processes = [self._new(f"first{number}") for number in range(number)]
        self.lost: list[Sent] = []
        self.orphans: list[float] = []
        self.born = 0

    def _new(self, name: str) -> Process:
        return Process(name, whole=self.whole, part=self.part, clock=self.clock)

    def _one(self, data: st.DataObject) -> Process:
        return data.draw(st.sampled_from(self.processes))

    @rule(data=st.data(), criticality=st.sampled_from(Criticality), number=st.integers(1, 15))
    def calls_come(self, data: st.DataObject, criticality: Criticality, number: int) -> None:
        process = self._one(data)
        process.crowd.waiting[criticality] += number
        process.serve(self.clock.monotonic())

    @rule(demand=st.lists(st.integers(0, 15), min_size=4, max_size=4))
    def a_calm_second(self, demand: list[int]) -> None:
        """All calls end, others come, and every report comes through."""
        for process, number in zip(self.processes, demand, strict=False):
            while process.crowd.began:
                process.crowd.end(0)
            process.crowd.waiting = [number, 0, 0, 0]
            process.serve(self.clock.monotonic())
        for process in self.processes * 2:
            process.settle()
            while process.sent is not None:
                self._through(process)
        self.time_passes(1.0)

    @rule(data=st.data())
    def a_call_ends(self, data: st.DataObject) -> None:
        process = self._one(data)
        if process.crowd.began:
            process.crowd.end(data.draw(st.integers(0, len(process.crowd.began) - 1)))
            process.serve(self.clock.monotonic())

    @rule(data=st.data())
    def all_who_wait_leave(self, data: st.DataObject) -> None:
        self._one(data).crowd.waiting = [0 for _ in Criticality]

    @rule(data=st.data())
    def it_reports(self, data: st.DataObject) -> None:
        self._one(data).settle()

    @rule(data=st.data())
    def a_report_comes_through(self, data: st.DataObject) -> None:
        process = self._one(data)
        if process.sent is not None:
            self._through(process)

    @rule(data=st.data(), is_booked=st.booleans())
    def a_report_or_its_answer_is_lost(self, *, data: st.DataObject, is_booked: bool) -> None:
        process = self._one(data)
        # Not for so long that it would have to take its part, and not its first one: who was never answered takes its
        # part at once, as where there is no register.
        if process.sent is not None and process.was_heard and self.clock.monotonic() - process.heard_at < CALL_S:
            if is_booked:
                self._book(process.sent)
            else:
                self.lost.append(process.sent)
            process.answer(None)
            process.serve(self.clock.monotonic())

    @precondition(lambda self: self.lost)
    @rule(data=st.data())
    def a_lost_report_comes_late(self, data: st.DataObject) -> None:
        sent = data.draw(st.sampled_from(self.lost))
        self.lost.remove(sent)
        if any(process.name == sent.name for process in self.processes):
            self._book(sent)

    @precondition(lambda self: len(self.processes) > 1)
    @rule(data=st.data())
    def one_dies(self, data: st.DataObject) -> None:
        process = self._one(data)
        self.processes.remove(process)
        process.close()
        # Its calls go on at the system for as long as they would have.
        self.orphans += [began + CALL_S for began, _ in process.crowd.began]

    @precondition(lambda self: len(self.processes) < 4)
    @rule()
    def one_is_born(self) -> None:
        self.born += 1
        self.processes.append(self._new(f"later{self.born}"))

    @rule(seconds=st.floats(0.05, 1.0))
    def time_passes(self, seconds: float) -> None:
        self.clock.advance(seconds)
        now = self.clock.monotonic()
        self.orphans = [ends for ends in self.orphans if ends > now]
        for process in self.processes:
            crowd = process.crowd
            crowd.began = [(began, each) for began, each in crowd.began if self._goes_on(process, began, each)]
            # Each reports once a second, and is heard at least every other time.
            process.settle()
            while process.sent is not None and now - process.heard_at >= CALL_S - 1:
                self._through(process)
            process.serve(now)

    def _goes_on(self, process: Process, began: float, each: Criticality) -> bool:
        if self.clock.monotonic() < began + CALL_S:
            return True
        process.crowd.places.give_back(each)
        return False

    def _through(self, process: Process) -> None:
        assert process.sent is not None
        process.answer(self._book(process.sent))
        process.heard_at = self.clock.monotonic()
        process.was_heard = True
        process.serve(process.heard_at)

    def _all_through(self, process: Process) -> None:
        while process.sent is not None:
            self._through(process)

    def _book(self, sent: Sent) -> Booked:
        return self.ledger.book(sent.name, sent.number, sent.report)

    @invariant()
    def never_more_calls_than_the_system_bears(self) -> None:
        if hasattr(self, "processes"):
            under_way = sum(process.crowd.in_use for process in self.processes)
            assert under_way + len(self.orphans) <= self.whole

    def teardown(self) -> None:
        for process in getattr(self, "processes", []):
            process.close()


class SharingWithLosses(Sharing):
    """The register itself goes as well, and comes back with nothing in it; nobody is born or dies meanwhile."""

    @initialize(whole=st.integers(4, 12), number=st.integers(1, 4), is_old=st.booleans())
    def start(self, *, whole: int, number: int, is_old: bool) -> None:
        super().start(whole=whole, number=number, is_old=is_old)
        self._grow_up()

    @rule(away_s=st.integers(0, 12), data=st.data())
    def the_register_is_lost(self, away_s: int, data: st.DataObject) -> None:
        self._everybody_reports()
        self.ledger.forget()
        for _ in range(away_s):
            self.clock.advance(1.0)
            for process in self.processes:
                process.crowd.began = [
                    (began, each) for began, each in process.crowd.began if self._goes_on(process, began, each)
                ]
                process.settle()
                assert process.sent is not None
                process.answer(None)
                number = data.draw(st.integers(0, 12))
                process.crowd.waiting[Criticality.AGENT] += number
                process.serve(self.clock.monotonic())
            self.never_more_calls_than_the_system_bears()
        for process in self.processes:
            process.heard_at = self.clock.monotonic()

    @precondition(lambda _: False)
    @rule()
    def one_dies(self) -> None:
        """Not here."""

    @precondition(lambda _: False)
    @rule()
    def one_is_born(self) -> None:
        """Not here."""

    def _everybody_reports(self) -> None:
        self.lost.clear()
        for process in self.processes:
            self._all_through(process)
            process.settle()
            self._all_through(process)

    def _grow_up(self) -> None:
        for _ in range(6):
            self._everybody_reports()
            self.clock.advance(1.0)


TestSharing = Sharing.TestCase
TestSharing.settings = settings(TestSharing.settings, stateful_step_count=60)
TestSharingWithLosses = SharingWithLosses.TestCase
TestSharingWithLosses.settings = settings(TestSharingWithLosses.settings, stateful_step_count=30)


@given(
    held=st.lists(st.integers(0, 12), min_size=1, max_size=5),
    demand=st.lists(st.tuples(*[st.integers(0, 20)] * 4), min_size=5, max_size=5),
    whole=st.integers(1, 12),
)
def test_after_four_rounds_each_has_its_share_whoever_had_everything_before(held, demand, whole):
    clock = FixedClock()
    ledger = Ledger(clock)
    ledger.began = 0.0
    processes = [Process(str(n), whole=whole, part=whole // len(held), clock=clock) for n in range(len(held))]

    def come(demands: Iterable[Sequence[int]]) -> None:
        """All calls end, and these come; then everybody reports."""
        for process, wanted in zip(processes, demands, strict=False):
            while process.crowd.began:
                process.crowd.end(0)
            process.crowd.waiting = list(wanted)
        for process in processes:
            process.settle()
            while process.sent is not None:
                process.answer(ledger.book(process.name, process.sent.number, process.sent.report))
            process.serve(clock.monotonic())

    come([number, 0, 0, 0] for number in held)
    # What is given back is told with the next report. Mostly three are enough; who wants something reports at once.
    for _ in range(4):
        come(demand)

    wants = {name: (*entry.wants[:-1], 0) for name, entry in ledger.entries.items()}
    fair = divide(wants, whole=whole, turn=int(clock.monotonic() / 2))
    assert all(process.holding.places >= fair[process.name] for process in processes)
