"""
Every breaker of one gateway: by system and class of operations, for an operator to look at and to force.

This process's own: replicas and workers find out by themselves that a system is ill. An outage is one line in the
log when it begins and one when it ends.
"""

import dataclasses
import functools
import random
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from connectors.clock import Clock
from connectors.guard.breaker import Breaker, Rules, State, Why
from connectors.guard.settings import DEFAULT_CLASS, GuardSettings

if TYPE_CHECKING:
    from connectors.environment import Reporter

Shown = Callable[[str, str, State], object]
"""Told of each new state, with the system and the class of operations: for a gauge."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BreakerView:
    """How one breaker is at an instant. *why* and *ill_s*, in seconds, are None while the system is asked."""

    system: str
    operation_class: str
    state: State
    forced: bool
    why: Why | None
    ill_s: float | None


class SystemBreakers:
    """The breakers of one system, by operation."""

    def __init__(self, by_class: Mapping[str, Breaker], classes: Mapping[str, str]) -> None:
        self.by_class = by_class
        self._default = by_class[DEFAULT_CLASS]
        self._by_operation = {operation: by_class[name] for operation, name in classes.items()}

    def of(self, operation: str) -> Breaker:
        """The breaker that *operation* passes."""
        return self._by_operation.get(operation, self._default)


class Breakers:
    """The breakers of all systems, registered as their guards are made."""

    def __init__(
        self,
        *,
        clock: Clock,
        report: "Reporter",
        shown: Shown | None = None,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._clock = clock
        self._report = report
        self._shown = shown
        self._draw = draw
        self._systems: dict[str, SystemBreakers] = {}

    def of(self, system: str, settings: GuardSettings) -> SystemBreakers:
        """New breakers for *system*, closed. They stand for those that it had."""
        rules = _rules(settings)
        classes = settings.breaker.classes
        names = sorted({DEFAULT_CLASS, *classes.values()})
        made = SystemBreakers({name: self._made(system, name, rules) for name in names}, classes)
        self._systems[system] = made
        return made

    def take_over(self, before: "Breakers", systems: Iterable[str]) -> None:
        """The breakers of *systems* go on as they were *before*."""
        theirs = before._systems  # noqa: SLF001 - another one of us
        self._systems.update({name: theirs[name] for name in systems if name in theirs})

    def let_go(self, systems: Collection[str]) -> None:
        """Those *systems* are not asked any more, and nobody is to read that they are ill."""
        if self._shown is not None:
            for system, name, _ in self._all():
                if system in systems:
                    self._shown(system, name, State.CLOSED)

    def snapshot(self) -> tuple[BreakerView, ...]:
        """Every breaker as it is now, by system and class."""
        now = self._clock.monotonic()
        return tuple(_view(system, name, breaker, now) for system, name, breaker in self._all())

    def force(self, system: str, state: State | None, operation_class: str | None = None) -> None:
        """
        Keep *system* open or closed, or (None) let it be automatic again; all its classes, or one.

        Raises LookupError, in a sentence for the operator, where there is no such breaker, and ValueError for a state
        that cannot be kept.
        """
        found = self._systems.get(system)
        if found is None:
            raise LookupError(f"no system {system!r} has a breaker; there are: {', '.join(sorted(self._systems))}")
        if operation_class is not None and operation_class not in found.by_class:
            known = ", ".join(sorted(found.by_class))
            raise LookupError(f"{system} has no operation class {operation_class!r}; there are: {known}")
        now = self._clock.monotonic()
        for name, breaker in found.by_class.items():
            if operation_class in (None, name):
                breaker.force(state, now)

    def _all(self) -> Iterator[tuple[str, str, Breaker]]:
        for system, breakers in sorted(self._systems.items()):
            for name, breaker in sorted(breakers.by_class.items()):
                yield system, name, breaker

    def _made(self, system: str, name: str, rules: Rules) -> Breaker:
        if self._shown is not None:
            self._shown(system, name, State.CLOSED)
        return Breaker(rules, draw=self._draw, told=functools.partial(self._told, system, name))

    def _told(self, system: str, name: str, breaker: Breaker, before: State, now: float) -> None:
        if self._shown is not None:
            self._shown(system, name, breaker.state)
        if before is State.CLOSED:
            rates = {"failure_rate": round(breaker.failure_rate, 2), "slow_rate": round(breaker.slow_rate, 2)}
            self._report.warning("system_ill", system=system, operation_class=name, why=str(breaker.why), **rates)
        elif breaker.state is State.CLOSED:
            ill_s = round(now - (breaker.ill_since or now), 1)
            self._report.info("system_well", system=system, operation_class=name, why=str(breaker.why), ill_s=ill_s)


def _rules(settings: GuardSettings) -> Rules:
    breaker = settings.breaker
    slow_s = breaker.slow_s if breaker.slow_s is not None else 0.8 * settings.timeout_s
    return Rules(
        failure_rate=breaker.failure_rate,
        slow_rate=breaker.slow_rate,
        slow_s=slow_s,
        least_calls=breaker.least_calls,
        window_s=breaker.window_s,
        probe_wait_s=breaker.probe_wait_s,
        probes=breaker.probes,
    )


def _view(system: str, name: str, breaker: Breaker, now: float) -> BreakerView:
    ill = breaker.ill_since is not None
    return BreakerView(
        system=system,
        operation_class=name,
        state=breaker.state,
        forced=breaker.forced,
        why=breaker.why if ill else None,
        ill_s=now - breaker.ill_since if breaker.ill_since is not None else None,
    )
