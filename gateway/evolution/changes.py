"""
Changes from one graph to the next: which of them break clients, and which of those were announced by `@deprecated`.

graphql-core compares the types. What a client cannot be asked to notice is left out: directives that only federation
reads. Added is what graphql-core does not see: keys of entities, and inputs of which exactly one member may be given.
"""

import dataclasses
import enum
import re
from collections.abc import Iterable, Iterator

from graphql import (
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_specified_scalar_type,
)
from graphql.language import DirectiveLocation, print_ast
from graphql.utilities import find_schema_changes, resolve_schema_coordinate
from graphql.utilities.find_schema_changes import BreakingChangeType, DangerousChangeType, SchemaChange


class Verdict(enum.StrEnum):
    """What becomes of a change."""

    BREAKING = "BREAKING"
    """It is refused: mark it `@deprecated`, release that, and then change it."""

    ANNOUNCED = "announced"
    """It breaks those who did not heed `@deprecated`."""

    DANGEROUS = "dangerous"
    """It may surprise a client that was not written with care."""


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """One change that clients may notice, in words. *coordinate* is empty where it cannot be told."""

    verdict: Verdict
    coordinate: str
    words: str

    def __str__(self) -> str:
        return f"{self.verdict:<9}  {self.words}"


def changes(before: str, after: str) -> list[Change]:
    """The changes between two graphs in SDL that are not harmless, those that break first."""
    old, new = (build_schema(sdl, assume_valid_sdl=True) for sdl in (before, after))
    announced = _Announced(old)
    found = [*_compared(old, new, announced), *_keys(old, new), *_one_of(old, new, announced)]
    return sorted(found, key=lambda each: (list(Verdict).index(each.verdict), each.words))


def breaks(found: Iterable[Change]) -> bool:
    """Whether any of them is to be refused."""
    return any(each.verdict is Verdict.BREAKING for each in found)


_NAME = r"[_A-Za-z][_0-9A-Za-z]*"
# The words of graphql-core 3.3; a test pins them for each type of change. Where none fits nothing can be announced.
_COORDINATES = [
    re.compile(pattern.replace("NAME", _NAME))
    for pattern in [
        r"^Directive (@NAME) was removed",
        r"^Standard scalar (NAME) was removed",
        r"Argument (@?NAME(?:\.NAME)?\(NAME:\))",
        r"required argument (@NAME)\(NAME:\)",
        r"required argument (NAME\.NAME)\(NAME:\)",
        r"required field (NAME)\.NAME was added",
        r"^Field (NAME\.NAME) ",
        r"^Enum value (NAME\.NAME) ",
        r"^NAME was removed from union type (NAME)",
        r"removed from (@NAME)\.$",
        r"^(@NAME)\(NAME:\) ",
        r"^(NAME) (?:was removed|changed from|no longer implements)",
    ]
]


def _compared(old: GraphQLSchema, new: GraphQLSchema, announced: "_Announced") -> Iterator[Change]:
    for change in find_schema_changes(old, new):
        coordinate = _coordinate(change)
        if isinstance(change.type, BreakingChangeType):
            if not _is_for_federation(old, coordinate) and not _is_standard_scalar(old, coordinate):
                verdict = Verdict.ANNOUNCED if announced.covers(coordinate) else Verdict.BREAKING
                yield Change(verdict, coordinate, change.description)
        elif isinstance(change.type, DangerousChangeType) and not _is_for_federation(old, coordinate):
            yield Change(Verdict.DANGEROUS, coordinate, change.description)


def _coordinate(change: SchemaChange) -> str:
    for pattern in _COORDINATES:
        found = pattern.search(change.description)
        if found is not None:
            return found[1]
    return ""


def _is_standard_scalar(old: GraphQLSchema, coordinate: str) -> bool:
    """Whether it is one that every graph has: it goes with its last use, and that is told by itself."""
    found = old.type_map.get(coordinate)
    return found is not None and is_specified_scalar_type(found)


def _is_for_federation(old: GraphQLSchema, coordinate: str) -> bool:
    """Whether it is about a directive that no client can write into a document."""
    if not coordinate.startswith("@"):
        return False
    directive = old.get_directive(re.split(r"[(:]", coordinate[1:])[0])
    return directive is not None and not any(each in _IN_DOCUMENTS for each in directive.locations)


_IN_DOCUMENTS = frozenset(
    {
        DirectiveLocation.QUERY,
        DirectiveLocation.MUTATION,
        DirectiveLocation.SUBSCRIPTION,
        DirectiveLocation.FIELD,
        DirectiveLocation.FRAGMENT_DEFINITION,
        DirectiveLocation.FRAGMENT_SPREAD,
        DirectiveLocation.INLINE_FRAGMENT,
        DirectiveLocation.VARIABLE_DEFINITION,
    }
)


class _Announced:
    """What of the *old* graph was deprecated: what says so, and types that nothing else leads to."""

    def __init__(self, old: GraphQLSchema) -> None:
        self._old = old
        roots = (old.query_type, old.mutation_type, old.subscription_type)
        self._types = _types_that_stay(old, {each.name for each in roots if each is not None})

    def covers(self, coordinate: str) -> bool:
        """Whether whoever uses what is at *coordinate* was told."""
        if not coordinate or coordinate.startswith("@"):
            return False
        kind, _, member = coordinate.partition(".")
        if kind in self._old.type_map and kind not in self._types:
            return True
        field, _, _ = member.partition("(")
        return any(self._is_deprecated(each) for each in {coordinate, f"{kind}.{field}"} if member)

    def _is_deprecated(self, coordinate: str) -> bool:
        found = resolve_schema_coordinate(self._old, coordinate)
        # The element itself is the second part of what is found, but for arguments, where it is the third.
        element = found[-2] if found is not None and len(found) > 2 else None
        return getattr(element, "deprecation_reason", None) is not None


def _types_that_stay(schema: GraphQLSchema, begun: set[str]) -> set[str]:
    """The types that somebody gets to without anything that is deprecated."""
    found: set[str] = set()
    waiting = list(begun)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _led_to(schema, schema.type_map[name])
    return found


def _led_to(schema: GraphQLSchema, kind: GraphQLNamedType) -> Iterator[str]:
    if isinstance(kind, GraphQLInputObjectType):
        yield from (get_named_type(each.type).name for each in kind.fields.values() if each.deprecation_reason is None)
    if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
        yield from (each.name for each in schema.get_possible_types(kind))
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        yield from (each.name for each in kind.interfaces)
        for field in kind.fields.values():
            if field.deprecation_reason is None:
                yield get_named_type(field.type).name
                arguments = (each for each in field.args.values() if each.deprecation_reason is None)
                yield from (get_named_type(each.type).name for each in arguments)


def _keys(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    """Keys that a router of a federation may find an entity by."""
    for name, kind in old.type_map.items():
        for key in _keys_of(kind) - _keys_of(new.type_map.get(name)):
            if name in new.type_map:
                yield Change(Verdict.BREAKING, name, f"{name} can no longer be found by {key}.")


def _keys_of(kind: GraphQLNamedType | None) -> set[str]:
    directives = kind.ast_node.directives if kind is not None and kind.ast_node is not None else ()
    return {print_ast(each) for each in directives or () if each.name.value == "key"}


def _one_of(old: GraphQLSchema, new: GraphQLSchema, announced: _Announced) -> Iterator[Change]:
    for name, kind in new.type_map.items():
        before = old.type_map.get(name)
        if not isinstance(kind, GraphQLInputObjectType) or not isinstance(before, GraphQLInputObjectType):
            continue
        if kind.is_one_of and not before.is_one_of:
            verdict = Verdict.ANNOUNCED if announced.covers(name) else Verdict.BREAKING
            yield Change(verdict, name, f"Of {name} exactly one member may be given now.")
