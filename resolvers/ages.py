"""How old values may be at which fields of an operation, and what that makes of the terms on which a field asks."""

import dataclasses
from collections.abc import Mapping
from typing import Final, TypeAlias

from graphql.pyutils import Path

from connectors.terms import Terms


@dataclasses.dataclass(frozen=True, slots=True)
class Age:
    """Older values than *max_age_s* seconds are not used; with *or_older* they are, where no younger can be had."""

    max_age_s: float
    or_older: bool = False


Names: TypeAlias = tuple[str, ...]
"""Where a field stands: the names in the answer that lead to it, without places in lists."""

Ages: TypeAlias = Mapping[Names, Age]
"""What is asked of a field and all below it, by where the field stands."""

NO_AGES: Final[Ages] = {}


def terms_at(path: Path, ages: Ages, within: Terms) -> Terms:
    """The terms of the field at *path*, where *within* are the operation's: as strict as all that stand above it."""
    names = tuple(key for key in path.as_list() if isinstance(key, str))
    for end in range(1, len(names) + 1):
        age = ages.get(names[:end])
        if age is not None:
            within = within.no_older(age.max_age_s, or_older=age.or_older)
    return within
