"""What tests of consent share: consents of our own invention, and a consent system in memory."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from connectors.capabilities import DataSubject, DataSubjectKind
from connectors.errors import ConnectorError
from connectors.guard import Answer
from connectors.routes import Systems
from connectors.terms import Terms
from gateway.consent import Reader
from schema.consent import Consent, ConsentStatus
from schema.period import TimePeriod
from tests.connectors.support import NOW, FixedClock

FRAUD = "dpv:FraudPreventionAndDetection"
MARKETING = "dpv:Marketing"
ADA = DataSubject(DataSubjectKind.INDIVIDUAL, "5000001")
PARTNER = Reader(party="partner-a", purpose=FRAUD)
DAY = dt.timedelta(days=1)
YEAR = dt.timedelta(days=365)


def period(start: dt.timedelta | None, end: dt.timedelta | None) -> TimePeriod:
    """A period by how long before or after NOW its ends are."""
    return TimePeriod(start=None if start is None else NOW + start, end=None if end is None else NOW + end)


def a_consent(number: str = "a1", **members: Any) -> Consent:
    """A consent to PARTNER that is in force at NOW; *members* replace what it would have."""
    usual: dict[str, Any] = {
        "purpose": FRAUD,
        "party": "partner-a",
        "status": ConsentStatus.GIVEN,
        "agreed_at": NOW - YEAR,
        "valid_for": period(-YEAR, YEAR),
    }
    return Consent(agreement=number, **(usual | members))


class FakeConsents:
    """A consent system in memory that passes no guard; *age_s* is how old its answers are."""

    def __init__(self, *consents: Consent, clock: FixedClock, age_s: float = 0) -> None:
        self.consents: Sequence[Consent] = consents
        self.clock = clock
        self.age_s = age_s
        self.error: ConnectorError | None = None
        self.asked: list[tuple[DataSubject, Terms]] = []

    async def agreements(self, who: DataSubject, *, within: Terms) -> Answer[tuple[Consent, ...]]:
        self.asked.append((who, within))
        if self.error is not None:
            raise self.error
        return Answer(tuple(self.consents), self.clock.now() - dt.timedelta(seconds=self.age_s))

    @property
    def systems(self) -> Systems[Any]:
        return Systems({"consent": self})
