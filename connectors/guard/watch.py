"""
Watching: who follows calls through the guard, for metrics and traces. Here is only what the guard tells.

A watcher must be quick and must not raise; it changes nothing about a call.
"""

import contextlib
import enum
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

from connectors.guard.answer import Answer, Call

if TYPE_CHECKING:
    from connectors.guard.pipeline import Ask, Proceed
    from connectors.settings import SystemSettings


class Event(enum.StrEnum):
    """What happened to a call within the guard, in the words of the metrics. That a system was asked is told apart."""

    CACHED = "cached"  # An earlier answer was given again.
    SHARED = "shared"  # An equal call was under way already, and its answer will be shared.
    STALE = "stale"  # An earlier answer was given beyond its fresh time.
    NEGATIVE = "negative"  # An earlier answer that the system does not know it was given again.
    CONFIRMED = "confirmed"  # The system was asked, and said that what is kept still holds.
    REFRESHED = "refreshed"  # What was given beyond its fresh time has been asked for anew.
    NOT_REFRESHED = "not_refreshed"  # It was asked for anew in vain.
    TURNED_AWAY = "turned_away"  # Too many were waiting for a place.
    REFUSED = "refused"  # Its system is ill, and is not asked for now.
    MAINTENANCE = "maintenance"  # Its system is within a maintenance window.
    AWAITED = "awaited"  # Another replica was asking the same, and its answer was waited for.
    OVER_BUDGET = "over_budget"  # The calls that its system may be given each second were taken.
    RETRIED = "retried"  # A try failed, and another one will be made.
    HEDGED = "hedged"  # No answer had come for a while, and the same is asked a second time beside the first.


class Level(enum.StrEnum):
    """A quantity that goes up and down."""

    MAINTENANCE = "maintenance"  # One while the system is within a maintenance window, else zero.
    WAITING = "waiting"  # Calls that wait for a place, or for their turn in the budget.
    PLACES = "places"  # Calls that the system may be given at once.
    IN_USE = "in_use"  # Places that are taken.


class Watcher(Protocol):
    """Follows the calls to one system. Of a call's arguments nothing may be told on."""

    def tells(self, call: Call, event: Event) -> None:
        """*event* happened to *call*."""
        ...

    def moves(self, level: Level, change: float) -> None:
        """*level* is higher by *change*, or lower."""
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

    def tells(self, call: Call, event: Event) -> None:
        """Nobody is told."""

    def moves(self, level: Level, change: float) -> None:
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
