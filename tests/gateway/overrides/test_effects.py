"""What overrides do in a process, and that only what has changed is touched."""

from typing import Any

from connectors.guard import State, Switches, SystemState
from gateway.overrides.bans import Bans
from gateway.overrides.effects import Effects
from gateway.overrides.override import Banned, BreakerIs, Entry, Override, Revoked, SystemIs
from tests.connectors.support import NOW, Reports
from tests.gateway.overrides.saying import BAN, SHOP, limited


class Process:
    def __init__(self) -> None:
        self.bans, self.switches, self.report = Bans(), Switches(), Reports()
        self.crm = self.switches.of("crm")
        self.limits: list[dict[str, Any]] = []
        self.forced: list[tuple[str, State | None, str | None]] = []
        self.effects = Effects(
            bans=self.bans,
            switches=self.switches,
            limit=lambda limits: self.limits.append(dict(limits)),
            breakers=self,
            report=self.report,
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
