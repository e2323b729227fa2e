"""What there is to override in this gateway, as its settings say: anything else is a slip of the hand."""

import dataclasses
from collections.abc import Collection, Mapping

from gateway.overrides.document import NotTaken
from gateway.overrides.override import Banned, BreakerIs, Limited, Override, Revoked, Suspended, SystemIs


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """The *clients* by name, None where they are not told apart, and the classes of operations of each system."""

    clients: Collection[str] | None
    systems: Mapping[str, Collection[str]]
    """By system the classes that have breakers of their own; none where breakers are off."""

    def check(self, override: Override) -> None:
        """Raises NotTaken where *override* is about what there is not."""
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
            case SystemIs():
                self._classes(override.system)
            case BreakerIs():
                classes = self._classes(override.system)
                if not classes:
                    raise NotTaken(f"{override.system} has no breakers")
                if override.operation_class is not None and override.operation_class not in classes:
                    raise NotTaken(f"there is no such class of operations; there are: {', '.join(sorted(classes))}")

    def _check_client(self, name: str) -> None:
        if self.clients is None:
            raise NotTaken("clients are not told apart here; the settings have no [access]")
        if name not in self.clients:
            raise NotTaken(f"there is no such client; there are: {', '.join(sorted(self.clients))}")

    def _classes(self, system: str) -> Collection[str]:
        found = self.systems.get(system)
        if found is None:
            raise NotTaken(f"there is no such system; there are: {', '.join(sorted(self.systems))}")
        return found
