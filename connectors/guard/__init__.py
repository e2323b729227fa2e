"""The guard that every call to a legacy system passes."""

from connectors.guard.answer import Answer, Call
from connectors.guard.assembly import guard_for
from connectors.guard.breaker import State
from connectors.guard.breakers import Breakers, BreakerView
from connectors.guard.changes import Changes
from connectors.guard.keys import Keys
from connectors.guard.lease import Held, Leases
from connectors.guard.pipeline import Guard
from connectors.guard.rates import Rates
from connectors.guard.register import Register
from connectors.guard.settings import GuardSettings
from connectors.guard.source import fresh_at_most, known_answer, source_of, validated_by
from connectors.guard.store import Store
from connectors.guard.subject import Subject, SubjectKind
from connectors.guard.switch import Switches, SystemState
from connectors.guard.tuning import CacheTimes, SystemLimits, Tuning, tuned
from connectors.guard.tunings import Tunings

__all__ = [
    "Answer",
    "BreakerView",
    "Breakers",
    "CacheTimes",
    "Call",
    "Changes",
    "Guard",
    "GuardSettings",
    "Held",
    "Keys",
    "Leases",
    "Rates",
    "Register",
    "State",
    "Store",
    "Subject",
    "SubjectKind",
    "Switches",
    "SystemLimits",
    "SystemState",
    "Tuning",
    "Tunings",
    "fresh_at_most",
    "guard_for",
    "known_answer",
    "source_of",
    "tuned",
    "validated_by",
]
