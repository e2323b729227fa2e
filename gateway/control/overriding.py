"""Overrides in the words of commands: what the desk says of them, and how it has them changed."""

from typing import Any

from connectors.clock import Clock
from gateway.audit.record import Changed
from gateway.audit.writer import Audit
from gateway.control.commands import Conflicting, GoBack, History, Lift, Look, Note, Overrides, Put, Refused
from gateway.log import logger
from gateway.overrides.document import Change, Conflict, NotTaken
from gateway.overrides.keeper import Keeper, Said
from gateway.overrides.opening import on_record
from gateway.overrides.override import Entry


class Overriding:
    """The overrides of this process, as an operator reads and changes them."""

    def __init__(self, keeper: Keeper, *, clock: Clock, audit: Audit | None = None) -> None:
        self._keeper = keeper
        self._audit = audit
        self._clock = clock

    def status(self) -> dict[str, Any]:
        """What holds here now, in words."""
        keeper = self._keeper
        held = [each.override.said for each in keeper.in_force]
        return {"version": keeper.document.version, "in_force": held, "trouble": keeper.trouble}

    async def do(self, command: Put | Lift | GoBack | Overrides | History | Note | Look) -> dict[str, Any]:
        """Do it, and tell what came of it as JSON can hold it. Raises Refused."""
        match command:
            case Look():
                await self._keeper.look()
                return {"version": self._keeper.document.version}
            case Overrides():
                await self._keeper.look()
                held = [_entry(each) for each in self._keeper.in_force]
                return {"version": self._keeper.document.version, "overrides": held}
            case History():
                await self._keeper.look()
                last = self._keeper.document.history[-command.most :]
                return {"version": self._keeper.document.version, "changes": [_change(each) for each in reversed(last)]}
            case Note():
                logger().info("control_changed", by=command.by, why=command.why, what=command.what)
                said = Changed(by=command.by, why=command.why, what=command.what)
                await on_record(self._audit, said, logger())
                return {}
            case _:
                return await self._changed(command)

    async def _changed(self, command: Put | Lift | GoBack) -> dict[str, Any]:
        if command.by_then is not None and self._clock.now() >= command.by_then:
            raise Refused("it was told too long ago, so it is not done any more")
        said = Said(by=command.by, why=command.why, expected=command.expected)
        try:
            match command:
                case Put():
                    change = await self._keeper.put(command.override, said, until=command.until)
                case Lift():
                    change = await self._keeper.lift(command.key, said)
                case GoBack():
                    change = await self._keeper.go_back(command.to, said)
        except Conflict as exc:
            raise Conflicting(str(exc)) from None
        except NotTaken as exc:
            raise Refused(str(exc)) from None
        return {"version": change.version, "did": change.did}


def _entry(entry: Entry) -> dict[str, Any]:
    return {"said": entry.override.said, **entry.model_dump(mode="json")}


def _change(change: Change) -> dict[str, Any]:
    return {**change.model_dump(mode="json", exclude={"steps"}), "steps": [_step(each) for each in change.steps]}


def _step(step: Any) -> dict[str, Any]:
    def words(entry: Entry | None) -> str | None:
        return None if entry is None else entry.override.said

    return {"before": words(step.before), "after": words(step.after)}
