"""`viewer`: who am I, and what may I do? Whoever may ask at all may ask this."""

import dataclasses

from resolvers.context import Context
from resolvers.edge import computed
from resolvers.query import Query
from schema.viewer import Viewer


@computed(
    Query,
    name="viewer",
    description="Who asks, as far as this gateway knows. Null where it does not want to know who asks.",
)
def viewer(_: Query, context: Context) -> Viewer | None:
    """No system is asked. What is left is counted now."""
    viewer, budget = context.viewer, context.budget
    return viewer if viewer is None or budget is None else dataclasses.replace(viewer, budget=budget())
