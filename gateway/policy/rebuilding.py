"""A schema made of the fields of another one, of which some are left out and some answer nothing but a refusal."""

import enum
from collections.abc import Callable
from typing import Any, Never

from graphql import (
    GraphQLDirective,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    is_input_type,
    is_non_null_type,
    is_specified_directive,
)

Refusal = Callable[[], Exception]
"""Makes what is raised for a field that may not be read."""


class Gone(enum.Enum):
    """Said of a field that is not there."""

    GONE = enum.auto()


Fate = Callable[[str], Refusal | Gone | None]
"""What becomes of the field at a coordinate: it is gone, refuses by an error, or (None) is as it was."""

_IN_QUESTIONS = frozenset({"QUERY", "MUTATION", "SUBSCRIPTION", "FIELD", "FRAGMENT_SPREAD", "INLINE_FRAGMENT"})

_WITHHELD = GraphQLScalarType("_Withheld", description="Stands for what may not be read. Nothing is below it.")


def rebuilt(schema: GraphQLSchema, fate: Fate, *, keeps_inputs: bool = False) -> GraphQLSchema:
    """
    *schema* with the fields for which *fate* says so gone or refusing.

    A field that refuses keeps its place, its name and whether it may be null; nothing is known any more of what it
    needs of systems or leads to. Types to which nothing leads are gone as well; with *keeps_inputs* those that
    variables can have stay, so that an operation which was valid still is. Raises TypeError where a field leads to an
    object of which nothing is left.
    """
    return _Rebuilding(schema, fate).schema(keeps_inputs=keeps_inputs)


class _Rebuilding:
    def __init__(self, schema: GraphQLSchema, fate: Fate) -> None:
        self._whole = schema
        self._fate = fate
        self._made: dict[str, GraphQLNamedType] = {}

    def schema(self, *, keeps_inputs: bool) -> GraphQLSchema:
        """The new schema. Takes about a millisecond."""
        whole = self._whole
        kwargs: dict[str, Any] = {**whole.to_kwargs(), "assume_valid": True}
        for name in ("query", "mutation", "subscription"):
            kwargs[name] = self._named(kwargs[name]) if kwargs[name] is not None else None
        # What is reached will be found; what only the whole graph names stays out.
        kwargs["types"] = [each for each in whole.type_map.values() if keeps_inputs and is_input_type(each)]
        kwargs["directives"] = [each for each in whole.directives if _is_for_callers(each)]
        found = GraphQLSchema(**kwargs)
        # By it Strawberry finds itself when its resolvers are called.
        found._strawberry_schema = getattr(whole, "_strawberry_schema", None)  # type: ignore[attr-defined]  # noqa: SLF001
        return found

    def _named(self, kind: GraphQLNamedType) -> Any:
        # Scalars and enums have no fields, and inputs are no secret where the field that takes them is none.
        if kind.name.startswith("__") or not isinstance(kind, GraphQLObjectType | GraphQLUnionType):
            return kind
        if kind.name not in self._made:
            self._made[kind.name] = self._object(kind) if isinstance(kind, GraphQLObjectType) else self._union(kind)
        return self._made[kind.name]

    def _object(self, kind: GraphQLObjectType) -> GraphQLObjectType:
        fates = {name: self._fate(f"{kind.name}.{name}") for name in kind.fields}
        if all(each is Gone.GONE for each in fates.values()):
            raise TypeError(f"a field leads to {kind.name}, of which nothing is left")
        # Types lead to each other in circles, so their fields are made when all of them are there.
        kwargs: dict[str, Any] = {**kind.to_kwargs()}
        kwargs["fields"] = lambda: {
            name: self._field(kind.fields[name], each) for name, each in fates.items() if not isinstance(each, Gone)
        }
        return GraphQLObjectType(**kwargs)

    def _union(self, kind: GraphQLUnionType) -> GraphQLUnionType:
        kwargs: dict[str, Any] = {**kind.to_kwargs()}
        kwargs["types"] = lambda: [self._named(each) for each in kind.types if self._has_any(each)]
        # Strawberry looks for the types that it made itself; by their names graphql-core finds the ones here.
        kwargs["resolve_type"] = lambda value, info, _: kind.resolve_type and kind.resolve_type(value, info, kind)
        return GraphQLUnionType(**kwargs)

    def _has_any(self, kind: GraphQLObjectType) -> bool:
        return any(self._fate(f"{kind.name}.{name}") is not Gone.GONE for name in kind.fields)

    def _field(self, field: GraphQLField, refusal: Refusal | None) -> GraphQLField:
        if refusal is not None:
            return _refusing(refusal, nullable=not is_non_null_type(field.type))
        kwargs: dict[str, Any] = {**field.to_kwargs()}
        kwargs["type_"] = self._output(field.type)
        return GraphQLField(**kwargs)

    def _output(self, kind: GraphQLOutputType) -> Any:
        if isinstance(kind, GraphQLNonNull):
            return GraphQLNonNull(self._output(kind.of_type))
        if isinstance(kind, GraphQLList):
            return GraphQLList(self._output(kind.of_type))
        if isinstance(kind, GraphQLInterfaceType):
            # Whoever adds the first one has to say whose fields decide: its own, or those of the types behind it.
            raise NotImplementedError(f"{kind.name} is an interface, and views of interfaces are not made")
        return self._named(kind)


def _is_for_callers(directive: GraphQLDirective) -> bool:
    """Whether it may stand in a question, or is one of GraphQL's own: the others are for routers."""
    return is_specified_directive(directive) or any(each.name in _IN_QUESTIONS for each in directive.locations)


def _refusing(refusal: Refusal, *, nullable: bool) -> GraphQLField:
    def refuse(*_: object, **__: object) -> Never:
        raise refusal()

    return GraphQLField(_WITHHELD if nullable else GraphQLNonNull(_WITHHELD), resolve=refuse)
