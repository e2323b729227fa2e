"""What overrides do in a process, and that only what has changed is touched."""

from typing import Any

from connectors.guard import CacheTimes, GuardSettings, State, Switches, SystemLimits, SystemState, Tunings
from gateway.overrides.bans import Bans
from gateway.overrides.effects import Effects
from gateway.overrides.override import (
    Banned,
    BreakerIs,
    CacheIs,
    Entry,
    Override,
    Revoked,
    SystemIs,
    SystemLimited,
)
from tests.connectors.support import NOW, Reports
from tests.gateway.overrides.saying import BAN, SHOP, limited


class Process:
    def __init__(self) -> None:
        self.bans, self.switches, self.report = Bans(), Switches(), Reports()
        self.crm = self.switches.of("crm")
        self.tunings = Tunings()
        usual = GuardSettings(fresh_s={"Get": 60}, expensive=frozenset({"Get"}))
        self.guard = self.tunings.of("crm", usual)
        self.limits: list[dict[str, Any]] = []
        self.forced: list[tuple[str, State | None, str | None]] = []
        self.effects = Effects(
            bans=self.bans,
            switches=self.switches,
            limit=lambda limits: self.limits.append(dict(limits)),
            breakers=self,
            report=self.report,
            tunings=self.tunings,
        )

    def force(self, system: str, state: State | None, operation_class: str | None = None) -> None:
        if system == "gone":
            raise LookupError(system)
        self.forced.append((system, state, operation_class))

    def hold(self, *overrides: Override) -> None:
        self.effects(Entry(override=each, by="alice", why="INC-1", since=NOW) for each in overrides)


def test_clients_tokens_and_operations_are_refused_while_it_holds():
    process = Process()
    bans = process.bans
    assert (False, False) == (bans.any, bans.operations)
    process.hold(SHOP, BAN, Banned(operation="cd" * 32, client="shop"), Revoked(client="desk", issued_before=NOW))

    assert bans.any
    assert bans.operations
    assert (True, False) == (bans.suspends("shop"), bans.suspends("desk"))
    at = NOW.timestamp()
    assert [True, True, False] == [bans.revokes("desk", each) for each in (None, at - 1, at)]
    assert not bans.revokes("shop", None)
    assert [True, True] == [bans.bans("ab" * 32, each) for each in ("desk", None)]
    assert [True, False, False] == [bans.bans("cd" * 32, each) for each in ("shop", "desk", None)]
    process.hold()
    assert (False, False, False) == (bans.any, bans.operations, bans.suspends("shop"))


def test_a_system_is_off_while_it_holds():
    process = Process()
    process.hold(SystemIs(system="crm", state=SystemState.OFF), SystemIs(system="elsewhere", state=SystemState.OFF))
    held = process.crm.state
    process.hold()

    assert (SystemState.OFF, None) == (held, process.crm.state)


def test_limits_are_told_when_they_change_and_only_then():
    process = Process()
    process.hold(limited(max_cost=1))
    process.hold(limited(max_cost=1), SHOP)
    process.hold(limited(max_cost="unlimited"))
    process.hold(limited(burst="unlimited"))
    process.hold()

    assert [{"max_cost"}, {"max_cost"}, {"burst"}] == [each["shop"].model_fields_set for each in process.limits[:3]]
    assert {} == process.limits[3]
    assert 4 == len(process.limits)


def test_what_is_said_of_one_class_of_operations_narrows_what_is_said_of_all():
    process = Process()
    process.hold(BreakerIs(system="crm", state="closed", operation_class="a"), BreakerIs(system="crm", state="open"))
    process.hold(BreakerIs(system="crm", state="closed", operation_class="a"), BreakerIs(system="crm", state="open"))
    first = list(process.forced)
    process.hold(BreakerIs(system="crm", state="open"))
    process.hold()

    assert [("crm", None, None), ("crm", State.OPEN, None), ("crm", State.CLOSED, "a")] == first
    assert [("crm", None, None), ("crm", State.OPEN, None), ("crm", None, None)] == process.forced[3:]


def test_a_system_that_only_other_replicas_have_is_told_of():
    process = Process()
    process.hold(BreakerIs(system="gone", state="open"))

    assert [("override_without_breaker", {"system": "gone"})] == process.report.events


def test_limits_and_times_of_a_system_hold_together_and_no_longer_than_they_are_said():
    process = Process()
    process.hold(
        SystemLimited(system="crm", limits=SystemLimits(max_concurrent=3)),
        CacheIs(system="crm", operation="Get", times=CacheTimes(fresh_s=5)),
        CacheIs(system="crm", times=CacheTimes(stale_s=7)),
        CacheIs(system="elsewhere", times=CacheTimes(fresh_s=5)),
    )
    held = process.guard.now
    process.hold()

    assert (3, {"Get": 5}, {"*": 7}) == (held.max_concurrent, held.fresh_s, held.stale_s)
    assert (16, {"Get": 60}) == (process.guard.now.max_concurrent, process.guard.now.fresh_s)
    assert [] == process.report.events


def test_times_that_cannot_be_here_are_told_of_once():
    process = Process()
    for _ in range(2):
        process.hold(CacheIs(system="crm", times=CacheTimes(fresh_s=0)))
    process.hold(CacheIs(system="crm", times=CacheTimes(fresh_s=0)), SHOP)

    assert ["override_not_possible"] == [event for event, _ in process.report.events]
    assert {"Get": 60} == process.guard.now.fresh_s
