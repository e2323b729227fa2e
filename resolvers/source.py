"""How old a value is, told at the moment it is given."""

import datetime as dt

from resolvers.context import Context
from resolvers.edge import computed
from schema.source import Freshness, Source


@computed(
    Source, name="age_seconds", description="Seconds since the system answered, rounded down; 0 when it was just asked."
)
def age_seconds(source: Source, context: Context) -> int:
    """Seconds since the system answered."""
    return max(0, int(_age(source, context.graph.clock.now()).total_seconds()))


@computed(
    Source,
    name="freshness",
    description="Whether the system was asked for this question, or an earlier answer was given again.",
    placed=True,
)
def freshness(source: Source, context: Context) -> Freshness:
    """LIVE when the answer came after this question began; else CACHED or STALE by its fresh time or the caller's."""
    if source.fetched_at >= context.started_at:
        return Freshness.LIVE
    if context.is_too_old(source):
        return Freshness.STALE
    now = context.graph.clock.now()
    if source.fresh_until is not None and now >= source.fresh_until:
        return Freshness.STALE
    return Freshness.STALE if _is_beyond_what_holds_now(source, context, now) else Freshness.CACHED


def _is_beyond_what_holds_now(source: Source, context: Context, now: dt.datetime) -> bool:
    # An object keeps the time that was usual when it came. An operator may have said a shorter one since.
    tunings = context.graph.tunings
    live = None if tunings is None else tunings.other_times.get(source.system)
    windows = None if live is None else live.windows(source.operation)
    return windows is not None and _age(source, now).total_seconds() >= windows.fresh_s


def _age(source: Source, now: dt.datetime) -> dt.timedelta:
    return now - source.fetched_at
