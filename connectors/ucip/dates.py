"""
UCIP's dates: `YYYYMMDDThh:mm:ss±hhmm`, by some servers without the colons (UCIP 5.0, 8.1).

Two days of the calendar are flags: 9999-12-31 is "never" and 0000-01-01 "from the beginning of time" (8.3). They come
with any time and offset, and some of those cannot be turned into UTC, so they are recognised before.
"""

import datetime as dt
import re

_DATE = re.compile(
    r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)T"
    # Hour 24 is allowed (8.1): the end of the day.
    r"(?P<time>([01]\d|2[0-3])(?P<colon>:?)[0-5]\d(?P=colon)[0-5]\d|24(?P<colon24>:?)00(?P=colon24)00)"
    # No zone of the world is further from UTC than fourteen hours.
    r"(?P<sign>[+-])(?:(?P<offset_hours>0\d|1[0-3])(?P<offset_minutes>[0-5]\d)|1400)",
    re.ASCII,
)
_NEVER = "99991231"
_ALWAYS = "00000101"


class DateError(ValueError):
    """A text is not a date of UCIP. The text is not quoted."""


def end(text: str) -> dt.datetime | None:
    """The instant at which something ends, in UTC; None when it never does."""
    return None if _fields(text).string.startswith(_NEVER) else _instant(text)


def start(text: str) -> dt.datetime | None:
    """
    The instant at which something begins, in UTC; None when it has no beginning.

    Before version 5.0 nodes write the flag of "never" here, too (UCIP 5.0, 14.3).
    """
    return None if _fields(text).string.startswith((_ALWAYS, _NEVER)) else _instant(text)


def write(instant: dt.datetime) -> str:
    """An aware instant as requests carry it, whole seconds, in its own zone."""
    return instant.strftime("%Y%m%dT%H:%M:%S%z")


def _fields(text: str) -> re.Match[str]:
    fields = _DATE.fullmatch(text)
    if fields is None:
        raise DateError("not a date of the form YYYYMMDDThh:mm:ss±hhmm")
    return fields


def _instant(text: str) -> dt.datetime:
    fields = _fields(text)
    offset = dt.timedelta(hours=int(fields["offset_hours"] or 14), minutes=int(fields["offset_minutes"] or 0))
    zone = dt.timezone(-offset if fields["sign"] == "-" else offset)
    hours, minutes, seconds = (int(pair) for pair in re.findall(r"\d\d", fields["time"]))
    try:
        # The day by itself first, so that hour 24 can be added to it and 31 June stays an error.
        day = dt.datetime(int(fields["year"]), int(fields["month"]), int(fields["day"]), tzinfo=zone)
        return (day + dt.timedelta(hours=hours, minutes=minutes, seconds=seconds)).astimezone(dt.UTC)
    except (ValueError, OverflowError) as exc:
        raise DateError("not a date of the calendar") from exc
