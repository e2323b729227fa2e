"""Periods of time."""

import datetime as dt

import strawberry
from strawberry import federation

from schema.policy import DataClass, governed


@governed(DataClass.OPERATIONAL)
@federation.type(shareable=True, description="A period of time. A missing end means open.")
class TimePeriod:
    """A period of time; `None` at either end means open there."""

    start: dt.datetime | None = strawberry.field(description="First instant; null when unknown or open.")
    end: dt.datetime | None = strawberry.field(description="Last instant; null when open.")
