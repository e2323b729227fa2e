"""
Watching: who follows calls through the guard, for metrics and traces. Here is only what the guard tells.

A watcher must be quick and must not raise; it changes nothing about a call.
"""

import contextlib
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

from connectors.guard.answer import Answer, Call

if TYPE_CHECKING:
    from connectors.guard.pipeline import Ask, Proceed
    from connectors.settings import SystemSettings


class Watcher(Protocol):
    """Follows the calls to one system. Of a call's arguments nothing may be told on."""

    def recalled(self, call: Call) -> None:
        """An earlier answer was given again."""
        ...

    def joined(self, call: Call) -> None:
        """An equal call was under way already, and its answer will be shared."""
        ...

    def waits(self, change: int) -> None:
        """One call more (1) or less (-1) waits for a place."""
        ...

    def turned_away(self, call: Call) -> None:
        """Too many were waiting for a place."""
        ...

    def asking(self, call: Call) -> AbstractContextManager[object]:
        """Entered when the system is asked, and left with its answer or with what went wrong."""
        ...


class Watch(Protocol):
    """Makes watchers."""

    def over(self, system: str, settings: "SystemSettings") -> Watcher:
        """The watcher of one system's calls."""
        ...


class Unwatched:
    """Nobody watches."""

    def over(self, system: str, settings: "SystemSettings") -> "Unwatched":  # noqa: ARG002 - the Protocol's names
        """Itself."""
        return self

    def recalled(self, call: Call) -> None:
        """Nobody is told."""

    def joined(self, call: Call) -> None:
        """Nobody is told."""

    def waits(self, change: int) -> None:
        """Nobody is told."""

    def turned_away(self, call: Call) -> None:
        """Nobody is told."""

    def asking(self, call: Call) -> AbstractContextManager[object]:  # noqa: ARG002 - the Protocol's name
        """Nobody is told."""
        return contextlib.nullcontext()


class Watched:
    """The stage around the wire that lets a watcher see a call that is really made."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher

    async def __call__(self, call: Call, ask: "Ask", *, proceed: "Proceed") -> Answer[Any]:
        """Proceed, watched."""
        with self._watcher.asking(call):
            return await proceed(call, ask)
