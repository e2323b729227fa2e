"""The switch of a system: whether its operator lets it be asked at all. What is kept may answer, above this stage."""

import enum
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from connectors.errors import SwitchedOff, UnderMaintenance
from connectors.guard.answer import Answer, Call
from connectors.guard.watch import Event, Unwatched, Watcher

if TYPE_CHECKING:
    from connectors.guard.pipeline import Ask, Proceed


class SystemState(enum.StrEnum):
    """How a system stands that is not simply on."""

    READ_ONLY = "read_only"  # What may change something is not asked.
    OFF = "off"  # Nothing is asked.
    MAINTENANCE = "maintenance"  # Nothing is asked, and callers read that it is meant.


class Switch:
    """One system's. Whoever holds it sees each change at once."""

    __slots__ = ("state",)

    def __init__(self) -> None:
        self.state: SystemState | None = None
        """None: it is on."""


class Switches:
    """Those of all systems of this process, made as their guards are."""

    def __init__(self) -> None:
        self._switches: dict[str, Switch] = {}

    def of(self, system: str) -> Switch:
        """The switch of *system*, the same each time."""
        return self._switches.setdefault(system, Switch())

    def set(self, states: Mapping[str, SystemState]) -> None:
        """From now on *states* hold, and every other system is on."""
        for system, switch in self._switches.items():
            switch.state = states.get(system)


class Switched:
    """The switch as a stage of its system's guard: while it is on, one look at it."""

    def __init__(self, switch: Switch, *, watcher: Watcher | None = None) -> None:
        self._switch = switch
        self._watcher = watcher or Unwatched()

    async def __call__(self, call: Call, ask: "Ask", *, proceed: "Proceed") -> Answer[Any]:
        """Proceed where the call may be made, else raise UnderMaintenance or SwitchedOff. What is under way goes on."""
        state = self._switch.state
        if state is None or (state is SystemState.READ_ONLY and call.repeatable):
            return await proceed(call, ask)
        if state is SystemState.MAINTENANCE:
            self._watcher.tells(call, Event.MAINTENANCE)
            raise UnderMaintenance("put under maintenance by hand", system=call.system, operation=call.operation)
        self._watcher.tells(call, Event.REFUSED)
        why = "switched off by hand" if state is SystemState.OFF else "made read-only by hand"
        raise SwitchedOff(why, system=call.system, operation=call.operation)
