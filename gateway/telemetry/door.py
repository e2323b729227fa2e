"""Watches the door: who is told to come later, and how much there is to do."""

from connectors.terms import Criticality
from gateway.telemetry.metrics import Metrics


class DoorNumbers:
    """Tells it to Prometheus."""

    def __init__(self, metrics: Metrics) -> None:
        # Every class from the beginning, so that the first refusal is a rise.
        self._refused = [metrics.refused.labels(each.name.lower()) for each in Criticality]
        self._at_once = metrics.at_once
        self._waiting = metrics.questions_waiting
        self._turn = metrics.loop_turn

    def refused(self, criticality: Criticality) -> None:
        """A question of this class was told to come later."""
        self._refused[criticality].inc()

    def looked(self, *, at_once: float, waiting: int, turn_s: float) -> None:
        """So many may be worked on at once, infinitely many where nothing speaks against it; so many wait."""
        self._at_once.set(at_once)
        self._waiting.set(waiting)
        self._turn.set(turn_s)
