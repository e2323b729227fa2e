"""Huawei's dates, in billing and in the recharge history: fourteen digits, the operator's local time, no zone."""

import datetime as dt
import re
from typing import Final

NEVER: Final = "20370101000000"
UNSET: Final = "19700101020000"  # The epoch, as a system two hours east of Greenwich wrote it.


def stamp(moment: dt.datetime | dt.date | None) -> str:
    """A moment as these systems write it; a date is its midnight, None is "unset"."""
    if moment is None:
        return UNSET
    return moment.strftime("%Y%m%d%H%M%S")


def stamp_end(moment: dt.date | None) -> str:
    """An end as these systems write it; None is "never"."""
    return stamp(moment) if moment else NEVER


def read_stamp(text: str | None) -> dt.datetime | None:
    """The moment that fourteen digits name, or None if they name none."""
    if not text or not re.fullmatch(r"[0-9]{14}", text):
        return None
    try:
        return dt.datetime.strptime(text, "%Y%m%d%H%M%S")  # noqa: DTZ007 - local time without zone, as they keep it.
    except ValueError:
        return None


def cycle_of(day: dt.date) -> tuple[dt.date, dt.date]:
    """The bill cycle a day is in: the first of its month, and the first of the next."""
    begins = day.replace(day=1)
    return begins, (begins + dt.timedelta(days=31)).replace(day=1)
