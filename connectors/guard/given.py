"""What a call gave, as it may be told to callers: by its system and operation, without its arguments."""

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple


class Given(NamedTuple):
    """One call behind an answer: when its system gave what, or why it gave nothing."""

    system: str
    operation: str
    max_age_s: float | None = None
    """The age beyond which it was of no use to whoever asked."""

    fetched_at: dt.datetime | None = None
    fresh_until: dt.datetime | None = None
    """None where the operator has not said for how long it may be given again."""

    code: str | None = None
    """The error's, where there was one."""

    @property
    def good_until(self) -> dt.datetime | None:
        """Until when it is fresh and no older than whoever asked takes; None where nobody has said for how long."""
        if self.fetched_at is None or self.fresh_until is None or self.max_age_s is None:
            return self.fresh_until
        return min(self.fresh_until, self.fetched_at + dt.timedelta(seconds=self.max_age_s))


def all_good_until(given: Collection[Given]) -> dt.datetime | None:
    """Until when everything *given* is; None when something has no such time, failed, or there is nothing."""
    ends = [each.good_until for each in given]
    known = [end for end in ends if end is not None]
    return min(known) if ends and len(known) == len(ends) else None
