"""What an operator means by reload: credentials that were renewed, and settings that were written anew."""

import asyncio
from typing import Any, Final, Protocol

from gateway.audit.record import Changed
from gateway.audit.writer import Audit
from gateway.control.commands import Refused
from gateway.generations.compared import Compared
from gateway.log import logger
from gateway.mistakes import SettingsError
from gateway.overrides.opening import on_record
from gateway.renewal import Outcome
from gateway.settings import Settings

_BY: Final = "the settings file"
_WHY: Final = "reload"
_MOST: Final = 20
"""So many changes are named on record; of more it is said how many."""


class Written(Protocol):
    """Where settings are written."""

    def load(self) -> Settings:
        """They as they are now. Raises SettingsError."""
        ...


class Reloaded(Protocol):
    """The gateway, as far as it can be told."""

    async def look(self) -> dict[str, Outcome]:
        """Look at the files of credentials now."""
        ...

    async def become(self, settings: Settings) -> Compared:
        """Have *settings* hold as far as they can. Raises SettingsError."""
        ...


class Reloading:
    """Reloads *gateway*, and has it written down."""

    def __init__(self, gateway: Reloaded, *, audit: Audit | None) -> None:
        self._gateway = gateway
        self._audit = audit
        self.source: Written | None = None
        """Where the settings come from; None: they do not change."""

    async def __call__(self) -> dict[str, Any]:
        """What came of it, as JSON can hold it. Raises Refused where the settings cannot be used; all is as before."""
        found: dict[str, Any] = {"systems": {name: str(each) for name, each in (await self._gateway.look()).items()}}
        if self.source is not None:
            changed = await self._reread(self.source)
            found["settings"] = {"changed": list(changed.at_once), "after_restart": list(changed.after_restart)}
        return found

    async def _reread(self, source: Written) -> Compared:
        try:
            # In a thread: a folder may be far away, and must not hold up questions.
            settings = await asyncio.to_thread(source.load)
            changed = await self._gateway.become(settings)
        except SettingsError as exc:
            logger().warning("settings_not_reloaded", why=str(exc))
            raise Refused(f"the settings cannot be used, so nothing of them was changed: {exc}") from None
        if changed.at_once or changed.after_restart:
            logger().info("settings_reloaded", changed=changed.at_once, after_restart=changed.after_restart)
        if changed.at_once:
            await on_record(self._audit, Changed(by=_BY, why=_WHY, what=_what(changed)), logger())
        return changed


def _what(changed: Compared) -> str:
    named, more = changed.at_once[:_MOST], len(changed.at_once) - _MOST
    return f"settings changed: {', '.join(named)}{f' and {more} more' if more > 0 else ''}"
