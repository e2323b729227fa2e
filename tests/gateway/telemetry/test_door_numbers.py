"""The numbers of the door: there from the beginning, by class, and without a bound where there is none."""

import math

from prometheus_client import CollectorRegistry

from connectors.terms import Criticality
from gateway.telemetry.door import DoorNumbers
from gateway.telemetry.metrics import Metrics
from tests.gateway.telemetry.test_metrics import numbers


def test_refusals_are_counted_by_class_from_zero_on() -> None:
    metrics = Metrics(CollectorRegistry())
    door = DoorNumbers(metrics)
    door.refused(Criticality.PARTNER)

    counted = numbers(metrics)
    found = {name: counted[f"switchboard_questions_refused_total caller_class={name}"] for name in ("agent", "partner")}
    assert {"agent": 0.0, "partner": 1.0} == found


def test_levels_are_told_and_no_limit_is_infinite() -> None:
    metrics = Metrics(CollectorRegistry())
    door = DoorNumbers(metrics)
    before = numbers(metrics)["switchboard_questions_at_once"]
    door.looked(at_once=12, waiting=3, turn_s=0.006)

    counted = numbers(metrics)
    assert math.isinf(before)
    assert 12 == counted["switchboard_questions_at_once"]
    assert 3 == counted["switchboard_questions_waiting"]
    assert 0.006 == counted["switchboard_loop_turn_seconds"]
