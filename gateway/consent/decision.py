"""
The decision: may this partner read personal data of this customer, for this purpose, now? Pure; time is handed in.

It is granted by an agreement that the customer has made with exactly this partner about exactly this purpose and that
is in force now, or by a legal ground that the operator has set for the client and the purpose. Nothing else grants it.
"""

import dataclasses
import datetime as dt
import enum
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from schema.consent import Consent, ConsentStatus
from schema.period import TimePeriod

_LONG_AGO: Final = dt.datetime.min.replace(tzinfo=dt.UTC)


class LegalGround(enum.StrEnum):
    """On what the law lets personal data be read without consent (GDPR, Article 6(1), b to f)."""

    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTERESTS = "vital_interests"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTERESTS = "legitimate_interests"


class Reason(enum.StrEnum):
    """Why it is refused, for the audit. Not for the partner: what a customer withdrew is the customer's to tell."""

    NO_AGREEMENT = "no_agreement"
    OTHER_PARTY = "other_party"
    OTHER_PURPOSE = "other_purpose"
    NOT_IN_FORCE = "not_in_force"  # Withdrawn, rejected, or not agreed yet.
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    REFUSED = "refused"  # The customer has said no.


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who wants to read, and why: the partner as agreements name it, the purpose, and the client's legal grounds."""

    party: str
    purpose: str
    grounds: Mapping[str, LegalGround] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class Granted:
    """It may. *reference* is the consent system's id of the agreement; None where *ground* says why instead."""

    reference: str | None = None
    ground: LegalGround | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Refused:
    """It may not."""

    reason: Reason


Decision: TypeAlias = Granted | Refused


def on_legal_ground(reader: Reader) -> Granted | None:
    """Granted by a legal ground of the client's; None where there is none for this purpose."""
    ground = reader.grounds.get(reader.purpose)
    return None if ground is None else Granted(ground=ground)


def decide(consents: Sequence[Consent], reader: Reader, *, now: dt.datetime) -> Decision:
    """
    What *consents*, all that one customer has said, mean for *reader*.

    Where two of those that are in force contradict each other, the refusal counts.
    """
    said = [each for each in consents if each.party == reader.party and each.purpose == reader.purpose]
    holding = [each for each in said if each.status is not ConsentStatus.NOT_IN_FORCE and _holds(each, now)]
    if any(each.status is ConsentStatus.REFUSED for each in holding):
        return Refused(Reason.REFUSED)
    given = [each for each in holding if each.status is ConsentStatus.GIVEN]
    if given:
        newest = max(given, key=lambda each: (each.agreed_at or _LONG_AGO, each.agreement))
        return Granted(reference=newest.agreement)
    return Refused(_reason(consents, said, reader, now))


def _holds(consent: Consent, now: dt.datetime) -> bool:
    # At the very instant of its end it has ended.
    period = consent.valid_for or TimePeriod(start=None, end=None)
    return (period.start is None or period.start <= now) and (period.end is None or now < period.end)


def _reason(consents: Sequence[Consent], said: Sequence[Consent], reader: Reader, now: dt.datetime) -> Reason:
    if not consents:
        return Reason.NO_AGREEMENT
    if not said:
        is_partner = any(each.party == reader.party for each in consents)
        return Reason.OTHER_PURPOSE if is_partner else Reason.OTHER_PARTY
    agreed = [each for each in said if each.status is not ConsentStatus.NOT_IN_FORCE]
    if not agreed:
        return Reason.NOT_IN_FORCE
    starts = [each.valid_for.start for each in agreed if each.valid_for is not None]
    return Reason.NOT_YET_VALID if any(start is not None and now < start for start in starts) else Reason.EXPIRED
