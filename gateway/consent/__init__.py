"""Whether a partner may read personal data of a customer for a purpose, now."""

from gateway.consent.decision import Decision, Granted, LegalGround, Reader, Reason, Refused
from gateway.consent.ledger import Decisions, Ledger
from gateway.consent.purpose import PurposeError, purpose_of

__all__ = [
    "Decision",
    "Decisions",
    "Granted",
    "Ledger",
    "LegalGround",
    "PurposeError",
    "Reader",
    "Reason",
    "Refused",
    "purpose_of",
]
