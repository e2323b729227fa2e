"""Call and Answer: one question to one legacy system, and what came back."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Hashable, Iterable
from typing import Any, Final, Generic, TypeVar

from connectors.guard.subject import Subject
from connectors.terms import Terms
from schema.parts import Part

T = TypeVar("T")

CHECK: Final = "check"
"""The operation of calls that must be live: nothing is ever kept of them."""


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """
    One question to one system.

    *args* identify what is asked about and may hold personal data: they are never printed. *parts* is what the caller
    needs of the answer; a richer answer serves as well. *about* says whom it is about, and *names* whom its answer's
    value names beside them: what is kept of any of these goes when something about them has changed. A call that is not
    *repeatable* is sent once and never again, whatever becomes of it: it may have changed something. *known* is what is
    kept of its answer, where the system can be asked whether that still holds.
    """

    system: str
    operation: str
    args: tuple[Hashable, ...] = dataclasses.field(repr=False)
    within: Terms = dataclasses.field(repr=False)
    parts: frozenset[Part] = frozenset()
    about: tuple[Subject, ...] = ()
    # A function of the call: the words know no subjects, and only an answer that is kept pays for looking.
    names: Callable[[Any], Iterable[Subject]] | None = dataclasses.field(default=None, repr=False, compare=False)
    repeatable: bool = True
    known: "Known | None" = dataclasses.field(default=None, repr=False, compare=False)

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
    fresh_s: float | None = None
    """For how many seconds it is fresh, where that was shortened; else its operation's time counts."""

    got_at: float | None = dataclasses.field(default=None, compare=False, repr=False)
    """When this process got it, by the interval clock; None for what another process got."""

    validator: str | None = dataclasses.field(default=None, repr=False)
    """What its dialect asks with whether it still holds; None where it cannot be asked."""

    confirmed: bool = dataclasses.field(default=False, compare=False)
    """Whether the system did not say it again, but that what was kept still holds."""

    def serves(self, call: Call) -> bool:
        """Whether this answer holds every part that *call* needs."""
        return self.parts >= call.parts


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """
    An answer that is kept, held in hand while its system is asked about it: by then it may have left its store.

    *since* is an instant, by the interval clock, at which it was there: what is dropped later is not to come back.
    """

    answer: Answer[Any]
    since: float
