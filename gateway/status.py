"""What a process says of itself when an operator asks: how much there is of each thing, and how much there may be."""

import datetime as dt
import os
import time
from collections.abc import Callable, Mapping, Sequence, Sized
from typing import Any

from connectors.clock import Clock
from connectors.guard import Tunings
from connectors.guard.maintenance_windows import WindowSettings, stretch
from connectors.guard.watch import Level
from gateway.settings import AnySystem, Settings
from gateway.stores.layered import Near
from gateway.telemetry.calls import SystemWatch
from gateway.telemetry.telemetry import Telemetry

Row = dict[str, Any]


class Status:
    """The parts of the status that are numbers. Nothing in them is personal."""

    def __init__(
        self,
        settings: Settings,
        *,
        store: Near,
        memory: Sized | None,
        watching: Telemetry,
        watches: Mapping[str, SystemWatch],
        clock: Clock,
        tunings: Tunings | None = None,
    ) -> None:
        self._tunings = tunings or Tunings()
        self._settings = settings
        self._store = store
        self._memory = memory
        self._watching = watching
        self._watches = watches
        self._clock = clock

    def sections(self) -> dict[str, Callable[[], Any]]:
        """By name, what makes each part. What is switched off says None."""
        return {
            "process": lambda: {"pid": os.getpid()},
            "load": self._load,
            "cache": self._cache,
            "identity": self._identity,
            "redis": self._shared,
        }

    def _load(self) -> list[Row]:
        loads = {name: watch.load for name, watch in self._watches.items()}
        return [
            {
                "system": name,
                "in_use": load.level(Level.IN_USE),
                "places": load.level(Level.PLACES),
                "waiting": load.level(Level.WAITING),
                "calls_per_s": load.calls_per_s(time.perf_counter()),
                **self._budget(name, self._settings.systems[name]),
                "maintenance_until": _until(self._settings.systems[name].guard.maintenance, self._clock.now()),
            }
            for name, load in sorted(loads.items())
        ]

    def _budget(self, name: str, system: AnySystem) -> Row:
        guard = self._tunings.now(name, system.guard)
        budget = guard.budget
        if budget is None:
            return {"budget_per_s": None, "budget_is_shared": False}
        # While all replicas share one count each of them may have all of it, else this process has its part.
        redis = self._watching.redis_seen
        shared = redis is not None and redis.is_there is True
        return {
            "budget_per_s": round(budget.calls_per_s / (1 if shared else guard.parts), 1),
            "budget_is_shared": shared,
        }

    def _cache(self) -> Row:
        may = self._settings.cache
        return {
            "entries": len(self._store),
            "max_entries": may.max_entries,
            "bytes": self._store.size_bytes,
            "max_bytes": may.max_bytes,
        }

    def _identity(self) -> Row | None:
        if self._memory is None:
            return None
        return {"entries": len(self._memory), "max_entries": self._settings.identity.max_entries}

    def _shared(self) -> Row | None:
        redis = self._watching.redis_seen
        return None if redis is None else {"there": redis.is_there, "since": _written(redis.since)}


def _until(windows: Sequence[WindowSettings], now: dt.datetime) -> str | None:
    found = stretch(windows, now) if windows else None
    return _written(found.until) if found is not None and found.within else None


def _written(at: dt.datetime | None) -> str | None:
    return None if at is None else at.astimezone(dt.UTC).isoformat(timespec="seconds")
