"""Breakers in the words of commands: what the desk shows of them, and how it forces one."""

from typing import Any

from connectors.guard import Breakers, State


class BreakersInWords:
    """The breakers of this process, as an operator reads and names them."""

    def __init__(self, breakers: Breakers) -> None:
        self._breakers = breakers

    def snapshot(self) -> list[dict[str, Any]]:
        """Each breaker with its state; why and for how many seconds it has been ill, while it is."""
        return [
            {
                "system": each.system,
                "class": each.operation_class,
                "state": str(each.state),
                "forced": each.forced,
                "why": None if each.why is None else str(each.why),
                "ill_s": None if each.ill_s is None else round(each.ill_s, 1),
            }
            for each in self._breakers.snapshot()
        ]

    def force(self, system: str, state: str | None, operation_class: str | None) -> None:
        """Keep it `open` or `closed`; None lets it decide. Raises LookupError for one that is not there."""
        self._breakers.force(system, None if state is None else State(state), operation_class)
