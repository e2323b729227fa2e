"""Where a value came from: every object that a legacy system answered carries its source."""

import datetime as dt
import enum
from typing import NamedTuple

import strawberry

from schema.field import field
from schema.policy import OURS, STAFF, DataClass, governed


@strawberry.enum(description="How fresh a value is.")
class Freshness(enum.Enum):
    """How fresh a value is."""

    LIVE = strawberry.enum_value("LIVE", description="The system was asked while this question was answered.")
    CACHED = strawberry.enum_value("CACHED", description="Answered from the cache, within its fresh time.")
    STALE = strawberry.enum_value("STALE", description="Older than its fresh time; given rather than nothing.")


@governed(DataClass.OPERATIONAL)
@strawberry.type(description="The system an object came from, and when it was asked.")
class Source:
    """
    The system an object came from, and when it was asked.

    Age and freshness depend on the clock and are added by `resolvers`.
    """

    system: str = field("The system's name in this gateway's configuration.", audiences=OURS)
    operation: str = field("The operation of that system which answered.", audiences=STAFF)
    fetched_at: dt.datetime = strawberry.field(description="When the system answered.")
    fresh_until: strawberry.Private[dt.datetime | None] = None


class Ref(NamedTuple):
    """
    What an id stands for: the kind of thing, the system that owns it and the keys under which that system knows it.

    A Ref may hold personal data (a line's key is its number); it leaves the gateway only sealed (`resolvers.ids`).
    """

    kind: str
    system: str
    key: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Ref({self.kind}, {self.system})"
