"""Consents (TMF644): what a customer allows whom to do with personal data, and for which purpose. Not in the graph."""

import dataclasses
import datetime as dt
import enum
import re
from typing import Final

from schema.period import TimePeriod

_PURPOSE: Final = re.compile(r"dpv:[A-Z][A-Za-z0-9]{0,99}", re.ASCII)


def is_purpose(text: str) -> bool:
    """
    Whether *text* names one purpose as tokens name it, such as `dpv:FraudPreventionAndDetection`.

    CAMARA Security and Interoperability Profile, "Purpose as a scope": `dpv:` and a term of the W3C's Data Privacy
    Vocabulary, which are names in camel case. The older form with `#` and a technical scope behind it is none.
    """
    return _PURPOSE.fullmatch(text) is not None


class ConsentStatus(enum.Enum):
    """What a customer has said, as far as the agreement's own state tells; its time is told apart."""

    GIVEN = "given"  # Agreed, and it may be used.
    REFUSED = "refused"  # Agreed that it may not be used.
    NOT_IN_FORCE = "not in force"  # Not agreed yet, or not any more: withdrawn, rejected, being changed.


@dataclasses.dataclass(frozen=True, slots=True)
class Consent:
    """
    What one agreement says about one purpose and one party.

    *agreement* is the consent system's id of it, *party* that of the partner. An open end of *valid_for* is open; None
    is open at both. Whose consent it is, is whose it was asked for.
    """

    agreement: str
    purpose: str
    party: str
    status: ConsentStatus
    agreed_at: dt.datetime | None = None
    valid_for: TimePeriod | None = None
