"""Huawei's times: fourteen digits, the system's local time, without a zone; some values mean "never" and "unset"."""

import dataclasses
import datetime as dt
import functools
import re
import zoneinfo
from collections.abc import Callable, Mapping

from connectors import lexical
from connectors.capabilities import Period

_FORM = re.compile(r"[0-9]{14}", re.ASCII)
_FIRST_YEAR = 1900
_REMEMBERED = 4096


@dataclasses.dataclass(frozen=True, slots=True)
class LocalTime:
    """
    How one system writes times: its zone, and the beginnings of values that are no times.

    The hour that a zone repeats in autumn cannot be told from the digits; it is read as its first passing.
    The hour that it leaves out in spring is read by the clock of the winter, because systems work out ends of validity
    without a look at the zone.
    """

    zone: zoneinfo.ZoneInfo
    none: tuple[str, ...]

    def parse(self, text: str) -> dt.datetime | None:
        """Fourteen digits as an instant in UTC; None for "never" and "unset". LexicalError says what is wrong."""
        if not _FORM.fullmatch(text):
            raise lexical.LexicalError("not a time of 14 digits")
        try:
            clock = _clock(text)
            return None if text.startswith(self.none) else self._instant(clock)
        except (ValueError, OverflowError) as exc:
            raise lexical.LexicalError("not a possible time") from exc

    def require(self, text: str) -> dt.datetime:
        """Fourteen digits as an instant in UTC. LexicalError says what is wrong, also for "never" and "unset"."""
        instant = self.parse(text)
        if instant is None:
            raise lexical.LexicalError("missing or no time")
        return instant

    def using(self) -> Mapping[str, Callable[[str], dt.datetime | None]]:
        """
        What records of one system are compiled with: `time` for `parse`, `instant` for `require`.

        They remember the latest times, because ends of cycles and of validity stand in many answers.
        """
        remember = functools.lru_cache(maxsize=_REMEMBERED)
        return {"time": remember(self.parse), "instant": remember(self.require)}

    def _instant(self, clock: dt.datetime) -> dt.datetime:
        if clock.year < _FIRST_YEAR:
            raise ValueError("before there were such systems, and before zones")
        # The zone looks at what the clock shows and not at whose clock it is.
        ahead = self.zone.utcoffset(clock)
        assert ahead is not None  # noqa: S101 - a ZoneInfo has one for every datetime.
        return clock - ahead

    def write(self, instant: dt.datetime) -> str:
        """An aware instant as the system writes it, parts of a second cut off."""
        return instant.astimezone(self.zone).replace(tzinfo=None, microsecond=0).isoformat().translate(_DIGITS_ONLY)

    def bounds(self, period: Period, *, now: dt.datetime) -> tuple[str, str]:
        """Start and end of *period* as the system writes them; the end is rounded up, so that nothing falls out."""
        end = period.end or now
        fraction = dt.timedelta(microseconds=end.microsecond)
        return self.write(period.start), self.write(end - fraction + dt.timedelta(seconds=1) if fraction else end)


def _clock(text: str) -> dt.datetime:
    # As if the clock hung in UTC: so it is read, and set right by the zone, in half the time of a local time.
    if text[8:10] == "24":
        raise ValueError("midnight has one form here; Python 3.14 reads this one, too")
    return dt.datetime.fromisoformat(f"{text[:8]}T{text[8:]}Z")


_DIGITS_ONLY = str.maketrans("", "", "-:T")
