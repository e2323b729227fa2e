"""What overrides say of the limits and cache times of systems, put together by system. Pure."""

from collections.abc import Iterable

from connectors.guard import CacheTimes, SystemLimits, Tuning
from connectors.guard.freshness import EVERY
from gateway.overrides.override import CacheIs, Override, SystemLimited


def tunings_of(said: Iterable[Override]) -> dict[str, Tuning]:
    """What is said over the limits and cache times of each system that it is said of."""
    limits: dict[str, SystemLimits] = {}
    times: dict[str, dict[str, CacheTimes]] = {}
    for each in said:
        match each:
            case SystemLimited():
                limits[each.system] = each.limits
            case CacheIs():
                times.setdefault(each.system, {})[each.operation or EVERY] = each.times
    return {system: Tuning(limits.get(system), times.get(system, {})) for system in {*limits, *times}}
