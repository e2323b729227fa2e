"""Call and Answer: one question to one legacy system, and what came back."""

import dataclasses
import datetime as dt
from collections.abc import Hashable
from typing import Generic, TypeVar

from connectors.clock import Deadline
from schema.parts import Part

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """
    One question to one system.

    *args* identify what is asked about and may hold personal data: they are never printed. *parts* is what the caller
    needs of the answer; a richer answer serves as well.
    """

    system: str
    operation: str
    args: tuple[Hashable, ...] = dataclasses.field(repr=False)
    within: Deadline = dataclasses.field(repr=False)
    parts: frozenset[Part] = frozenset()

    @property
    def key(self) -> tuple[str, str, tuple[Hashable, ...]]:
        """What makes two calls the same question, parts aside."""
        return (self.system, self.operation, self.args)


@dataclasses.dataclass(frozen=True, slots=True, weakref_slot=True)
class Answer(Generic[T]):
    """A value with the parts it holds and when the system gave it."""

    value: T = dataclasses.field(repr=False)
    fetched_at: dt.datetime
    parts: frozenset[Part] = frozenset()

    def serves(self, call: Call) -> bool:
        """Whether this answer holds every part that *call* needs."""
        return self.parts >= call.parts
