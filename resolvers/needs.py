"""
What an operation needs of systems, worked out once for a document: parts, questions, and what can be asked early.

Only what may hang on variables is left for each request, as small functions of their values.
"""

import dataclasses
import functools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from graphql import (
    DocumentNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
)

from resolvers.arguments import Arguments
from resolvers.edge import ASKS, EARLY, PARTS_OF_ARGUMENTS, Ask, PartsOfArguments
from resolvers.selection import Group, Selection
from schema.field import PARTS
from schema.parts import BillingPart, CustomerPart, Part, PartyPart, PrepaidPart

P = TypeVar("P", bound=Part)


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """A question that the operation may put to a system. *depth* is how many calls come before it, at the worst."""

    coordinate: str
    capability: str
    operation: str
    depth: int


@dataclasses.dataclass(frozen=True, slots=True)
class Foreseen:
    """A selected field whose questions can be put early, and what can be put early below it."""

    early: Callable[..., Any]
    arguments: Arguments
    below: "tuple[Foreseen, ...]"


@dataclasses.dataclass(frozen=True, slots=True)
class _Varying:
    """A field whose need of parts hangs on its arguments; when they are refused, nothing below it is needed."""

    arguments: Arguments
    parts_of: PartsOfArguments
    below: "_Level"


@dataclasses.dataclass(frozen=True, slots=True)
class _Level:
    parts: frozenset[Part]
    varying: tuple[_Varying, ...]

    def needed(self, variables: Mapping[str, Any]) -> frozenset[Part]:
        found = self.parts
        for field in self.varying:
            arguments = field.arguments.read(variables)
            if arguments is not None:
                found = found | field.parts_of(arguments) | field.below.needed(variables)
        return found


@dataclasses.dataclass(frozen=True, slots=True)
class Needs:
    """What one operation needs, for one choice of the booleans that steer `@skip` and `@include`."""

    asks: tuple[Asked, ...] = ()
    foreseen: tuple[Foreseen, ...] = ()
    """The root fields below which calls can start early."""

    profiles: bool = False
    """Whether a selected field, not only the key of a customer, needs what billing knows of the customer."""

    preceding: frozenset[tuple[str, str]] = frozenset()
    """Questions, as capability and operation, whose answers further questions wait for."""

    _level: _Level = _Level(frozenset(), ())

    def parts(self, variables: Mapping[str, Any]) -> frozenset[Part]:
        """
        Every part that any selected field needs, with the operation's coerced *variables*.

        The union over the whole operation, not per field: two fields that meet at the same customer then ask one
        question, whichever comes first.
        """
        return self._level.needed(variables)


def needs_of(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    booleans: Mapping[str, Any],
) -> Needs:
    """The needs of *operation*, a valid one of *document*, with the values of its boolean variables."""
    root = schema.get_root_type(operation.operation)
    if root is None:
        return Needs()
    walk = _Walk(Selection(schema, document, booleans))
    level, foreseen = walk.level([operation.selection_set], root, depth=0)
    return Needs(
        asks=tuple(Asked(*question, depth) for question, depth in walk.asks.items()),
        foreseen=foreseen,
        profiles=walk.profiles,
        preceding=frozenset(walk.preceding),
        _level=level,
    )


class PartsBySystem(NamedTuple):
    """Parts, put apart by the kind of answer that they belong to."""

    customer: frozenset[CustomerPart]
    party: frozenset[PartyPart]
    billing: frozenset[BillingPart]
    prepaid: frozenset[PrepaidPart]


# There are few sets of parts, and every request has one.
@functools.lru_cache(maxsize=1024)
def parts_by_system(parts: frozenset[Part]) -> PartsBySystem:
    """*parts* by the kind of answer that they belong to."""
    return PartsBySystem(
        *(_of_kind(parts, kind) for kind in (CustomerPart, PartyPart, BillingPart, PrepaidPart))  # type: ignore[arg-type]
    )


def _of_kind(parts: frozenset[Part], kind: type[P]) -> frozenset[P]:
    return frozenset(part for part in parts if isinstance(part, kind))


class _Walk:
    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        self.asks: dict[tuple[str, str, str], int] = {}
        self.preceding: set[tuple[str, str]] = set()
        self._asked = 0
        self.profiles = False

    def level(
        self, selections: list[SelectionSetNode], parent: GraphQLNamedType, *, depth: int
    ) -> tuple[_Level, tuple[Foreseen, ...]]:
        parts: set[Part] = set()
        varying: list[_Varying] = []
        foreseen: list[Foreseen] = []
        for group in self._selection.groups(selections, parent):
            arguments = Arguments(group.field, group.node)
            marks = _marks(group.field)
            needed = marks.get(PARTS, ())
            parts.update(needed)
            self.profiles = self.profiles or any(isinstance(part, BillingPart) for part in needed)
            asks = self._asks(group, marks.get(ASKS, ()), arguments, depth)
            calls = max((ask.after + 1 for ask in asks), default=0)
            asked = self._asked
            below, early = self.level(group.below, get_named_type(group.field.type), depth=depth + calls)
            last = calls if self._asked > asked else calls - 1
            self.preceding.update((ask.capability, ask.operation) for ask in asks if ask.after < last)
            self._add(marks.get(PARTS_OF_ARGUMENTS), arguments, below, parts, varying)
            foreseen += _foreseen(marks.get(EARLY), arguments, early, asks=bool(asks))
        return _Level(frozenset(parts), tuple(varying)), tuple(foreseen)

    def _add(
        self,
        parts_of: PartsOfArguments | None,
        arguments: Arguments,
        below: _Level,
        parts: set[Part],
        varying: list[_Varying],
    ) -> None:
        if parts_of is not None and arguments.varies:
            varying.append(_Varying(arguments, parts_of, below))
            return
        if parts_of is not None and (constant := arguments.read({})) is not None:
            parts |= parts_of(constant)
        parts |= below.parts
        varying += below.varying

    def _asks(self, group: Group, declared: Any, arguments: Arguments, depth: int) -> tuple[Ask, ...]:
        asks: tuple[Ask, ...] = declared(arguments.written()) if callable(declared) else declared
        for ask in asks:
            question = (group.coordinate, ask.capability, ask.operation)
            self._asked += 1
            self.asks[question] = max(depth + ask.after, self.asks.get(question, 0))
        return asks


def _foreseen(
    early: Callable[..., Any] | None, arguments: Arguments, below: tuple[Foreseen, ...], *, asks: bool
) -> tuple[Foreseen, ...]:
    if early is not None:
        return (Foreseen(early, arguments, below),)
    return () if asks else below  # A field that asks nobody only leads on: `nodes`, `edges`, `totals`.


def _marks(field: GraphQLField) -> Mapping[str, Any]:
    return getattr(field.extensions.get("strawberry-definition"), "metadata", None) or {}
