"""`viewer`: who am I, and what may I do? Whoever may ask at all may ask this."""

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
    """No system is asked."""
    return context.viewer
