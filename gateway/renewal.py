"""
Picks up new credentials and certificates of systems from their files, while calls go on.

Files are looked at every few seconds, and by their content: a link that was turned to another file counts, a file that
was only touched does not. What does not serve is told once, and what was there before stays in use.
"""

import asyncio
import dataclasses
import enum
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from pydantic import BaseModel

from connectors import renewal
from connectors.environment import Reporter
from connectors.renewal import Fingerprint
from resolvers.errors import where

LOOK_S = 2.0
"""So often files are looked at. What is new is used from the second look on, when it has stopped changing."""


class Renewable(Protocol):
    """What is let in somewhere: a connector, and whoever asks the Redis that replicas share."""

    def renew(self, settings: Any) -> None:
        """Use the credentials of *settings* from now on. Raises OSError or ValueError where they do not serve."""
        ...


class Outcome(enum.StrEnum):
    """What a look at the files of one system came to."""

    UNCHANGED = "unchanged"
    RENEWED = "renewed"
    KEPT = "kept"  # The new files do not serve; the log says why.


class Files:
    """
    When the files of one system are worth another try. Pure: is told what was seen.

    A certificate and its key are two files, written one after the other; so what has just changed is left alone until
    it is seen twice. What was refused is not tried again before it changes.
    """

    def __init__(self, in_use: Fingerprint) -> None:
        self.in_use = in_use
        self._refused: Fingerprint | None = None
        self._last = in_use

    def is_due(self, seen: Fingerprint, *, at_once: bool) -> bool:
        """Whether to use what was *seen*; *at_once* when somebody asks for it."""
        settled = seen == self._last
        self._last = seen
        if seen == self.in_use:
            self._refused = None
            return False
        return at_once or (settled and seen != self._refused)

    def took(self, seen: Fingerprint) -> None:
        """What was *seen* is used now."""
        self.in_use, self._refused = seen, None

    def refused(self, seen: Fingerprint) -> None:
        """What was *seen* does not serve."""
        self._refused = seen


@dataclasses.dataclass(slots=True)
class _Watched:
    """One system: its settings as they are used now, and the files that they are from."""

    settings: Any
    files: Files


class Renewals:
    """The files of all systems. To be made before the connectors are: what changes while they are made counts, too."""

    def __init__(self, settings: Mapping[str, BaseModel], *, report: Reporter) -> None:
        self._watched = {name: _Watched(each, Files(renewal.in_use(each))) for name, each in settings.items()}
        self._report = report
        self._looking = asyncio.Lock()

    def take_over(self, before: "Renewals", names: Iterable[str]) -> None:
        """Those of *names* go on as *before*: what is in use there is what was picked up last, whatever is new here."""
        self._watched.update({name: before._watched[name] for name in names})  # noqa: SLF001 - another one of us

    async def keep_looking(self, connectors: Mapping[str, Renewable], *, every_s: float = LOOK_S) -> None:
        """Look until cancelled. A surprise in one look ends none of those to come."""
        if not any(each.files.in_use for each in self._watched.values()):
            return
        while True:
            await asyncio.sleep(every_s)
            try:
                await self.look(connectors)
            except Exception as exc:  # noqa: BLE001 - whatever it is, the files are looked at again
                self._report.warning("credentials_not_looked_at", kind=type(exc).__name__, where=where(exc))

    async def look(self, connectors: Mapping[str, Renewable], *, at_once: bool = False) -> dict[str, Outcome]:
        """Have the *connectors* use what is new, at the second look unless *at_once*: what came of it by system."""
        async with self._looking:
            return {name: await self._look(name, connector, at_once) for name, connector in connectors.items()}

    async def _look(self, name: str, connector: Renewable, at_once: bool) -> Outcome:  # noqa: FBT001
        watched = self._watched[name]
        files, settings = watched.files, watched.settings
        # In a thread: a folder may be far away, and must not hold up calls.
        seen = await asyncio.to_thread(renewal.seen, settings)
        if not files.is_due(seen, at_once=at_once):
            return Outcome.UNCHANGED
        try:
            renewed = await asyncio.to_thread(renewal.reread, settings)
            connector.renew(renewed)
        except (ValueError, OSError) as exc:
            files.refused(seen)
            self._refuse(name, renewal.changed(files.in_use, seen), exc)
            return Outcome.KEPT
        self._report.info("credentials_renewed", system=name, settings=renewal.changed(files.in_use, seen))
        files.took(seen)
        watched.settings = renewed
        return Outcome.RENEWED

    def _refuse(self, name: str, settings: list[str], exc: ValueError | OSError) -> None:
        # OpenSSL's reason is a constant, such as KEY_VALUES_MISMATCH; nothing of a file stands in it.
        why = getattr(exc, "reason", None) or getattr(exc, "strerror", None) or str(exc)
        advice = f"put right the files of {', '.join(settings)}; what was there before stays in use"
        self._report.warning("credentials_not_renewed", system=name, why=str(why), do=advice)
