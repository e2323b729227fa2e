"""The registry of breakers: what an operator sees and forces, and one line in the log for each outage."""

import pytest

from connectors.guard import Breakers, BreakerView, GuardSettings, State
from connectors.guard.breaker import Outcome, Why
from tests.connectors.support import FixedClock, Reports


class Bench:
    def __init__(self) -> None:
        self.clock = FixedClock()
        self.report = Reports()
        self.shown: list[tuple[object, ...]] = []
        self.breakers = Breakers(
            clock=self.clock, report=self.report, shown=lambda *told: self.shown.append(told), draw=lambda: 1.0
        )
        settings = GuardSettings.model_validate({"breaker": {"classes": {"Search": "searches"}}})
        self.crm = self.breakers.of("crm", settings)

    def calls(self, outcome, *, operation="Get", times=20):
        breaker = self.crm.of(operation)
        for _ in range(times):
            now = self.clock.monotonic()
            era = breaker.admit(now)
            if era is not None:
                breaker.ends(era, outcome, took_s=0.1, now=now)


def test_an_outage_is_one_line_when_it_begins_and_one_when_it_ends_however_many_probes_fail():
    bench = Bench()
    bench.calls(Outcome.FAILED)
    for _ in range(10):
        bench.clock.advance(4)
        bench.calls(Outcome.FAILED, times=5)
    bench.clock.advance(4)
    bench.calls(Outcome.WELL, times=5)

    rates = {"failure_rate": 1.0, "slow_rate": 0.0}
    assert [
        ("system_ill", {"system": "crm", "operation_class": "default", "why": "failures_in_a_row", **rates}),
        ("system_well", {"system": "crm", "operation_class": "default", "why": "probes", "ill_s": 44.0}),
    ] == bench.report.events


def test_each_state_is_shown_with_its_system_and_class():
    bench = Bench()
    bench.calls(Outcome.FAILED, operation="Search")
    bench.clock.advance(4)
    bench.calls(Outcome.WELL, operation="Search")

    assert [
        ("crm", "default", State.CLOSED),
        ("crm", "searches", State.CLOSED),
        ("crm", "searches", State.OPEN),
        ("crm", "searches", State.HALF_OPEN),
        ("crm", "searches", State.CLOSED),
    ] == bench.shown


def test_the_snapshot_tells_how_each_is():
    bench = Bench()
    bench.calls(Outcome.FAILED, operation="Search")
    bench.clock.advance(3)

    assert (
        BreakerView(system="crm", operation_class="default", state=State.CLOSED, forced=False, why=None, ill_s=None),
        BreakerView(
            system="crm",
            operation_class="searches",
            state=State.OPEN,
            forced=False,
            why=Why.FAILURES_IN_A_ROW,
            ill_s=3.0,
        ),
    ) == bench.breakers.snapshot()


def test_an_operator_forces_all_classes_of_a_system_or_one():
    bench = Bench()
    bench.breakers.force("crm", State.OPEN, operation_class="searches")
    assert [State.CLOSED, State.OPEN] == [each.state for each in bench.breakers.snapshot()]
    bench.breakers.force("crm", State.OPEN)
    assert [State.OPEN, State.OPEN] == [each.state for each in bench.breakers.snapshot()]
    bench.clock.advance(9)
    bench.breakers.force("crm", State.CLOSED)

    assert [(State.CLOSED, True)] * 2 == [(each.state, each.forced) for each in bench.breakers.snapshot()]
    assert [("system_ill", "forced")] * 2 + [("system_well", "forced")] * 2 == [
        (event, values["why"]) for event, values in bench.report.events
    ]


def test_what_cannot_be_forced_is_refused_in_a_sentence():
    bench = Bench()
    with pytest.raises(LookupError, match="no system 'erp' has a breaker; there are: crm"):
        bench.breakers.force("erp", State.OPEN)
    with pytest.raises(LookupError, match="crm has no operation class 'lists'; there are: default, searches"):
        bench.breakers.force("crm", State.OPEN, operation_class="lists")


@pytest.mark.parametrize(
    "wrong", [{"failure_rate": 0}, {"probe_wait_s": 6}, {"classes": {"Get": "Capital Letters"}}, {"least_calls": 0}]
)
def test_settings_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError, match="breaker"):
        GuardSettings.model_validate({"breaker": wrong})
