"""The terms of a caller: until when it waits, how important it is, and how old an answer may be."""

import dataclasses
import enum

from connectors.clock import Clock

SHARE_BEFORE_OTHERS = 0.7
"""
Of the time that is left, what a call may take that other calls wait for.

Of two calls in a row that each take all they may, the second still has 30 % of the whole; of three the last has 9 %.
"""


class Criticality(enum.IntEnum):
    """Who goes first where not everybody can: the lower, the earlier, and the later turned away."""

    AGENT = 0
    SELF_CARE = 1
    PARTNER = 2
    BATCH = 3


@dataclasses.dataclass(frozen=True, slots=True)
class Terms:
    """
    On what terms one request asks the systems.

    *at* is one absolute deadline, by the interval clock. *max_age_s* is the age, in seconds, beyond which an answer is
    of no use to this caller; None where the operator's windows alone decide. *or_older* says whether one beyond
    *max_age_s* is better than an error, where no younger can be had.
    """

    at: float
    criticality: Criticality = Criticality.AGENT
    max_age_s: float | None = None
    or_older: bool = False

    @classmethod
    def after(cls, seconds: float, clock: Clock, *, criticality: Criticality = Criticality.AGENT) -> "Terms":
        """The terms of a caller that waits *seconds* from now."""
        return cls(at=clock.monotonic() + seconds, criticality=criticality)

    def remaining(self, clock: Clock) -> float:
        """Seconds left, zero when the deadline has passed."""
        return max(0.0, self.at - clock.monotonic())

    def no_later(self, seconds: float, clock: Clock) -> "Terms":
        """The same, but for a caller that waits *seconds* from now if that is sooner."""
        return dataclasses.replace(self, at=min(self.at, clock.monotonic() + seconds))

    def no_older(self, max_age_s: float, *, or_older: bool) -> "Terms":
        """
        The same, but for a caller to whom older answers than *max_age_s* are of no use, or only better than an error.

        What is asked twice is as strict as both: the lower age, and an error where one of them wants one.
        """
        if self.max_age_s is None:
            return dataclasses.replace(self, max_age_s=max_age_s, or_older=or_older)
        least = min(self.max_age_s, max_age_s)
        return dataclasses.replace(self, max_age_s=least, or_older=self.or_older and or_older)

    def before_others(self, clock: Clock) -> "Terms":
        """The same, with an earlier deadline: for a call that others wait for, who need some of what is left."""
        return dataclasses.replace(self, at=self.at - (1 - SHARE_BEFORE_OTHERS) * self.remaining(clock))
