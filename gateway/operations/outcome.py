"""What an operation came to."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError

from connectors.guard.subject import Subject
from gateway.plan.plan import Gist


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Ran:
    """What an operation did, for those who count and record it."""

    gist: Gist
    about: frozenset[Subject] = dataclasses.field(default=frozenset(), repr=False)
    """Whom it was about."""

    systems: frozenset[str] = frozenset()
    """Those behind its answer."""

    basis: tuple[tuple[str, str], ...] = ()
    """On what those whom it was about could be read about: `consent` or `ground`, each with its reference."""


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """
    What an operation came to. `data` is None also when a null went all the way up; `executed` tells which.

    It is a mapping, or a fragment where it is written already because it was or may be given again.
    """

    data: Any
    errors: Sequence[GraphQLError]
    executed: bool
    fresh_until: dt.datetime | None = None
    """Until when all of it is fresh; None where something has no fresh time, and where there are errors."""

    extensions: dict[str, Any] | None = None
    ran: Ran | None = dataclasses.field(default=None, repr=False)
    """What was executed; None where nothing was."""


def refused(*errors: GraphQLError) -> Outcome:
    """The outcome of an operation that is not executed, for these reasons."""
    return Outcome(data=None, errors=errors, executed=False)
