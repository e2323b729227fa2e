"""Maintenance: within a window of its operator a system is not asked. What is kept may answer, above this stage."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from connectors.clock import Clock
from connectors.errors import UnderMaintenance
from connectors.guard.answer import Answer, Call
from connectors.guard.maintenance_windows import Stretch, WindowSettings, stretch
from connectors.guard.watch import Event, Level, Unwatched, Watcher

if TYPE_CHECKING:
    from connectors.environment import Reporter
    from connectors.guard.pipeline import Ask, Proceed

_NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


class Maintenance:
    """
    The windows of one system, as a stage of its guard.

    What the log and the gauge say is as of the last call: a system that nobody asks is under no maintenance.
    """

    def __init__(
        self,
        windows: Sequence[WindowSettings],
        *,
        system: str,
        clock: Clock,
        watcher: Watcher | None = None,
        report: "Reporter | None" = None,
    ) -> None:
        self._windows = windows
        self._system = system
        self._clock = clock
        self._watcher = watcher or Unwatched()
        self._report = report
        self._now = Stretch(within=False, since=_NEVER, until=_NEVER)

    async def __call__(self, call: Call, ask: "Ask", *, proceed: "Proceed") -> Answer[Any]:
        """Proceed outside every window, else raise UnderMaintenance."""
        if self.ends_at(self._clock.now()) is not None:
            self._watcher.tells(call, Event.MAINTENANCE)
            raise UnderMaintenance("within a maintenance window", system=self._system, operation=call.operation)
        return await proceed(call, ask)

    def ends_at(self, now: dt.datetime) -> dt.datetime | None:
        """When the window that *now* is in ends, in UTC; None outside of one."""
        if not self._now.holds(now):
            self._look(now)
        return self._now.until if self._now.within else None

    def _look(self, now: dt.datetime) -> None:
        before, self._now = self._now, stretch(self._windows, now)
        if before.within is self._now.within:
            return
        self._watcher.moves(Level.MAINTENANCE, 1 if self._now.within else -1)
        if self._report is None:
            return
        if self._now.within:
            self._report.info("maintenance_began", system=self._system, until=self._now.until.isoformat())
        else:
            self._report.info("maintenance_ended", system=self._system)
