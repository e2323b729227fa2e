"""The operator's two provinces, each with its own money and clock, and the arithmetic of who lives where."""

import enum
import zoneinfo
from typing import Final


class Province(enum.StrEnum):
    """A part of the country with billing and recharge systems of its own. CRM and the HSS serve both."""

    MAINLAND = "mainland"
    ISLANDS = "islands"

    @property
    def currency(self) -> str:
        """What is paid with there (ISO 4217)."""
        return _CURRENCIES[self]

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The zone of every local time that its systems keep."""
        return _ZONES[self]


_CURRENCIES: Final = {Province.MAINLAND: "EUR", Province.ISLANDS: "GBP"}
_ZONES: Final = {
    Province.MAINLAND: zoneinfo.ZoneInfo("Europe/Madrid"),
    Province.ISLANDS: zoneinfo.ZoneInfo("Atlantic/Canary"),
}


def home(customer: int) -> Province:
    """Where the customer with that index lives; one in 25 does on the islands."""
    return Province.ISLANDS if customer % 25 == 19 else Province.MAINLAND


def has_second_home(customer: int) -> bool:
    """Whether an ordinary customer who lives on the mainland has lines on the islands too; one in 50 has."""
    return customer % 50 == 16
