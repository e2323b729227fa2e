"""How often each system was asked for what, so that laziness can be counted."""

from sandbox.call import SystemName


class CallCounter:
    """Calls received since the start or the last reset, by system and operation."""

    def __init__(self) -> None:
        self._counts: dict[SystemName, dict[str, int]] = {name: {} for name in SystemName}

    def count(self, system: SystemName, operation: str) -> None:
        """Add one call."""
        counts = self._counts[system]
        counts[operation] = counts.get(operation, 0) + 1

    def reset(self) -> None:
        """Start again from nothing."""
        for counts in self._counts.values():
            counts.clear()

    def as_json(self) -> dict[str, dict[str, int]]:
        """Counts by system and operation; every system is present."""
        return {str(name): dict(counts) for name, counts in self._counts.items()}
