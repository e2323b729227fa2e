"""Huawei's times: fourteen digits, the system's local time, without a zone; some values mean "never" and "unset"."""

import dataclasses
import datetime as dt
import re
import zoneinfo

from connectors.capabilities import Period
from connectors.xml import Node, XmlError

_FORM = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})", re.ASCII)
_FIRST_YEAR = 1900


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

    def read(self, node: Node, name: str) -> dt.datetime | None:
        """The child of that name as an instant in UTC; None when absent, nil, empty, "never" or "unset"."""
        text = node.text(name)
        if text is None or not (form := _FORM.fullmatch(text)):
            if text is None:
                return None
            raise XmlError(f"{name} is not a time of 14 digits")
        try:
            local = dt.datetime(*map(int, form.groups()), tzinfo=self.zone)  # type: ignore[misc,arg-type]
            return None if text.startswith(self.none) else self._instant(local)
        except (ValueError, OverflowError) as exc:
            raise XmlError(f"{name} is not a possible time") from exc

    def require(self, node: Node, name: str) -> dt.datetime:
        """The child of that name as an instant in UTC, which must be there and be a time."""
        instant = self.read(node, name)
        if instant is None:
            raise XmlError(f"{name} is missing or no time")
        return instant

    def _instant(self, local: dt.datetime) -> dt.datetime:
        if local.year < _FIRST_YEAR:
            raise ValueError("before there were such systems, and before zones")
        return local.astimezone(dt.UTC)

    def write(self, instant: dt.datetime) -> str:
        """An aware instant as the system writes it, parts of a second cut off."""
        return instant.astimezone(self.zone).replace(tzinfo=None, microsecond=0).isoformat().translate(_DIGITS_ONLY)

    def bounds(self, period: Period) -> tuple[str, str]:
        """Start and end of *period* as the system writes them; the end is rounded up, so that nothing falls out."""
        fraction = dt.timedelta(microseconds=period.end.microsecond)
        end = period.end - fraction + dt.timedelta(seconds=1) if fraction else period.end
        return self.write(period.start), self.write(end)


_DIGITS_ONLY = str.maketrans("", "", "-:T")
