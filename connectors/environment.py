"""What the gateway hands to every connector: clock, store, numbering plan and a way to tell what happened."""

import dataclasses
from typing import Protocol

import httpx

from connectors.clock import Clock
from connectors.guard.assembly import guard_for
from connectors.guard.breakers import Breakers
from connectors.guard.changes import Changes
from connectors.guard.keys import Keys
from connectors.guard.lease import Leases
from connectors.guard.pipeline import Guard
from connectors.guard.rates import Rates
from connectors.guard.register import Register
from connectors.guard.store import Store
from connectors.guard.switch import Switches
from connectors.guard.tunings import Tunings
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

    *transport* replaces the network in tests; None means the real one. *keys* are those of this process alone, unless
    they are made of a secret that replicas share. Without *breakers* nobody finds out that a system is ill, as is right
    for a single question. *leases* are those that replicas share. *rates* counts the calls
    of all replicas; None: each process counts its part. *changes* are those that this process hears of. *places* books
    which process may have how many places; None: each has its part. *switches* say which systems may be asked,
    and *tunings* what is said over their limits and cache times.
    """

    clock: Clock
    store: Store
    numbering: NumberingPlan
    report: Reporter
    transport: httpx.AsyncBaseTransport | None = None
    watch: Watch = dataclasses.field(default_factory=Unwatched)
    keys: Keys = dataclasses.field(default_factory=Keys)
    breakers: Breakers | None = None
    leases: Leases | None = None
    rates: Rates | None = None
    changes: Changes | None = None
    places: Register | None = None
    switches: Switches | None = None
    tunings: Tunings | None = None

    def guard(self, system: str, settings: SystemSettings) -> Guard:
        """The guard of one system, which every call to it passes."""
        watcher = self.watch.over(system, settings)
        guard, tunings = settings.guard, self.tunings
        tuned = None if tunings is None else tunings.of(system, guard, check=settings.check_guard)
        return guard_for(
            system,
            guard,
            clock=self.clock,
            store=self.store,
            watcher=watcher,
            keys=self.keys,
            breakers=self.breakers,
            report=self.report,
            leases=self.leases,
            rates=self.rates,
            changes=self.changes,
            places=self.places,
            switches=self.switches,
            tuned=tuned,
        )
