"""How far a system's clock is from ours, by the `Date` of its answer. Pure."""

import datetime as dt
import email.utils

from gateway.check.rows import Finding, State

WARNING = dt.timedelta(seconds=5)
ERROR = dt.timedelta(seconds=60)
_DATE_STEP = dt.timedelta(seconds=1)
_NONE = dt.timedelta()


def skew(date: str | None, *, sent_at: dt.datetime, answered_at: dt.datetime) -> dt.timedelta | None:
    """
    How far the system's clock is ahead of ours at least; negative when behind, None when *date* does not tell.

    *date* (RFC 9110, 6.6.1) was written at some instant between asking and answer, and its seconds are cut off.
    """
    told = _instant(date)
    if told is None:
        return None
    if told > answered_at:
        return told - answered_at
    return min(_NONE, told + _DATE_STEP - sent_at)


def finding(found: dt.timedelta | None) -> Finding | None:
    """What to say of a difference; None when there is nothing to say."""
    if found is None or abs(found) <= WARNING:
        return None
    way = "ahead of" if found > _NONE else "behind"
    return Finding(
        f"Its clock is {_amount(abs(found))} {way} ours.",
        "Synchronise the clocks (NTP) of this machine and of the system; see which of the two is wrong.",
        State.ERROR if abs(found) > ERROR else State.WARNING,
    )


def _instant(date: str | None) -> dt.datetime | None:
    try:
        return email.utils.parsedate_to_datetime(date or "").astimezone(dt.UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def _amount(difference: dt.timedelta) -> str:
    seconds = round(difference.total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"
