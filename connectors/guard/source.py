"""The source that a connector writes on what it has just decoded."""

import datetime as dt

from connectors.clock import Clock
from connectors.guard.settings import GuardSettings
from schema.source import Source


def source_of(system: str, operation: str, *, settings: GuardSettings, clock: Clock) -> Source:
    """A source as of now; it stays fresh for as long as the operator lets this operation's answers be given again."""
    now = clock.now()
    fresh_s = settings.fresh_s.get(operation, 0.0)
    fresh_until = now + dt.timedelta(seconds=fresh_s) if fresh_s > 0 else None
    return Source(system=system, operation=operation, fetched_at=now, fresh_until=fresh_until)
