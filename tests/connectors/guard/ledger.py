"""A register of places in memory, which does what the one in Redis does, and seats of a pretend process."""

import dataclasses
from collections.abc import Sequence

from connectors.guard.places import Places
from connectors.guard.register import Booked, Report
from connectors.guard.shares import Shares
from connectors.terms import Criticality
from tests.connectors.support import FixedClock


@dataclasses.dataclass
class Entry:
    """What is booked for one process."""

    ends: float
    number: int
    held: int
    wants: tuple[int, ...]


class Ledger:
    """What is booked at one system, as `gateway/stores/redis_places.py` has it in Lua."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.began: float | None = None
        self.entries: dict[str, Entry] = {}
        self.is_away = False

    def book(self, name: str, number: int, report: Report) -> Booked:
        now = self.clock.monotonic()
        self.began = now if self.began is None else self.began
        self.entries = {each: entry for each, entry in self.entries.items() if entry.ends > now or each == name}
        others = {each: entry for each, entry in self.entries.items() if each != name}
        wants = {each: entry.wants for each, entry in others.items()} | {name: report.wants}
        mine = self.entries.get(name)
        if mine is not None and number <= mine.number:
            return Booked(granted=0, me=name, wants=wants, began_s=self.began, at_s=now)
        more = min(report.more, report.whole - sum(entry.held for entry in others.values()) - report.held)
        if now - self.began < report.lives_s:
            more = min(more, (report.at_once if report.met in (None, self.began) else 0) - report.held)
        more = max(0, more)
        self.entries[name] = Entry(now + report.lives_s, number, report.held + more, report.wants)
        return Booked(granted=more, me=name, wants=wants, began_s=self.began, at_s=now)

    def forget(self) -> None:
        """It is lost, as by a restart or an eviction."""
        self.began = None
        self.entries = {}


class Line:
    """The way of one process to the ledger; it answers at once."""

    def __init__(self, ledger: Ledger, name: str) -> None:
        self.name = name
        self.reports: list[Report] = []
        self._ledger = ledger

    async def report(self, _system: str, report: Report) -> Booked | None:
        if self._ledger.is_away:
            return None
        self.reports.append(report)
        return self._ledger.book(self.name, len(self.reports), report)

    async def leave(self, _system: str) -> None:
        self._ledger.entries.pop(self.name, None)


class Crowd:
    """The calls of one process, in numbers: who waits, by class, and since when who has a place."""

    def __init__(self, most: int, *, shares: Shares | None = None) -> None:
        self.most = most
        self.waiting = [0 for _ in Criticality]
        self.began: list[tuple[float, Criticality]] = []
        self.places = Places(0, shares=shares or Shares())
        self.granted = lambda: 0

    @property
    def in_use(self) -> int:
        return len(self.began)

    def demand(self) -> Sequence[int]:
        return [self.waiting[each] + self.places.held_by(each) for each in Criticality]

    def fit(self) -> None:
        self.places.resize(self.granted())

    def serve(self, now: float) -> None:
        """Let in as many as there are places for, and each class may have."""
        self.fit()
        for each in Criticality:
            while self.waiting[each] and self.places.take(each):
                self.waiting[each] -= 1
                self.began.append((now, each))

    def end(self, number: int) -> None:
        _, criticality = self.began.pop(number)
        self.places.give_back(criticality)
