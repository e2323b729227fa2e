"""Operations that nobody wrote: valid, with fragments, aliases, fields that meet, variables, `@skip` and `@include`."""

import dataclasses
from collections.abc import Callable
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    parse,
    validate,
)
from hypothesis import assume
from hypothesis import strategies as st

from tests.security.fuzz import documents

GRAPH = documents.SCHEMA

BOOLEANS = {"yes": True, "no": False, "may": None}
"""Boolean variables by name, with their defaults."""

_ONE = {"CustomerKey": ['{id: "1"}', "$customer"], "LineKey": ['{msisdn: "60000042"}', "$line"]}
_MANY = {
    "CustomerKey": ['[{id: "1"}]', '{id: "1"}', '[{id: "1"}, $customer]', "$customers"],
    "_Any": ['[{__typename: "Line"}]', "$things"],
}
_TYPES = {
    "customer": "CustomerKey!",
    "line": "LineKey!",
    "customers": "[CustomerKey!]!",
    "things": "[_Any!]!",
    "n": "Int = 2",
    "m": "Int!",
}
VALUES: dict[str, Any] = {
    "customer": {"id": "1"},
    "line": {"msisdn": "60000042"},
    "customers": [{"id": "1"}, {"id": "2"}],
    "things": [{"__typename": "Line"}, {"__typename": "Bill"}, {"__typename": "Bill"}],
    "m": 3,
}
"""What callers give for the other variables."""

Draw = Callable[[st.SearchStrategy[Any]], Any]


@dataclasses.dataclass(frozen=True)
class Generated:
    """A document with one operation, and the values of its variables; some booleans are left to their defaults."""

    text: str
    variables: dict[str, Any]


class _Writer:
    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self.fragments: list[str] = []

    def selection(self, kind: GraphQLNamedType, depth: int) -> str:
        parts = [self._part(kind, depth) for _ in range(self._number(1, 4))]
        return "{ " + " ".join(parts) + " }"

    def _part(self, kind: GraphQLNamedType, depth: int) -> str:
        chosen = self._number(0, 9)
        if chosen == 0:
            return (
                f"... {self._on(kind)}{self._directive()} {self.selection(kind, depth - 1)}" if depth else "__typename"
            )
        if chosen <= 2 and depth:
            return f"...{self._fragment(kind, depth)}{self._directive()}"
        if isinstance(kind, GraphQLUnionType):
            member = self._one_of(list(kind.types))
            return f"... on {member.name}{self._directive()} {self.selection(member, max(0, depth - 1))}"
        assert isinstance(kind, GraphQLObjectType)
        return self._field(kind, depth)

    def _on(self, kind: GraphQLNamedType) -> str:
        return "" if self._number(0, 1) else f"on {kind.name}"

    def _fragment(self, kind: GraphQLNamedType, depth: int) -> str:
        written = [text for text in self.fragments if f" on {kind.name} " in text]
        if written and self._number(0, 1):
            name: str = self._one_of(written).split()[1]
            return name
        body = self.selection(kind, depth - 1)
        self.fragments.append(f"fragment F{len(self.fragments)} on {kind.name} {body}")
        return f"F{len(self.fragments) - 1}"

    def _field(self, kind: GraphQLObjectType, depth: int) -> str:
        names = [name for name, field in kind.fields.items() if depth or _is_leaf(field)]
        names = [name for name in names if name != "_service"]
        if not names or self._number(0, 12) == 0:
            return "__typename" + self._directive()
        name = self._one_of(names)
        field = kind.fields[name]
        arguments = self._arguments(field)
        # Fields of one name in one place must have the same arguments.
        alias = f"a{abs(hash((name, arguments)))}: " if arguments or self._number(0, 5) == 0 else ""
        below = "" if _is_leaf(field) else f" {self.selection(get_named_type(field.type), depth - 1)}"
        return f"{alias}{name}{arguments}{self._directive()}{below}"

    def _arguments(self, field: GraphQLField) -> str:
        given = []
        for name, argument in field.args.items():
            kind = get_named_type(argument.type).name
            if name == "first" and self._number(0, 2):
                given.append("first: " + self._one_of(["1", "3", "$n", "$m"]))
            elif "[" in str(argument.type):
                given.append(f"{name}: " + self._one_of(_MANY[kind]))
            elif kind in _ONE:
                given.append(f"{name}: " + self._one_of(_ONE[kind]))
        return f"({', '.join(given)})" if given else ""

    def _directive(self) -> str:
        if self._number(0, 4):
            return ""
        value = self._one_of(["true", "false", "$yes", "$no", "$may"])
        return f" @{self._one_of(['skip', 'include'])}(if: {value})"

    def _number(self, least: int, most: int) -> int:
        found: int = self._draw(st.integers(least, most))
        return found

    def _one_of(self, choices: list[Any]) -> Any:
        return self._draw(st.sampled_from(choices))


def _is_leaf(field: GraphQLField) -> bool:
    return not isinstance(get_named_type(field.type), GraphQLObjectType | GraphQLUnionType)


def _declared(body: str) -> str:
    declared = [f"${name}: {kind}" for name, kind in _TYPES.items() if f"${name}" in _words(body)]
    declared += [
        f"${name}: Boolean!" if default is None else f"${name}: Boolean = {str(default).lower()}"
        for name, default in BOOLEANS.items()
        if f"${name}" in _words(body)
    ]
    return f"({', '.join(declared)})" if declared else ""


def _words(body: str) -> set[str]:
    for sign in "()[]{},:":
        body = body.replace(sign, " ")
    return set(body.split())


@st.composite
def operations(draw: Draw, *, depth: int = 5) -> Generated:
    """Operations of GRAPH with the values of their variables."""
    assert GRAPH.query_type is not None
    writer = _Writer(draw)
    selection = writer.selection(GRAPH.query_type, depth)
    body = " ".join([selection, *draw(st.permutations(writer.fragments))])
    text = f"query Generated{_declared(body)} {body}"
    assume(not validate(GRAPH, parse(text)))
    words = _words(body)
    variables = {name: value for name, value in VALUES.items() if f"${name}" in words}
    for name, default in BOOLEANS.items():
        if f"${name}" in words and (default is None or draw(st.booleans())):
            variables[name] = draw(st.booleans())
    return Generated(text, variables)
