"""What overrides do in this process: hands each kind of them to whoever heeds it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from connectors.environment import Reporter
from connectors.guard import State, Switches, Tuning, Tunings
from gateway.demand.settings import DemandChanges
from gateway.overrides.bans import Bans
from gateway.overrides.override import BreakerIs, Entry, Limited, SystemIs
from gateway.overrides.tunings import tunings_of

Limit = Callable[[Mapping[str, DemandChanges]], object]
"""Has exactly these clients ask by other limits than the settings say."""


class Breakers(Protocol):
    """Every breaker of this process."""

    def force(self, system: str, state: State | None, operation_class: str | None = None) -> None:
        """Keep it open or closed; None lets it decide. Raises LookupError for one that is not there."""
        ...


class Effects:
    """To be called with all overrides that hold. What has not changed is not touched."""

    def __init__(
        self,
        *,
        bans: Bans,
        switches: Switches,
        limit: Limit,
        breakers: Breakers | None,
        report: Reporter,
        tunings: Tunings | None = None,
    ) -> None:
        self._bans = bans
        self._switches = switches
        self._limit = limit
        self._breakers = breakers
        self._report = report
        self._tunings = tunings
        self._untunable: dict[str, str] = {}
        self._limits: dict[str, dict[str, Any]] = {}
        self._forced: dict[str, list[BreakerIs]] = {}

    def __call__(self, entries: Iterable[Entry]) -> None:
        """From now on *entries* hold in this process, and no others."""
        found = tuple(entries)
        said = [each.override for each in found]
        self._bans.set(found)
        self._switches.set({each.system: each.state for each in said if isinstance(each, SystemIs)})
        self._change_limits({each.client: each.limits for each in said if isinstance(each, Limited)})
        self._force([each for each in said if isinstance(each, BreakerIs)])
        self._tune(tunings_of(said))

    def _change_limits(self, limits: Mapping[str, DemandChanges]) -> None:
        # Written out: of two bounds that are both null one may be unlimited, and the other not said.
        wanted = {name: each.model_dump(exclude_unset=True) for name, each in limits.items()}
        if wanted != self._limits:
            self._limit(limits)
            self._limits = wanted

    def _tune(self, tunings: Mapping[str, Tuning]) -> None:
        if self._tunings is None:
            return
        why = self._tunings.set(tunings)
        for system, each in why.items():
            if self._untunable.get(system) != each:
                # A replica with other settings has said it, or what it went together with has ended.
                self._report.warning("override_not_possible", system=system, why=each)
        self._untunable = why

    def _force(self, wanted: Iterable[BreakerIs]) -> None:
        by_system: dict[str, list[BreakerIs]] = {}
        # What is said of all classes first: it is narrowed by what is said of one.
        for each in sorted(wanted, key=lambda each: each.operation_class or ""):
            by_system.setdefault(each.system, []).append(each)
        for system in {*by_system, *self._forced}:
            if by_system.get(system, []) != self._forced.get(system, []):
                self._force_one(system, by_system.get(system, []))
        self._forced = by_system

    def _force_one(self, system: str, wanted: Iterable[BreakerIs]) -> None:
        if self._breakers is None:
            return
        try:
            self._breakers.force(system, None)
            for each in wanted:
                self._breakers.force(system, State(each.state), each.operation_class)
        except LookupError:
            # A replica with other settings has it.
            self._report.warning("override_without_breaker", system=system)
