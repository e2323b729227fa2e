"""`extensions.sources` of a response: every call behind the answer, for those who ask for it."""

from collections.abc import Collection
from typing import Any, Final

from connectors.guard.given import Given
from resolvers.context import Context
from resolvers.source import age_seconds, freshness
from schema.source import Freshness, Source

MAX_SOURCES: Final = 100
"""More are counted and not told one by one."""


def told(given: Collection[Given], context: Context) -> dict[str, Any]:
    """The members `sources` and, where there are more than MAX_SOURCES, `sourcesOmitted`."""
    # What two parts of one question were given at the very same instant is one call; a failure has no such mark.
    calls = list(
        {(each.system, each.operation, each.fetched_at or place): each for place, each in enumerate(given)}.values()
    )
    found: dict[str, Any] = {"sources": [_told(each, context) for each in calls[:MAX_SOURCES]]}
    if len(calls) > MAX_SOURCES:
        found["sourcesOmitted"] = len(calls) - MAX_SOURCES
    return found


def _told(given: Given, context: Context) -> dict[str, Any]:
    call = {"system": given.system, "operation": given.operation}
    if given.fetched_at is None:
        return {**call, "error": given.code}
    source = Source(
        system=given.system,
        operation=given.operation,
        fetched_at=given.fetched_at,
        fresh_until=given.fresh_until,
    )
    return {
        **call,
        "fetchedAt": given.fetched_at,
        "ageSeconds": age_seconds(source, context),
        "freshness": _freshness(given, source, context).name,
    }


def _freshness(given: Given, source: Source, context: Context) -> Freshness:
    # A field may have wanted younger values than the operation, whose context this is.
    if given.max_age_s is not None and (context.started_at - source.fetched_at).total_seconds() > given.max_age_s:
        return Freshness.STALE
    return freshness(source, context)
