"""UCIP's dates: yyyymmddThh:mm:ss±hhmm, an hour of 12 where only the day counts, and two ways to say never."""

import datetime as dt
from typing import Final

from sandbox.recharge.xmlrpc import Stamp

NEVER: Final = Stamp("99991231T00:00:00+1200")
NEVER_AT_NOON: Final = Stamp("99991231T12:00:00+0000")


def day(date: dt.date) -> Stamp:
    """A day, as noon in UTC."""
    return Stamp(f"{date:%Y%m%d}T12:00:00+0000")


def moment(local: dt.datetime) -> Stamp:
    """An aware local time with its offset."""
    return Stamp(f"{local:%Y%m%dT%H:%M:%S%z}")
