"""
What an operation costs, estimated before anything is asked.

An object of the answer costs 1 and a leaf nothing. A field that needs systems costs CALL for each call that it makes
one after another, each time it is asked of an object, or for each key that it is given. What is in a list counts as
often as the list is long: as `first` or `limit` of the field say (their default where they are not given), as many as
the keys, as the mark beside the field says, else ASSUMED. A page has its size for the lists right below it. Of an
interface or a union the dearest type counts. What the graph says of itself costs nothing: it has a limit of its own.
Costs end at MOST.

For callers who may not read about everybody a key costs what finding out whose it is takes, too, and whether they may:
what is refused is not told by what it did cost (`resolvers.identity`), so its estimate is all that is taken for it.
"""

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from graphql import FieldNode, IntValueNode, ListValueNode, NullValueNode, ValueNode, VariableNode

from gateway.plan.facts import FieldFacts
from gateway.plan.selection import Level, Selected
from schema.policy import Audience

CALL = 10
OBJECT = 1
ASSUMED = 10
"""Items of a list of which nothing is known."""

ADMITTING: Mapping[Audience | None, int] = MappingProxyType({Audience.SELF_CARE: 0, Audience.PARTNER: 1})
"""Calls by which it is found out whether callers may read about somebody: of partners the consent system is asked."""

MOST = 2**53 - 1
"""The greatest whole number that every JSON reader keeps."""


@dataclasses.dataclass(frozen=True, slots=True)
class Size:
    """How many there are: a number, or what a variable says."""

    number: int
    """Without a variable, or where a caller leaves it out or null."""

    variable: str | None = None

    def of(self, variables: Mapping[str, Any]) -> int:
        """How many there are with these coerced variables."""
        value = variables.get(self.variable) if self.variable is not None else None
        if isinstance(value, list):
            return len(value)
        return _bounded(value) if isinstance(value, int) else self.number


ONE = Size(1)


@dataclasses.dataclass(frozen=True, slots=True)
class _Term:
    """One field that gives objects or asks systems: how often its system is asked, and what it gives how often."""

    calls: int
    """One after another."""

    keys: Size
    """For how many they are made."""

    size: tuple[Size, ...]
    """How long each of the lists is that its type is made of, the outer one first."""

    below: tuple[int, ...]
    """The steps of the levels below it, one for each possible type."""


class Cost:
    """
    The cost of one operation, as a function of its variables. Steps are worked out in order, each once.

    *admitting* is as in `FieldFacts.calls`.
    """

    __slots__ = ("_constant", "_steps")

    def __init__(self, root: Level, *, admitting: int | None = None) -> None:
        counted = _Counted(root, admitting)
        self._steps = counted.steps
        self._constant = None if counted.varies else self._worked_out({})

    def of(self, variables: Mapping[str, Any]) -> int:
        """The cost with these coerced variables."""
        return self._worked_out(variables) if self._constant is None else self._constant

    def _worked_out(self, variables: Mapping[str, Any]) -> int:
        values: list[int] = []
        for step in self._steps:
            # Those below come first, so each step finds in *values* what it needs.
            values.append(_bounded(sum(_of_term(term, variables, values) for term in step)))
        return values[-1]


def _of_term(term: _Term, variables: Mapping[str, Any], values: list[int]) -> int:
    calls = CALL * term.calls * term.keys.of(variables)
    below = max((OBJECT + values[step] for step in term.below), default=0)
    for size in term.size:
        below *= size.of(variables)
    return calls + below


class _Counted:
    """Turns the levels of an operation into steps, those below first."""

    def __init__(self, root: Level, admitting: int | None) -> None:
        self._admitting = admitting
        self.steps: list[tuple[_Term, ...]] = []
        self.varies = False
        self._places: dict[tuple[Level, Size | None], int] = {}
        self._place(root, None)

    def _place(self, level: Level, page: Size | None) -> int:
        key = (level, page)
        if key not in self._places:
            terms = tuple(self._term(each, page) for each in level.fields if each.below or each.facts.asks)
            self.varies = self.varies or any(map(_varies, terms))
            self.steps.append(terms)
            self._places[key] = len(self.steps) - 1
        return self._places[key]

    def _term(self, selected: Selected, page: Size | None) -> _Term:
        facts, arguments = selected.facts, _arguments(selected.node)
        keys, own = _size_by_keys(facts, arguments), _size_by_page(facts, arguments)
        longest = own or keys or (Size(facts.size) if facts.size is not None else None) or page or Size(ASSUMED)
        lists = (longest, *[Size(ASSUMED)] * (facts.lists - 1))[: facts.lists]
        inherited = own if not facts.lists else None
        return _Term(
            calls=facts.calls(selected.node, admitting=self._admitting),
            keys=keys or ONE,
            size=lists,
            below=tuple(self._place(level, inherited) for level in selected.below),
        )


def _varies(term: _Term) -> bool:
    return any(size.variable is not None for size in (term.keys, *term.size))


def _arguments(node: FieldNode) -> dict[str, ValueNode]:
    return {argument.name.value: argument.value for argument in node.arguments or ()}


def _size_by_page(facts: FieldFacts, arguments: Mapping[str, ValueNode]) -> Size | None:
    for name, default in facts.page:
        if default is not None or name in arguments:
            return _size(arguments.get(name), otherwise=ASSUMED if default is None else default)
    return None


def _size_by_keys(facts: FieldFacts, arguments: Mapping[str, ValueNode]) -> Size | None:
    given = [arguments[name] for name in facts.keys if name in arguments]
    return _size(given[0], otherwise=ASSUMED) if given else None


def _size(value: ValueNode | None, *, otherwise: int) -> Size:
    match value:
        case VariableNode():
            return Size(otherwise, value.name.value)
        case ListValueNode():
            return Size(len(value.values))
        case IntValueNode():
            return Size(_bounded(int(value.value)))
        case None | NullValueNode():
            return Size(otherwise)
        case _:
            return ONE  # One item where a list is meant is a list of one.


def _bounded(number: int) -> int:
    return max(0, min(number, MOST))
