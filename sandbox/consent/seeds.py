"""What each customer has agreed to: a pattern of eight by their index, so that a test finds whom it needs."""

import dataclasses
import datetime as dt
import enum
import re
from typing import Final

from sandbox.population.numbering import MAX_CUSTOMERS

FRAUD: Final = "dpv:FraudPreventionAndDetection"
MARKETING: Final = "dpv:DirectMarketing"
SERVICE: Final = "dpv:ServiceProvision"
PARTNER_A: Final = "partner-a"
PARTNER_B: Final = "partner-b"

_YEAR: Final = dt.timedelta(days=365)
_MONTH: Final = dt.timedelta(days=30)
_NUMBER: Final = re.compile(r"64([0-9]{7})([01])")


class Story(enum.IntEnum):
    """What became of a customer's agreement with partner A about fraud, by the index modulo eight."""

    GIVEN = 0
    GIVEN_TOO = 1
    WITHDRAWN = 2
    EXPIRED = 3
    NOT_YET = 4
    OTHER_PURPOSE = 5
    OTHER_PARTY = 6
    NO_AGREEMENT = 7


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """An agreement as it is before anybody changes it."""

    customer: int
    place: int
    purpose: str
    partner: str
    status: str = "validated"
    agreed: dt.date
    start: dt.date
    end: dt.date

    @property
    def number(self) -> str:
        """The consent system's id of it."""
        return agreement_id(self.customer, self.place)


def agreement_id(customer: int, place: int) -> str:
    """The id of a customer's agreement: the first (0) is with partner A in most stories, the second with partner B."""
    return f"64{customer:07d}{place}"


def place_of(number: str) -> tuple[int, int] | None:
    """The index of the customer and the place of the agreement behind an id, or None if it cannot be one."""
    found = _NUMBER.fullmatch(number)
    if found is None or not 1 <= int(found[1]) <= MAX_CUSTOMERS:
        return None
    return int(found[1]), int(found[2])


def seeds(customer: int, *, today: dt.date) -> tuple[Seed, ...]:
    """The agreements of a customer."""
    story = Story(customer % len(Story))
    if story is Story.NO_AGREEMENT:
        return ()
    first = Seed(
        customer=customer,
        place=0,
        purpose=MARKETING if story is Story.OTHER_PURPOSE else FRAUD,
        partner=PARTNER_B if story is Story.OTHER_PARTY else PARTNER_A,
        status="rejected" if story is Story.WITHDRAWN else "validated",
        agreed=today - _YEAR,
        start=today + _MONTH if story is Story.NOT_YET else today - _YEAR,
        end=today - _MONTH if story is Story.EXPIRED else today + _YEAR,
    )
    second = Seed(
        customer=customer,
        place=1,
        purpose=SERVICE,
        partner=PARTNER_B,
        agreed=today - _YEAR,
        start=today - _YEAR,
        end=today + _YEAR,
    )
    return first, second
