"""One document, ready to be executed or refused. Where it is kept and for how long is not its business."""

import dataclasses
from collections.abc import Iterable, Mapping

from graphql import DocumentNode, GraphQLError, OperationType

from gateway.plan.likeness import Likeness, Move
from gateway.plan.outline import Outline

MAX_EACH = 20_000
"""A longer document is prepared each time, so that a few of them do not push out all others."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A document, parsed and validated, or the errors that say why it cannot be executed."""

    text: str
    document: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()
    outlines: Mapping[str | None, Outline] = dataclasses.field(default_factory=dict, repr=False)
    """The operations by name; the only one of a document also by None."""

    likeness: Likeness | None = dataclasses.field(default=None, repr=False)
    """Where it is valid and holds one operation: what it has in common with documents that are like it."""

    model: "Prepared | None" = dataclasses.field(default=None, repr=False)
    """The one like it whose tree this one shares, and with it the places in its text."""

    @property
    def is_long(self) -> bool:
        """Whether it is prepared each time anew."""
        return len(self.text) > MAX_EACH

    def operation_type(self, name: str | None) -> OperationType | None:
        """The type of the operation of that name, or of the only one; None when there is no such operation."""
        found = self.outlines.get(name)
        return found.operation.operation if found else None

    def operation_name(self, name: str | None) -> str | None:
        """The own name of the operation of that name, or of the only one; None when it has none, or there is none."""
        found = self.outlines.get(name)
        return found.name if found else None

    def meaning(self, name: str | None) -> tuple[str, str | None]:
        """What is asked when the operation of that *name* is: the same for all documents that are like this one."""
        if self.likeness is None or name not in self.outlines:
            return self.text, name
        # No text that is valid begins like this, so that the two kinds cannot be taken for each other.
        return f"\0{self.likeness.said}", None

    def reworded(self, text: str, likeness: Likeness) -> "Prepared":
        """The document of another *text* that has the same *likeness*, but for its operation's name."""
        outline = self.outlines[None].renamed(likeness.name)
        return Prepared(
            text,
            self.document,
            outlines={None: outline, outline.name: outline},
            likeness=dataclasses.replace(likeness, said=self.likeness.said if self.likeness else likeness.said),
            model=self,
        )

    def here(self, errors: Iterable[GraphQLError]) -> tuple[GraphQLError, ...]:
        """*errors* of an execution with the places at which their causes stand in this text."""
        found = tuple(errors)
        if self.model is None or not any(error.locations for error in found):
            return found
        return tuple(map(Move(self.model.text, self.text), found))
