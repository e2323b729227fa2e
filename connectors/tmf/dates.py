"""Times as TMF servers write them (ISO 8601 with a zone, some without), read strictly into aware UTC."""

import datetime as dt
import functools
import re
import zoneinfo

from connectors.json import JsonError, JsonObject
from schema.period import TimePeriod

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
# Seconds may be absent: Java's own form drops them when they are zero.
_TIME = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})[Tt](?P<time>\d{2}:\d{2}(:\d{2})?)(\.(?P<fraction>\d{1,12}))?"
    r"(?P<offset>[Zz]|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_REMEMBERED = 4096
_LAST_YEAR = 9999
_FIRST_YEAR = 1
# Midnight in the easternmost zones (UTC+14) is 10:00 UTC of the day before.
_EASTERN_MIDNIGHT = dt.time(10)


def instant(text: str, *, zone: zoneinfo.ZoneInfo | None) -> dt.datetime:
    """
    An instant in UTC, to the microsecond.

    Without an offset in *text* it is local time of *zone*; without both it is a JsonError. A local time that the end
    of summer time makes occur twice is read as the first of the two; one that its beginning leaves out, by the clock of
    the winter, because systems work out ends of validity without a look at the zone.
    """
    moment = _moment(text)
    if moment.tzinfo is None:
        if zone is None:
            raise JsonError("has no time zone; set `zone`")
        moment = moment.replace(tzinfo=zone)
    return _in_zone(moment, dt.UTC)


def period(parent: JsonObject, name: str, *, zone: zoneinfo.ZoneInfo | None) -> TimePeriod | None:
    """
    The TimePeriod member of that name; None when absent or without either end.

    An absent end is open. So are an end in the year 9999 and a start in the year 1, which is how systems that cannot
    leave a date out write that there is none.
    """
    found = parent.child(name)
    if found is None:
        return None
    start = _end(found, "startDateTime", zone=zone, none=_FIRST_YEAR)
    end = _end(found, "endDateTime", zone=zone, none=_LAST_YEAR)
    return None if start is None and end is None else TimePeriod(start=start, end=end)


def instant_of(parent: JsonObject, name: str, *, zone: zoneinfo.ZoneInfo | None) -> dt.datetime | None:
    """The date-time member of that name; None when absent."""
    text = parent.text(name)
    if text is None:
        return None
    try:
        return instant(text, zone=zone)
    except JsonError as exc:
        raise JsonError(f"{parent.where(name)} {exc}") from None


def day(text: str, *, zone: zoneinfo.ZoneInfo | None) -> dt.date:
    """
    A calendar day, from a date or from a date-time (TMF632 types birthDate as the latter).

    Midnight, or a time without offset, means the day as written. Any other time is local midnight written in UTC: with
    *zone* it is the day there. Without, it is the day as written while every zone agrees, else JsonError.
    """
    if _DATE.fullmatch(text):
        return _moment(f"{text}T00:00").date()
    moment = _moment(text)
    if moment.tzinfo is None or moment.time() == dt.time.min:
        return moment.date()
    if zone is not None:
        return _in_zone(moment, zone).date()
    if moment.time() >= _EASTERN_MIDNIGHT:
        raise JsonError("may be the day before or after; set `zone`")
    return moment.date()


def day_of(parent: JsonObject, name: str, *, zone: zoneinfo.ZoneInfo | None) -> dt.date | None:
    """The calendar day that the member of that name holds; None when absent."""
    text = parent.text(name)
    if text is None:
        return None
    try:
        return day(text, zone=zone)
    except JsonError as exc:
        raise JsonError(f"{parent.where(name)} {exc}") from None


def _end(parent: JsonObject, name: str, *, zone: zoneinfo.ZoneInfo | None, none: int) -> dt.datetime | None:
    text = parent.text(name)
    if text is None:
        return None
    try:
        # The year as written: in UTC the last evening of 9999 may lie beyond the calendar.
        return None if _moment(text).year == none else instant(text, zone=zone)
    except JsonError as exc:
        raise JsonError(f"{parent.where(name)} {exc}") from None


def _in_zone(moment: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    try:
        return moment.astimezone(zone)
    except OverflowError:
        raise JsonError("is not a date of our calendar") from None


@functools.lru_cache(maxsize=_REMEMBERED)
def _moment(text: str) -> dt.datetime:
    # The latest ones are remembered, because beginnings and ends of validity stand in many answers.
    match = _TIME.fullmatch(text)
    if match is None:
        raise JsonError("is not an ISO 8601 date and time")
    # What is finer than a microsecond is cut off; rounding could move a time into the next year.
    micro = (match["fraction"] or "")[:6].ljust(6, "0")
    try:
        whole = dt.datetime.fromisoformat(f"{match['date']}T{match['time']}")
        return whole.replace(microsecond=int(micro), tzinfo=_offset(match["offset"]))
    except ValueError:
        raise JsonError("is not a date of our calendar") from None


def _offset(text: str | None) -> dt.tzinfo | None:
    if text is None:
        return None
    if text in {"Z", "z"}:
        return dt.UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    if minutes > 59 or hours * 60 + minutes > 14 * 60:
        raise ValueError("no such offset")
    ahead = dt.timedelta(hours=hours, minutes=minutes)
    return dt.timezone(ahead if text[0] == "+" else -ahead)
