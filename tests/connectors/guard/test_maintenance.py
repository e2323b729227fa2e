"""Maintenance: within a window nothing reaches the system, and it is told once."""

import datetime as dt

import pytest

from connectors.errors import UnderMaintenance
from connectors.guard import GuardSettings, guard_for
from connectors.guard.maintenance_windows import stretch
from connectors.guard.watch import Event, Level, Unwatched
from tests.connectors.guard.asking import System, call
from tests.connectors.support import DictStore, FixedClock, Reports

BEGIN = dt.datetime(2026, 7, 1, 0, 0, tzinfo=dt.UTC)
"""Two in the morning in Madrid."""


class Told(Unwatched):
    def __init__(self) -> None:
        self.events: list[Event] = []
        self.level = 0.0

    def tells(self, _, event):
        self.events.append(event)

    def moves(self, level, change):
        if level is Level.MAINTENANCE:
            self.level += change


class Bench:
    def __init__(self, *, at: dt.datetime, **settings) -> None:
        self.clock = FixedClock(at)
        self.told = Told()
        self.report = Reports()
        self.system = System()
        self.system.free.set()
        windows = [{"cron": "0 2 * * *", "zone": "Europe/Madrid", "minutes": 120}]
        self.guard = guard_for(
            "crm",
            GuardSettings.model_validate({"maintenance": windows} | settings),
            clock=self.clock,
            store=DictStore(),
            watcher=self.told,
            report=self.report,
        )

    async def ask(self):
        return (await self.guard.call(call(seconds=1_000_000), self.system.ask)).value


async def test_within_a_window_the_system_is_not_asked_and_before_and_after_it_is():
    bench = Bench(at=BEGIN - dt.timedelta(seconds=1))
    assert "answer 1" == await bench.ask()
    bench.clock.advance(1)
    for _ in range(3):
        with pytest.raises(UnderMaintenance):
            await bench.ask()
    assert 1 == bench.system.asked
    bench.clock.advance(7200)

    assert "answer 2" == await bench.ask()


async def test_what_is_fresh_is_given_within_a_window():
    bench = Bench(at=BEGIN - dt.timedelta(seconds=1), fresh_s={"Get": 60})
    await bench.ask()
    bench.clock.advance(2)

    assert "answer 1" == await bench.ask()


async def test_a_window_is_one_line_when_it_begins_and_one_when_it_ends():
    bench = Bench(at=BEGIN)
    for _ in range(3):
        with pytest.raises(UnderMaintenance):
            await bench.ask()
    assert 1 == bench.told.level
    bench.clock.advance(7200)
    await bench.ask()

    assert 0 == bench.told.level
    assert [Event.MAINTENANCE] * 3 == bench.told.events
    assert [
        ("maintenance_began", {"system": "crm", "until": "2026-07-01T02:00:00+00:00"}),
        ("maintenance_ended", {"system": "crm"}),
    ] == bench.report.events


async def test_a_window_without_an_end_is_told_once_and_outside_of_one_there_is_nothing_to_tell():
    endless = Bench(at=BEGIN, maintenance=[{"cron": "* * * * *", "zone": "UTC", "minutes": 5}])
    for _ in range(100):
        with pytest.raises(UnderMaintenance):
            await endless.ask()
        endless.clock.advance(3600)
    outside = Bench(at=BEGIN + dt.timedelta(hours=3))
    await outside.ask()

    assert ["maintenance_began"] == [event for event, _ in endless.report.events]
    assert (1, 0, []) == (endless.told.level, outside.told.level, outside.report.events)


async def test_the_calendar_is_looked_at_when_something_can_have_changed_and_not_for_each_call(monkeypatch):
    looked = []

    def looking(windows, now):
        looked.append(now)
        return stretch(windows, now)

    monkeypatch.setattr("connectors.guard.maintenance.stretch", looking)
    bench = Bench(at=BEGIN - dt.timedelta(hours=12))
    for _ in range(100):
        await bench.ask()
        bench.clock.advance(300)

    assert 1 == len(looked)


async def test_without_windows_there_is_no_stage(monkeypatch):
    monkeypatch.setattr("connectors.guard.maintenance.stretch", None)

    assert "answer 1" == await Bench(at=BEGIN, maintenance=[]).ask()
