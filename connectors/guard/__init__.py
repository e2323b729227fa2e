"""The guard that every call to a legacy system passes."""

from connectors.guard.answer import Answer, Call
from connectors.guard.cache import Store
from connectors.guard.pipeline import Guard, guard_for
from connectors.guard.settings import GuardSettings
from connectors.guard.source import source_of

__all__ = ["Answer", "Call", "Guard", "GuardSettings", "Store", "guard_for", "source_of"]
