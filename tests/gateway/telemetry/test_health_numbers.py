"""The numbers that say how systems are: their breakers by class, maintenance, and calls that were not made."""

import contextlib
import datetime as dt

from prometheus_client import CollectorRegistry

from connectors.errors import ConnectorError, Unavailable
from connectors.guard import Breakers, Call, GuardSettings, State
from connectors.guard.assembly import guard_for
from connectors.terms import Terms
from connectors.tmf import TMFSettings
from gateway.telemetry.calls import CallWatch
from gateway.telemetry.metrics import Metrics
from tests.connectors.support import DictStore, FixedClock, Reports
from tests.gateway.telemetry.test_metrics import numbers


def _breaker(system: str, operation_class: str) -> str:
    return f"switchboard_breaker_state operation_class={operation_class} system={system}"


def test_each_breaker_has_a_number_from_the_start_and_moves_with_its_state() -> None:
    metrics, clock = Metrics(CollectorRegistry()), FixedClock()
    breakers = Breakers(clock=clock, report=Reports(), shown=metrics.breaker)
    found = breakers.of("crm", GuardSettings.model_validate({"breaker": {"classes": {"Search": "searches"}}}))
    assert 0.0 == numbers(metrics)[_breaker("crm", "default")] == numbers(metrics)[_breaker("crm", "searches")]
    breakers.force("crm", State.OPEN, operation_class="searches")
    assert 2.0 == numbers(metrics)[_breaker("crm", "searches")]
    breakers.force("crm", None, operation_class="searches")
    found.of("Search").admit(clock.monotonic())

    assert 1.0 == numbers(metrics)[_breaker("crm", "searches")]
    assert 0.0 == numbers(metrics)[_breaker("crm", "default")]


async def test_what_an_ill_system_and_a_maintenance_window_cost_is_counted() -> None:
    metrics, clock = Metrics(CollectorRegistry()), FixedClock(dt.datetime(2026, 7, 1, 0, 0, tzinfo=dt.UTC))
    breakers = Breakers(clock=clock, report=Reports(), shown=metrics.breaker)
    settings = TMFSettings(dialect="tmf", user="u", password="env:PATH", url="http://crm.example")
    watch = CallWatch(metrics, None)
    window = [{"cron": "0 2 * * *", "zone": "Europe/Madrid", "minutes": 60}]
    guards = {
        name: guard_for(
            name,
            GuardSettings.model_validate({"maintenance": windows}),
            clock=clock,
            store=DictStore(),
            watcher=watch.over(name, settings),
            breakers=breakers,
        )
        for name, windows in {"ill": [], "away": window}.items()
    }

    async def fails() -> str:
        raise Unavailable("reset", system="ill")

    for name, guard in guards.items():
        for number in range(25):
            with contextlib.suppress(ConnectorError):
                await guard.call(Call(name, "Get", (number,), Terms.after(5, clock)), fails)

    counted = numbers(metrics)
    assert 20.0 == counted["switchboard_calls_total operation=Get outcome=UPSTREAM_UNAVAILABLE system=ill"]
    assert 5.0 == counted["switchboard_calls_total operation=Get outcome=refused system=ill"]
    assert 25.0 == counted["switchboard_calls_total operation=Get outcome=maintenance system=away"]
    assert (0.0, 1.0) == (
        counted["switchboard_maintenance system=ill"],
        counted["switchboard_maintenance system=away"],
    )
