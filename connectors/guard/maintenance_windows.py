"""
Maintenance windows: when a system is taken away by those who run it. The one place that knows cron.

A window begins where its cron line says, by the wall clock of its zone, and lasts so many minutes of real time. On the
night when the clock goes forward a beginning that does not exist is the first instant after the gap; when it goes
back, one that exists twice is the first of the two, unless the line says `*` or `*/n` for minute or hour and so means
every hour or minute that passes (as Debian's cron has it).
"""

import dataclasses
import datetime as dt
import heapq
from collections.abc import Iterator, Sequence
from typing import Annotated

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from connectors.zone import Zone

_FAR = dt.timedelta(days=1)
"""Windows that follow each other without a gap are joined this far ahead, and looked at again then."""


def _cron(value: str) -> str:
    if len(value.split()) != 5:
        raise ValueError("not five fields; write minute, hour, day, month and weekday, such as `0 2 * * *`")
    try:
        ever = next(CronSim(value, dt.datetime(2000, 1, 1, tzinfo=dt.UTC)), None)
    except CronSimError as exc:
        why = str(exc).removeprefix("Bad ")
        raise ValueError(f"its {why} cannot be read; write something like `0 2 * * *` (daily at two)") from exc
    if ever is None:
        raise ValueError("there is no such day; write something like `0 2 * * *` (daily at two)")
    return value


class WindowSettings(BaseModel):
    """When a system is taken away by those who run it."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    cron: Annotated[str, Field(max_length=200), AfterValidator(_cron)] = Field(
        description="When it begins: minute, hour, day of month, month and weekday, such as 0 2 * * SUN."
    )
    zone: Zone = Field(description="The time zone in which it is said, such as Europe/Madrid.")
    minutes: int = Field(ge=1, le=1440, description="Minutes it lasts.")


@dataclasses.dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which nothing changes: whether it is within a window, and when that may be another; both in UTC."""

    within: bool
    since: dt.datetime
    until: dt.datetime

    def holds(self, now: dt.datetime) -> bool:
        """Whether this is still what there is at *now*."""
        return self.since <= now < self.until


def stretch(windows: Sequence[WindowSettings], now: dt.datetime) -> Stretch:
    """What there is from *now* on. Costs a millisecond or so: ask again when it no longer holds."""
    until: dt.datetime | None = None
    for begins, ends in heapq.merge(*(_from(window, now) for window in windows)):
        if begins > (until or now):
            return Stretch(until is not None, now, until or begins)
        until = max(until or ends, ends)
        if until > now + _FAR:
            break
    return Stretch(until is not None, now, until or dt.datetime.max.replace(tzinfo=dt.UTC))


def _from(window: WindowSettings, now: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """The beginnings and ends of *window*, in order, from the first that ends after *now*."""
    lasts = dt.timedelta(minutes=window.minutes)
    # A second more: cron looks for what comes strictly after its beginning, in whole seconds.
    start = (now - lasts - dt.timedelta(seconds=1)).astimezone(window.zone)
    for found in CronSim(window.cron, start):
        begins = found.astimezone(dt.UTC)
        if begins + lasts > now:
            yield begins, begins + lasts
