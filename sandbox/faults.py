"""Which fault each system suffers now: a board of switches. How a fault looks on the wire is `front`'s business."""

import dataclasses
import enum
from typing import Final

from sandbox.call import SystemName

DEFAULT_MS: Final = {"slow": 500, "drip": 100}


class FaultKind(enum.StrEnum):
    """What can be wrong with a system."""

    OFF = "off"
    SLOW = "slow"
    DRIP = "drip"
    CUT = "cut"
    FAULT = "fault"
    UNAVAILABLE = "503"
    NOT_MODIFIED = "304"
    HTML = "html"
    GARBAGE = "garbage"
    SESSION_EXPIRED = "session-expired"


class BadFaultError(ValueError):
    """A fault that cannot be set; the message says what is allowed."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault: its kind, its delay in milliseconds, and how many calls it spoils (None: until healed)."""

    kind: FaultKind
    ms: int
    times: int | None = None

    def as_json(self) -> dict[str, str | int | None]:
        """The fault as the control port shows it."""
        return {"kind": str(self.kind), "ms": self.ms, "times": self.times}


class FaultBoard:
    """The fault of each system, if any."""

    def __init__(self) -> None:
        self._faults: dict[SystemName, Fault] = {}

    def set(self, system: SystemName, fault: Fault) -> None:
        """Let *system* suffer *fault* from now on."""
        self._faults[system] = fault

    def heal(self, system: SystemName) -> None:
        """Make *system* well."""
        self._faults.pop(system, None)

    def suffered(self, system: SystemName) -> Fault | None:
        """The fault of *system*, or None while it is well."""
        return self._faults.get(system)

    def spend(self, system: SystemName) -> Fault | None:
        """The fault that the next call meets. A fault with a number of times counts down and heals itself."""
        fault = self._faults.get(system)
        if fault is None or fault.times is None:
            return fault
        if fault.times <= 1:
            self.heal(system)
        else:
            self._faults[system] = dataclasses.replace(fault, times=fault.times - 1)
        return fault

    def as_json(self) -> dict[str, dict[str, str | int | None] | None]:
        """The fault of every system, null for those that are well."""
        return {str(name): fault.as_json() if (fault := self.suffered(name)) else None for name in SystemName}


def read_fault(system: SystemName, wish: object) -> Fault:
    """The fault that a control port body asks for; BadFaultError when it does not make sense."""
    if not isinstance(wish, dict) or not set(wish) <= {"kind", "ms", "times"}:
        raise BadFaultError("Send a JSON object with kind, and optionally ms and times.")
    kind = _kind(wish.get("kind"))
    if kind is FaultKind.SESSION_EXPIRED and system is not SystemName.HSS:
        raise BadFaultError("Only hss has sessions that can expire.")
    times = _whole(wish.get("times"), "times", least=1) if wish.get("times") is not None else None
    if times is not None and kind in {FaultKind.OFF, FaultKind.SESSION_EXPIRED}:
        raise BadFaultError(f"{kind} cannot be limited by times: no call arrives to be counted.")
    ms = wish.get("ms", DEFAULT_MS.get(kind, 0))
    return Fault(kind=kind, ms=_whole(ms, "ms", least=0), times=times)


def _kind(value: object) -> FaultKind:
    try:
        return FaultKind(str(value))
    except ValueError:
        raise BadFaultError(f"kind must be one of {', '.join(FaultKind)}.") from None


def _whole(value: object, name: str, *, least: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= 600_000:
        raise BadFaultError(f"{name} must be a whole number from {least} to 600000.")
    return value
