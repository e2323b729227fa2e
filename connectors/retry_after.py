"""What an HTTP status that is no answer says of asking again (RFC 9110, 10.2.3). Whether to is decided elsewhere."""

import datetime as dt
import email.utils
import math
import re
from collections.abc import Mapping

_AT_ONCE = frozenset({502, 503})
"""The question has done nothing at the system. Not 504: somebody in front of it has waited for it already."""

_SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)


def retry_after_s(status: int, headers: Mapping[str, str]) -> float | None:
    """
    In how many seconds the same question may be put again; None where *status* says nothing of the kind.

    A system that names a time is taken at its word: infinity where it cannot be read. A date is measured against the
    system's own `Date`, because its clock need not be ours. The names of *headers* are in lower case.
    """
    said = headers.get("retry-after")
    if said is None:
        return 0.0 if status in _AT_ONCE else None
    return _read(said.strip(), headers.get("date", "")) if status == 429 or status in _AT_ONCE else None


def _read(said: str, date: str) -> float:
    if _SECONDS.fullmatch(said):
        return float(said)
    then, now = _instant(said), _instant(date)
    return math.inf if then is None or now is None else max(0.0, (then - now).total_seconds())


def _instant(text: str) -> dt.datetime | None:
    try:
        found = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=dt.UTC)
