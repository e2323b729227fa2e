"""The operations that are to be worked out at start: whether they can be. Nothing is asked of any system."""

from gateway.check.rows import Row, State, sentence
from gateway.limits.settings import LimitSettings
from gateway.operations.operation import Operations
from gateway.operations.warm_up import refused
from gateway.settings import PlanSettings
from resolvers.graph import build

_WHAT = "operations"
_DO = "Correct it, or take it out of `plans.warm_up`; without it the operation is worked out when it first comes."


def rows(plans: PlanSettings, limits: LimitSettings, *, shows_graph: bool) -> list[Row]:
    """A warning for each operation that cannot be worked out, for the gateway starts without it; else one row."""
    if not plans.warm_up:
        return []
    operations = Operations(build(), limits=limits, shows_graph=shows_graph)
    found = [
        Row(State.WARNING, _WHAT, ": ".join(filter(None, (str(known.file), known.name))), sentence(why), _DO)
        for known, why in refused(operations, plans.warm_up)
    ]
    where = ", ".join(map(str, plans.warm_up))
    return found or [Row(State.OK, _WHAT, where, "All of them can be worked out at start.")]
