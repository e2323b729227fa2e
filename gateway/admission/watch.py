"""Watching the door, for metrics. Here is only what the door tells; a watcher must be quick and must not raise."""

from typing import Protocol

from connectors.terms import Criticality


class DoorWatch(Protocol):
    """Follows what becomes of questions at the door."""

    def refused(self, criticality: Criticality) -> None:
        """A question of this class was told to come later."""
        ...

    def looked(self, *, at_once: float, waiting: int, turn_s: float) -> None:
        """So many may be worked on at once, infinitely many where nothing speaks against it; so many wait."""
        ...


class Unwatched:
    """Nobody watches."""

    def refused(self, criticality: Criticality) -> None:
        """Nobody is told."""

    def looked(self, *, at_once: float, waiting: int, turn_s: float) -> None:
        """Nobody is told."""
