"""A time zone as a setting: an IANA name, or a sentence on what to write instead."""

import zoneinfo
from typing import Annotated

from pydantic import BeforeValidator


def _zone(value: object) -> zoneinfo.ZoneInfo:
    if isinstance(value, zoneinfo.ZoneInfo):
        return value
    try:
        return zoneinfo.ZoneInfo(str(value))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise ValueError("not a time zone; use a name such as Europe/Madrid") from exc


Zone = Annotated[zoneinfo.ZoneInfo, BeforeValidator(_zone)]
"""An IANA time zone name, for what is written without one."""
