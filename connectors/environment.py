"""What the gateway hands to every connector: clock, store, numbering plan and a way to tell what happened."""

import dataclasses
from typing import Protocol

import httpx

from connectors.clock import Clock
from connectors.guard.cache import Store
from connectors.guard.pipeline import Guard, guard_for
from connectors.guard.watch import Unwatched, Watch
from connectors.numbering import NumberingPlan
from connectors.settings import SystemSettings


class Reporter(Protocol):
    """Where connectors tell operators what happened. Names are constant; values carry nothing personal."""

    def warning(self, event: str, **values: object) -> object:
        """Something an operator should know."""
        ...

    def info(self, event: str, **values: object) -> object:
        """Something an operator may want to know."""
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class Environment:
    """
    Shared surroundings of the connectors.

    *transport* replaces the network in tests; None means the real one.
    """

    clock: Clock
    store: Store
    numbering: NumberingPlan
    report: Reporter
    transport: httpx.AsyncBaseTransport | None = None
    watch: Watch = dataclasses.field(default_factory=Unwatched)

    def guard(self, system: str, settings: SystemSettings) -> Guard:
        """The guard of one system, which every call to it passes."""
        watcher = self.watch.over(system, settings)
        return guard_for(system, settings.guard, clock=self.clock, store=self.store, watcher=watcher)
