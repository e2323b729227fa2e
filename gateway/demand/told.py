"""What a caller may ask in its own answer: what its client's budget has left, beside this very operation."""

import datetime as dt

from gateway.demand.client import Admission
from schema.scalars import Long
from schema.viewer import ViewerBudget


def budget_of(admission: Admission, now: dt.datetime) -> ViewerBudget | None:
    """
    What is left beside the operation that was let in by *admission*, *now*; None where nothing is promised.

    Its estimate counts as spent, for nobody knows yet what it will have cost. The headers of its answer do.
    """
    limits = admission.limits
    # As in headers: whoever reads of a limit keeps to it, and one that is only measured is to be measured.
    if limits.measure_only or (limits.cost_per_minute is None and limits.concurrent is None):
        return None
    reserved, slots = admission.reserved, admission.free_slots
    return ViewerBudget(
        cost_per_minute=_long(limits.cost_per_minute),
        cost_left=None if reserved is None else Long(int(reserved.left)),
        cost_whole_at=None if reserved is None else now + dt.timedelta(seconds=reserved.used / reserved.rate),
        concurrent=_long(limits.concurrent),
        concurrent_left=_long(slots),
    )


def _long(number: int | None) -> Long | None:
    return None if number is None else Long(number)
