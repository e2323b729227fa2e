"""
Puts the guard of one system together: every call to it passes the same stages in the same order.

    recall -> single flight -> lease -> keep -> switch -> maintenance -> retries -> hedges -> admit -> budget
    -> bulkhead -> note -> watched -> time limit -> wire

A stage that is switched off is not there.
"""

import dataclasses
import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from connectors.clock import Clock
from connectors.guard.admission import Admission
from connectors.guard.breakers import Breakers
from connectors.guard.budget import Budget
from connectors.guard.bulkhead import Bulkhead
from connectors.guard.cache import Cache
from connectors.guard.changes import Changes
from connectors.guard.flight import SingleFlight
from connectors.guard.hedge import Hedges
from connectors.guard.holding import Holding
from connectors.guard.keys import Keys
from connectors.guard.lease import AcrossReplicas, Leases
from connectors.guard.maintenance import Maintenance
from connectors.guard.pipeline import Closing, Guard, Stage
from connectors.guard.rates import Rates
from connectors.guard.register import Register
from connectors.guard.retries import Retries, RetryBudget
from connectors.guard.settings import GuardSettings
from connectors.guard.shares import BudgetSettings
from connectors.guard.store import Store
from connectors.guard.switch import Switched, Switches
from connectors.guard.timelimit import TimeLimit
from connectors.guard.tunings import Tuned
from connectors.guard.watch import Unwatched, Watched, Watcher

if TYPE_CHECKING:
    from connectors.environment import Reporter


def guard_for(
    system: str,
    settings: GuardSettings,
    *,
    clock: Clock,
    store: Store,
    watcher: Watcher | None = None,
    keys: Keys | None = None,
    breakers: Breakers | None = None,
    report: "Reporter | None" = None,
    leases: Leases | None = None,
    rates: Rates | None = None,
    changes: Changes | None = None,
    places: Register | None = None,
    switches: Switches | None = None,
    tuned: Tuned | None = None,
) -> Guard:
    """
    The guard of one system.

    Without *breakers* an ill system is asked like any other. *leases*, *rates* and *places* are those that replicas
    share. Without *changes* a call under way is shared also by those who ask after something has changed. Without
    *switches* the system is always on. Without *tuned* its limits and cache times are those of *settings* for good.
    """
    parts = _Parts(system, settings if tuned is None else tuned.now, clock, watcher or Unwatched(), tuned)
    flights = SingleFlight(clock=clock, watcher=parts.watcher, changes=changes)
    cache = Cache(settings, store=store, clock=clock, watcher=parts.watcher, keys=keys, tuned=tuned)
    admission = parts.admission(breakers)
    bulkhead = parts.bulkhead(places, report)
    stages: tuple[Stage, ...] = (
        cache.recall,  # First: an answer we have costs nobody anything, and one beyond its time is better than none.
        flights,  # Before the bulkhead: equal questions take one place in it, not many.
        *parts.leases(leases, cache),  # Before keeping: when it is given back, the answer is there for those who wait.
        cache.keep,  # Within the flight: an answer is kept even when everybody has left at their deadline.
        *parts.switch(switches),  # Below what is kept: it answers also for a system that is off.
        *parts.maintenance(report),  # Before the breaker: a window is no illness.
        *parts.tries(),  # Before the breaker: each try is counted, and waits for a place of its own.
        *([admission.admit] if admission else []),  # Before the queue: whom nobody asks, nobody waits for.
        *parts.budget(rates),  # Before a place is taken for it.
        bulkhead,
        *([admission.note] if admission else []),  # Behind it: our queue is not the system's slowness.
        Watched(parts.watcher),  # Behind the bulkhead: what is measured is the system, not the queue in front of it.
        TimeLimit(seconds=settings.timeout_s),  # Last: waiting for a place does not eat the system's own time.
    )
    closing: list[Closing] = [cache, flights, *([admission] if admission else []), bulkhead]
    return Guard(stages, clock=clock, closing=closing, tuned=tuned)


@dataclasses.dataclass(frozen=True, slots=True)
class _Parts:
    """Makes the stages that depend on what is set, each where it is switched on."""

    system: str
    settings: GuardSettings
    clock: Clock
    watcher: Watcher
    tuned: Tuned | None

    def admission(self, breakers: Breakers | None) -> Admission | None:
        if breakers is None or not self.settings.breaker.enabled:
            return None
        return Admission(
            breakers.of(self.system, self.settings),
            clock=self.clock,
            max_waiting=self.settings.max_waiting,
            watcher=self.watcher,
        )

    def leases(self, leases: Leases | None, cache: Cache) -> Iterator[Stage]:
        if leases is not None and self.settings.expensive:
            yield AcrossReplicas(
                expensive=self.settings.expensive,
                ttl_s=self.settings.timeout_s,
                leases=leases,
                key=cache.key,
                kept=cache.kept,
                clock=self.clock,
                watcher=self.watcher,
            )

    def switch(self, switches: Switches | None) -> Iterator[Stage]:
        if switches is not None:
            yield Switched(switches.of(self.system), watcher=self.watcher)

    def maintenance(self, report: "Reporter | None") -> Iterator[Stage]:
        windows = self.settings.maintenance
        if windows:
            yield Maintenance(windows, system=self.system, clock=self.clock, watcher=self.watcher, report=report)

    def tries(self) -> Iterator[Stage]:
        """Those that may ask more than once. They share one budget."""
        attempts, hedges, ratio = self.settings.attempts, self.settings.hedge_after_s, self.settings.retry_ratio
        budget = RetryBudget(ratio=ratio, now=self.clock.monotonic())
        if ratio and (attempts > 1 or hedges):
            # With one attempt it sends nothing again, and only counts what hedges may cost.
            yield Retries(attempts=attempts, budget=budget, clock=self.clock, watcher=self.watcher)
        if ratio and hedges:
            yield Hedges(after_s=hedges, budget=budget, clock=self.clock, watcher=self.watcher)

    def budget(self, rates: Rates | None) -> Iterator[Stage]:
        if self.settings.budget is None and self.tuned is None:
            return
        budget = Budget(
            system=self.system,
            settings=_budget(self.settings),
            max_waiting=self.settings.max_waiting,
            shares=self.settings.shares,
            clock=self.clock,
            rates=rates,
            watcher=self.watcher,
        )
        if self.tuned is not None:
            self.tuned.tells(lambda settings: budget.set(_budget(settings)))
        yield budget

    def bulkhead(self, register: Register | None, report: "Reporter | None") -> Bulkhead:
        """With *register* it may use all places that others leave, else its part of them. It finds out from little."""
        settings, holding = self.settings, None
        if register is not None:
            holding = Holding(
                system=self.system,
                register=register,
                whole=settings.max_concurrent,
                part=_part(settings),
                call_s=settings.timeout_s,
                shares=settings.shares,
                clock=self.clock,
                report=report,
            )
        bulkhead = Bulkhead(
            max_concurrent=_most(settings, holding),
            max_waiting=settings.max_waiting,
            min_concurrent=_least(settings),
            shares=settings.shares,
            clock=self.clock,
            watcher=self.watcher,
            holding=holding,
            patience_s=settings.timeout_s,
        )
        if self.tuned is not None:
            self.tuned.tells(functools.partial(_rebound, bulkhead, holding))
        return bulkhead


def _rebound(bulkhead: Bulkhead, holding: Holding | None, settings: GuardSettings) -> None:
    if holding is not None:
        holding.resize(whole=settings.max_concurrent, part=_part(settings))
    bulkhead.rebound(max_concurrent=_most(settings, holding), min_concurrent=_least(settings))


def _budget(settings: GuardSettings) -> BudgetSettings | None:
    return None if settings.budget is None else settings.budget.model_copy(update={"replicas": settings.parts})


def _part(settings: GuardSettings) -> int:
    return max(1, settings.max_concurrent // settings.parts)


def _most(settings: GuardSettings, holding: Holding | None) -> int:
    return _part(settings) if holding is None else settings.max_concurrent


def _least(settings: GuardSettings) -> int | None:
    least = settings.min_concurrent
    # Of two bounds that are one nothing is to be found out, however many processes there are.
    return None if least is None or least == settings.max_concurrent else max(1, least // settings.parts)
