"""What there is to override in this gateway, as its settings say: anything else is a slip of the hand."""

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from connectors.guard import GuardSettings, Tuning, tuned
from connectors.guard.freshness import EVERY
from gateway.overrides.document import NotTaken
from gateway.overrides.override import (
    Banned,
    BreakerIs,
    CacheIs,
    Limited,
    Override,
    Revoked,
    Suspended,
    SystemIs,
    SystemLimited,
)
from gateway.overrides.tunings import tunings_of


class System(Protocol):
    """The settings of a system."""

    @property
    def guard(self) -> GuardSettings:
        """How much it may be asked."""
        ...

    def check_guard(self, guard: GuardSettings) -> None:
        """Raises ValueError, in a sentence for the operator, where a system of this kind may not be used so."""
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """The *clients* by name, None where they are not told apart, and the classes of operations of each system."""

    clients: Collection[str] | None
    systems: Mapping[str, Collection[str]]
    """By system the classes that have breakers of their own; none where breakers are off."""

    settings: Mapping[str, System] = dataclasses.field(default_factory=dict)

    def check(self, override: Override, beside: Iterable[Override] = ()) -> None:
        """Raises NotTaken where *override* is about what there is not, or cannot be with those *beside* it."""
        match override:
            case Suspended() | Revoked():
                self._check_client(override.client)
            case Limited():
                self._check_client(override.client)
                if not override.limits.model_fields_set:
                    raise NotTaken("name at least one limit")
            case Banned():
                if override.client is not None:
                    self._check_client(override.client)
            case SystemIs() | BreakerIs() | SystemLimited() | CacheIs():
                self._check_of_system(override, beside)

    def _check_client(self, name: str) -> None:
        if self.clients is None:
            raise NotTaken("clients are not told apart here; the settings have no [access]")
        if name not in self.clients:
            raise NotTaken(f"there is no such client; there are: {', '.join(sorted(self.clients))}")

    def _check_of_system(
        self, override: SystemIs | BreakerIs | SystemLimited | CacheIs, beside: Iterable[Override]
    ) -> None:
        classes = self._classes(override.system)
        match override:
            case BreakerIs():
                if not classes:
                    raise NotTaken(f"{override.system} has no breakers")
                if override.operation_class is not None and override.operation_class not in classes:
                    raise NotTaken(f"there is no such class of operations; there are: {', '.join(sorted(classes))}")
            case SystemLimited():
                self._check_limits(override)
            case CacheIs():
                self._check_times(override, beside)

    def _check_limits(self, override: SystemLimited) -> None:
        if not override.limits.model_fields_set:
            raise NotTaken("name at least one limit")
        found = self._tuned(override.system, Tuning(override.limits))
        if "burst" in override.limits.model_fields_set and (found is None or found.budget is None):
            raise NotTaken("a burst is one of calls per second, which nothing limits; give calls_per_s, too")

    def _check_times(self, override: CacheIs, beside: Iterable[Override]) -> None:
        if not override.times.model_fields_set:
            raise NotTaken("name at least one time")
        if override.operation == EVERY:
            raise NotTaken("leave the operation out, and it is about each")
        others = (each for each in beside if isinstance(each, CacheIs) and each.key != override.key)
        self._tuned(override.system, tunings_of([*others, override])[override.system])

    def _tuned(self, system: str, tuning: Tuning) -> GuardSettings | None:
        found = self.settings.get(system)
        if found is None:
            return None
        try:
            guard = tuned(found.guard, tuning)
            found.check_guard(guard)
        except ValueError as exc:
            raise NotTaken(str(exc)) from None
        return guard

    def _classes(self, system: str) -> Collection[str]:
        found = self.systems.get(system)
        if found is None:
            raise NotTaken(f"there is no such system; there are: {', '.join(sorted(self.systems))}")
        return found
