"""One damaged answer, with a word on what was done to it."""

import dataclasses
import enum
from typing import Any


class Effect(enum.Enum):
    """What a mutation may have done to what the answer says."""

    SAME = "everything is still there once: the right value, or an error"
    LOST = "something is no longer where it belongs: the right value, none, or an error"
    OTHER = "the answer says something else, or is no answer: what an independent reader finds, or an error"


@dataclasses.dataclass(frozen=True, slots=True)
class Mutant:
    """An answer as it arrives; *kind* tells it in a word. *charset* is what the transport says of it, None for nothing."""

    kind: str
    effect: Effect
    body: bytes = dataclasses.field(repr=False)
    charset: str | None = None

    def _repr_pretty_(self, printer: Any, _: Any) -> None:
        # Hypothesis shows every field of a dataclass otherwise, and a body may be as long as a book.
        printer.text(repr(self))

    def content_type(self, media_type: str) -> str:
        """The Content-Type header that goes with it."""
        return media_type if self.charset is None else f"{media_type}; charset={self.charset}"
