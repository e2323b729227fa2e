"""
What one of several workers may use: the part of each limit that is promised for the whole gateway.

Pure. What a system bears stays whole: processes that share a Redis agree on who has how much of it, and all others take
their part by the number of processes, which is made known to them.
"""

import dataclasses
import math
import os
from typing import Literal

from gateway.settings import AnySystem, Settings
from gateway.settings_file import Source


def count(workers: int | Literal["auto"]) -> int:
    """How many workers that is; `auto` is one for each core that this process may run on."""
    if workers != "auto":
        return workers
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def part(settings: Settings, *, workers: int) -> Settings:
    """The *settings* of one of *workers*. Nobody gets less than one place."""
    connections = math.ceil(settings.server.max_connections / workers)
    return settings.model_copy(
        update={
            "server": settings.server.model_copy(update={"max_connections": connections, "workers": 1}),
            "demand": settings.demand.model_copy(update={"replicas": settings.demand.replicas * workers}),
            "systems": {name: _part(system, workers) for name, system in settings.systems.items()},
        }
    )


@dataclasses.dataclass(frozen=True, slots=True)
class PartOf:
    """Where the part of one of *workers* is written: in the settings of all."""

    source: Source
    workers: int

    def load(self) -> Settings:
        """It as it is now. Raises SettingsError."""
        return part(self.source.load(), workers=self.workers)


def _part(system: AnySystem, workers: int) -> AnySystem:
    guard = system.guard
    known = {"replicas": guard.parts * workers, "max_waiting": math.ceil(guard.max_waiting / workers)}
    return system.model_copy(update={"guard": guard.model_copy(update=known)})
