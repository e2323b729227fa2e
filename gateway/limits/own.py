"""Limits that single documents have of their own, as those see them who prepare and let in documents."""

from typing import Protocol

from gateway.demand.settings import DemandChanges
from gateway.limits.settings import LimitSettings


class Own(Protocol):
    """Those of some documents. Equal ones are one, and have one hash."""

    @property
    def demand(self) -> DemandChanges | None:
        """How much each may ask, where not as others; None: as others."""
        ...

    def over(self, usual: LimitSettings) -> LimitSettings:
        """The bounds of each, where others have the *usual* ones."""
        ...
