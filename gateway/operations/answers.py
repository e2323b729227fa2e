"""
Remembered answers: given again when everything they were made of would be found again, and never by their own age.

What an answer was made of are answers of the call cache. They are looked up there as if the operation ran, and must be
the very same objects; whatever drops, replaces or outdates one of them in the guard drops the answer. So there is no
second freshness to configure, and nothing is given that a run would not give.
"""

import collections
import dataclasses
import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence
from typing import Any, Final

import orjson
from graphql import GraphQLObjectType, GraphQLSchema, OperationType

from connectors.guard.record import Reliance
from gateway.execution.reading import Computed, reading
from gateway.operations.outcome import Outcome
from gateway.plan.plan import Plan
from resolvers.context import Graph

MAX_BYTES: Final = 16 * 1024 * 1024
"""Of all answers together; what has not been asked for longest goes first."""

MAX_EACH: Final = 256 * 1024
"""A longer answer is made each time, so that a few of them do not push out all others."""

_EACH: Final = 1_000
"""About what an answer costs beside its text, and the same for each call behind it."""

# As they are read from JSON; what only resembles it is not taken for it.
_AS_JSON: Final = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS

Question = bytes
"""What a caller asked, as a keyed hash: its document, the operation's name and its variables as they came."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Remembered:
    """An answer and what it hangs on. Its data is written already, in so many bytes."""

    outcome: Outcome = dataclasses.field(repr=False)
    written: int
    relied: tuple[Reliance, ...] = dataclasses.field(repr=False)
    graph: Graph = dataclasses.field(repr=False)
    day: dt.date

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return self.written + _EACH * (1 + len(self.relied))

    async def holds(self, graph: Graph) -> bool:
        """Whether a run over *graph* would give the same now."""
        if self.graph is not graph or self.day != day_of(graph, graph.clock.now()):
            return False
        for each in self.relied:
            if not await each.holds():
                return False
        return True


class Answers:
    """
    The remembered answers of one schema for one kind of caller, at most *max_bytes* of them.

    Rights differ between callers, so they are part of the question.
    """

    def __init__(self, schema: GraphQLSchema, *, max_bytes: int = MAX_BYTES, max_each: int = MAX_EACH) -> None:
        self._hash_key = secrets.token_bytes(32)
        self._momentary = momentary(schema)
        self._max_bytes = max_bytes
        self._max_each = max_each
        self._bytes = 0
        self._kept: collections.OrderedDict[Question, Remembered] = collections.OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def question(
        self, text: str, name: str | None, variables: dict[str, Any] | None, whose: bytes = b""
    ) -> Question | None:
        """
        What is asked by these, to the letter; None for what cannot be written as JSON.

        *whose* tells apart callers who may be given different answers, or whose answers are not each other's.

        Neither the variables are coerced nor anything is checked: only what passed all checks has an answer.
        """
        try:
            given = orjson.dumps((name, variables), option=_AS_JSON)
        except TypeError:
            return None
        # The lengths make it one-to-one.
        asked = b"%d:%d:%b%b" % (len(whose), len(given), whose, given)
        return hashlib.blake2b(asked + text.encode(errors="surrogatepass"), key=self._hash_key, digest_size=16).digest()

    def may_remember(self, plan: Plan) -> bool:
        """Whether the answer to an operation hangs on nothing but its question, calls and the day."""
        return plan.kind is OperationType.QUERY and self._momentary.isdisjoint(plan.coordinates)

    async def recall(self, question: Question, graph: Graph) -> Outcome | None:
        """The answer that was given for *question*, if a run would give the same now. Never raises."""
        found = self._kept.get(question)
        if found is None:
            return None
        try:
            holds = await found.holds(graph)
        except Exception:  # noqa: BLE001 - whatever it is, the operation runs and meets it in its own way.
            holds = False
        if not holds:
            self._forget(question)
            return None
        for each in found.relied:
            each.tell()
        if question in self._kept:
            self._kept.move_to_end(question)
        return found.outcome

    def remember(
        self,
        question: Question,
        outcome: Outcome,
        *,
        size: int,
        relied: Sequence[Reliance],
        graph: Graph,
        began: dt.datetime,
    ) -> None:
        """Remember the *outcome* for *question*, of data in *size* bytes, made of nothing but what it *relied* on."""
        if not relied or size > self._max_each:
            return
        made = Remembered(outcome, size, tuple(relied), graph, day_of(graph, began))
        self._forget(question)
        self._kept[question] = made
        self._bytes += made.size
        while self._bytes > self._max_bytes:
            self._forget(next(iter(self._kept)))
        for each in relied:
            each.watch(lambda: self._forget(question))

    def _forget(self, question: Question) -> None:
        gone = self._kept.pop(question, None)
        if gone is not None:
            self._bytes -= gone.size


def day_of(graph: Graph, now: dt.datetime) -> dt.date:
    """The day from which on bills, payments and recharges are asked for: with another, other calls are made."""
    return (now - graph.history).date()


def momentary(schema: GraphQLSchema) -> frozenset[str]:
    """The fields whose values may hang on the moment, as `Source.ageSeconds`: all that are not said to be stable."""
    return frozenset(
        f"{kind.name}.{name}"
        for kind in schema.type_map.values()
        if isinstance(kind, GraphQLObjectType)
        for name, field in kind.fields.items()
        if isinstance(read := reading(field), Computed) and not read.stable
    )
