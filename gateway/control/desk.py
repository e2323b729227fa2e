"""The desk of one process: does what a command says, here. How it gets to the other workers is not its business."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import Any, Protocol

from connectors.guard.subject import Subject, SubjectKind
from connectors.numbering import NumberingPlan
from gateway.control.commands import (
    Command,
    ForceBreaker,
    GoBack,
    History,
    Invalidate,
    Lift,
    Look,
    Note,
    Overrides,
    Put,
    Refused,
    Reload,
    Status,
    Usage,
)
from gateway.control.invalidation import Invalidation, Spread


class Breakers(Protocol):
    """Every breaker of this process."""

    def snapshot(self) -> Iterable[Mapping[str, Any]]:
        """How each one is, in words and numbers."""
        ...

    def force(self, system: str, state: str | None, operation_class: str | None) -> None:
        """Keep it `open` or `closed`; None lets it decide. Raises LookupError for one that is not there."""
        ...


class Counts(Protocol):
    """Which fields clients asked of this process."""

    def told(self, *, client: str | None, field: str | None, unused: bool) -> dict[str, Any]:
        """As JSON can hold it. Raises LookupError for a field that the graph does not have."""
        ...


class Overriding(Protocol):
    """What operators say over the settings, as this process keeps it."""

    async def do(self, command: Put | Lift | GoBack | Overrides | History | Note | Look) -> dict[str, Any]:
        """Do it, and tell what came of it as JSON can hold it. Raises Refused."""
        ...

    def status(self) -> dict[str, Any]:
        """What holds now, as JSON can hold it."""
        ...


Reloading = Callable[[], Awaitable[dict[str, Any]]]
Section = Callable[[], Any]
"""A part of the status: what it is now, as JSON can hold it, and nothing personal."""


class Desk:
    """What one process can be told. *sections* are the parts of its status by name."""

    def __init__(
        self,
        *,
        systems: Collection[str],
        numbering: NumberingPlan,
        invalidation: Invalidation,
        reload: Reloading,
        breakers: Breakers | None = None,
        sections: Mapping[str, Section] | None = None,
        usage: Counts | None = None,
        overriding: Overriding | None = None,
    ) -> None:
        self.invalidation = invalidation
        self._systems = systems
        self._numbering = numbering
        self._reload = reload
        self._breakers = breakers
        self._sections = sections or {}
        self._usage = usage
        self._overriding = overriding

    async def do(self, command: Command) -> dict[str, Any]:
        """Do it in this process, and tell what came of it as JSON can hold it. Raises Refused."""
        match command:
            case Status():
                return self._status()
            case Invalidate():
                return await self._forget(command)
            case ForceBreaker():
                return self._force(command)
            case Reload():
                return await self._reload()
            case Usage():
                return self._used(command)
            case Put() | Lift() | GoBack() | Overrides() | History() | Note() | Look():
                if self._overriding is None:
                    raise Refused("this gateway keeps no overrides")
                return await self._overriding.do(command)

    async def forget_everything(self) -> None:
        """Forget all that was kept, because it is not known any more what to forget of it."""
        await self.invalidation.here((), self._systems)

    def spread_by(self, spread: Spread) -> None:
        """From now on *spread* tells the other workers what to forget."""
        self.invalidation.spread = spread

    def _status(self) -> dict[str, Any]:
        breakers = () if self._breakers is None else self._breakers.snapshot()
        return {
            "systems": sorted(self._systems),
            "breakers": [dict(each) for each in breakers],
            "forgotten": {"subjects": self.invalidation.subjects},
            **({} if self._overriding is None else {"overrides": self._overriding.status()}),
            **{name: section() for name, section in self._sections.items()},
        }

    async def _forget(self, command: Invalidate) -> dict[str, Any]:
        if command.system is not None:
            self._check_system(command.system)
        subjects = [self._in_normal_form(about.subject) for about in command.subjects]
        await self.invalidation.here(subjects, [] if command.system is None else [command.system])
        return {"subjects": len(subjects)}

    def _in_normal_form(self, subject: Subject) -> Subject:
        if subject.kind is not SubjectKind.LINE:
            return subject
        readings = self._numbering.readings(subject.key)
        if len(readings) > 1:
            raise Refused("a number can be read in two ways; write it with a plus and the country code")
        if not readings:
            raise Refused("this number is not one of the numbering plan in the settings")
        (number,) = readings
        return Subject(SubjectKind.LINE, number)

    def _force(self, command: ForceBreaker) -> dict[str, Any]:
        self._check_system(command.system)
        if self._breakers is None:
            raise Refused("this gateway has no breakers")
        state = None if command.state == "auto" else command.state
        try:
            self._breakers.force(command.system, state, command.operation_class)
        except (LookupError, ValueError) as exc:
            raise Refused(str(exc.args[0]) if exc.args else "there is no such breaker") from None
        return {"system": command.system, "state": command.state}

    def _used(self, command: Usage) -> dict[str, Any]:
        if self._usage is None:
            raise Refused("this gateway does not count which fields are asked")
        try:
            return self._usage.told(client=command.client, field=command.field, unused=command.unused)
        except LookupError as exc:
            raise Refused(str(exc.args[0])) from None

    def _check_system(self, name: str) -> None:
        if name not in self._systems:
            raise Refused(f"there is no such system; there are: {', '.join(sorted(self._systems))}")


class FrontDesk:
    """Where a process is told: has the desk do it that is there now."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._spread: Spread | None = None

    def hand_over(self, desk: Desk) -> None:
        """From now on *desk* does it."""
        self._desk = desk
        if self._spread is not None:
            desk.spread_by(self._spread)

    async def do(self, command: Command) -> dict[str, Any]:
        """As `Desk` does."""
        return await self._desk.do(command)

    async def forget_everything(self) -> None:
        """As `Desk` does."""
        await self._desk.forget_everything()

    def spread_by(self, spread: Spread) -> None:
        """As `Desk` does, also by those to come."""
        self._spread = spread
        self._desk.spread_by(spread)
