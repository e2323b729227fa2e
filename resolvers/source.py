"""How old a value is, told at the moment it is given."""

import datetime as dt
from typing import Any

import strawberry
from strawberry.types import Info

from resolvers.context import context
from resolvers.edge import edge
from schema.source import Freshness, Source


@edge(Source, description="Seconds since the system answered, rounded down; 0 when it was just asked.")
def age_seconds(root: strawberry.Parent[Source], info: Info[Any, Any]) -> int:
    """Seconds since the system answered."""
    return max(0, int(_age(root, context(info).graph.clock.now()).total_seconds()))


@edge(Source, description="Whether the system was asked for this question, or an earlier answer was given again.")
def freshness(root: strawberry.Parent[Source], info: Info[Any, Any]) -> Freshness:
    """LIVE when the answer came after this question began; else CACHED or STALE by its fresh time."""
    if root.fetched_at >= context(info).started_at:
        return Freshness.LIVE
    if root.fresh_until is not None and context(info).graph.clock.now() > root.fresh_until:
        return Freshness.STALE
    return Freshness.CACHED


def _age(source: Source, now: dt.datetime) -> dt.timedelta:
    return now - source.fetched_at
