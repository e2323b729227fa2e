"""Whether a request's body has come whole: our own server tells, and then nobody has to wait for it with a timer."""

from collections.abc import MutableMapping
from typing import Any

KEY = "switchboard.arrival"
"""Where the scope of a request holds its Arrival, when its server can tell."""


class Arrival:
    """One request's body."""

    __slots__ = ("whole",)

    def __init__(self) -> None:
        self.whole = False


def is_whole(scope: MutableMapping[str, Any]) -> bool:
    """Whether all of the body of *scope*'s request is here; behind a server that cannot tell it never is."""
    found: Arrival | None = scope.get(KEY)
    return found is not None and found.whole
