"""Instants as tables have them: microseconds since 1970, in whole numbers."""

import datetime as dt
from typing import Final

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_LAST: Final = dt.datetime.max.replace(tzinfo=dt.UTC)
_MICROSECOND: Final = dt.timedelta(microseconds=1)


def micros(at: dt.datetime) -> int:
    """*at* in microseconds, exactly."""
    return (at - _EPOCH) // _MICROSECOND


def instant(at_us: int) -> dt.datetime:
    """The instant, in UTC; the last there is for one after it or before the first."""
    try:
        return _EPOCH + at_us * _MICROSECOND
    except OverflowError:
        return _LAST
