"""What the plan has to know of each field of the graph, read once from the schema and the marks beside its fields."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLInputType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    Undefined,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
)

from resolvers.arguments import Arguments
from resolvers.edge import ASKS, WHOSE, Ask, AsksOfArguments
from schema.field import SIZE

PAGE_ARGUMENTS = ("first", "limit")
"""Arguments that say how many items a field gives."""


@dataclasses.dataclass(frozen=True, slots=True)
class FieldFacts:
    """One field of one object type, as far as it does not depend on the question."""

    coordinate: str
    types: tuple[GraphQLObjectType, ...]
    """The object types it can give; none for a leaf."""

    field: GraphQLField
    asks: tuple[Ask, ...] | AsksOfArguments
    """The questions it may put to systems; with some fields they hang on the arguments."""

    whose: tuple[Ask, ...] | AsksOfArguments
    """The questions by which is found out whose the keys are that it is given; none where it is given none."""

    lists: int
    """How many lists its type is inside of."""

    size: int | None
    """How long its list usually is, where a mark beside the field says so."""

    page: tuple[tuple[str, int | None], ...]
    """Arguments that say how many items it gives, with their defaults."""

    keys: tuple[str, ...]
    """Arguments that are lists: what they name is looked up one by one."""

    def calls(self, node: FieldNode, *, admitting: int | None = None) -> int:
        """
        How many calls the field makes one after another, at the worst, as it is written at *node*.

        *admitting* is how many it takes to admit somebody, once it is known who that is; None: all are admitted.
        """
        calls = self._most(self.asks, node)
        if admitting is None or not self.whose:
            return calls
        return max(calls, self._most(self.whose, node) + admitting)

    def _most(self, asks: tuple[Ask, ...] | AsksOfArguments, node: FieldNode) -> int:
        found = asks(Arguments(self.field, node).written()) if callable(asks) else asks
        return max((ask.after + 1 for ask in found), default=0)


Facts = Mapping[str, Mapping[str, FieldFacts]]
"""By type and field."""


def facts_of(schema: GraphQLSchema) -> Facts:
    """The facts of every field of every object type of *schema*, those of introspection left out."""
    return {
        found.name: {name: _facts(schema, f"{found.name}.{name}", field) for name, field in found.fields.items()}
        for found in schema.type_map.values()
        if isinstance(found, GraphQLObjectType) and not found.name.startswith("__")
    }


def metadata(field: GraphQLField) -> Mapping[Any, Any]:
    """What is marked beside a field where it is declared; nothing for fields that are not ours."""
    return getattr(field.extensions.get("strawberry-definition"), "metadata", None) or {}


def _facts(schema: GraphQLSchema, coordinate: str, field: GraphQLField) -> FieldFacts:
    marks = metadata(field)
    return FieldFacts(
        coordinate=coordinate,
        types=_types(schema, field.type),
        field=field,
        asks=marks.get(ASKS, ()),
        whose=marks.get(WHOSE, ()),
        lists=_lists(field.type),
        size=marks.get(SIZE),
        page=tuple((name, _default(field.args[name])) for name in PAGE_ARGUMENTS if name in field.args),
        keys=tuple(name for name, argument in field.args.items() if _lists(argument.type)),
    )


def _types(schema: GraphQLSchema, given: GraphQLOutputType) -> tuple[GraphQLObjectType, ...]:
    named = get_named_type(given)
    if isinstance(named, GraphQLObjectType):
        return (named,)
    if not is_abstract_type(named):
        return ()
    possible: Iterable[GraphQLObjectType] = schema.get_possible_types(named)
    return tuple(possible)


def _lists(given: GraphQLOutputType | GraphQLInputType) -> int:
    found = get_nullable_type(given)
    return 1 + _lists(found.of_type) if isinstance(found, GraphQLList) else 0


def _default(argument: GraphQLArgument) -> int | None:
    value = argument.default_value if argument.default_value is not Undefined else None
    return value if isinstance(value, int) else None
