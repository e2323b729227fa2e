"""What can go wrong on the graph's side of a question. Connectors have their own tree (`connectors.errors`)."""

from typing import ClassVar


class GraphFailure(Exception):
    """The graph cannot answer a field, for a reason the caller can act on. Holds nothing personal."""

    code: ClassVar[str]


class BadInput(GraphFailure):
    """The caller wrote something that means nothing here. `reason` is shown to the caller and quotes no input."""

    code = "BAD_INPUT"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotFound(GraphFailure):
    """No system knows what was asked for."""

    code = "NOT_FOUND"


class AmbiguousIdentity(GraphFailure):
    """A key fits more than one customer. Which ones is not told: the caller has not shown to be any of them."""

    code = "AMBIGUOUS_IDENTITY"


class TooCostly(BadInput):
    """The question asks for more than this caller may have at once. `reason` says which limit and what to do."""

    code = "TOO_COSTLY"


class Forbidden(BadInput):
    """The caller may not ask this. `reason` says what, in words that tell nothing about the graph."""

    code = "FORBIDDEN"


class Withheld(GraphFailure):
    """The caller may not read a field. Of each group of *scopes* its token would need one more."""

    code = "FORBIDDEN"

    def __init__(self, scopes: tuple[frozenset[str], ...] = ()) -> None:
        super().__init__()
        self.scopes = scopes


class OutOfReach(GraphFailure):
    """The caller may not read anything about whom it names. Whether anybody is known under that name is not told."""

    code = "FORBIDDEN"


class ConsentRequired(GraphFailure):
    """Personal data needs the customer's consent, and none is in force. Why is not told: that is the customer's."""

    code = "CONSENT_REQUIRED"
