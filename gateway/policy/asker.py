"""Who asks an operation, as far as its plan, its answer and the systems are concerned."""

import dataclasses
from collections.abc import Callable

from connectors.terms import Terms
from gateway.policy.rights import Rights
from resolvers.reach import Reach
from schema.policy import Audience
from schema.viewer import Viewer


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Asker:
    """
    One caller for as long as its token and the registry say the same.

    *whose* is the same for callers who may be given each other's answers, and for no others. *refuses* says whether an
    operation with a field that this caller may not read is refused as a whole; else that field is null, with an error.
    *viewer* is what the caller is told of itself. *reach* says, for one operation on its terms, about whom it may read.
    """

    rights: Rights
    whose: bytes = dataclasses.field(repr=False)
    reach: Callable[[Terms], Reach] | None = dataclasses.field(default=None, repr=False)
    reach_changes: bool = False
    """Whether about whom it may read can change from one moment to the next: then no answer is given twice."""

    refuses: bool = False
    viewer: Viewer | None = dataclasses.field(default=None, repr=False)
    subject: str | None = dataclasses.field(default=None, repr=False)
    """What its token says in `sub`."""

    case: str | None = dataclasses.field(default=None, repr=False)
    """The case that its token was issued for."""

    purpose: str | None = None
    """For what its token is, as the token has it."""

    @property
    def always_confirm(self) -> bool:
        """Whether the systems are asked again who somebody is, however recently they have said it."""
        # Who may not learn who is there would learn it from what is not asked because it is remembered.
        return self.reach is not None or self.rights.audience in {Audience.PARTNER, Audience.SELF_CARE}
