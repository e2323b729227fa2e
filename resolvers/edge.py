"""
How a field is added to a word: an edge, which asks a system, or a computed field, which asks nobody.

A word of `schema/` is one class per GraphQL type. What is beyond its own data is added to that class's definition
before the schema is built; subclassing the word under its own name would give two types of one name instead.
Strawberry has no public way to do this; a test pins the one used.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import strawberry
from strawberry.types import Info, get_object_definition

from schema.field import OWN_POLICY, metadata, own_policy
from schema.parts import Part
from schema.policy import EVERYBODY, Audience, told_to_routers

if TYPE_CHECKING:
    from resolvers.context import Context

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

PartsOfArguments = Callable[[Mapping[str, Any]], frozenset[Part]]
PARTS_OF_ARGUMENTS = "switchboard.parts_of_arguments"


class Ask(NamedTuple):
    """
    A question that a field may put to a system: a capability of `connectors.routes.Routes` and one of its operations.

    *after* is how many questions of the same field come before it.
    """

    capability: str
    operation: str
    after: int = 0


AsksOfArguments = Callable[[Mapping[str, Any]], tuple[Ask, ...]]
"""What a field asks by its arguments as they are written, each variable in them being UNKNOWN."""

ASKS = "switchboard.asks"
UNKNOWN = object()

WHOSE = "switchboard.whose"
"""Metadata of a field that is given keys: what finding out whose they are asks, for callers who reach not everybody."""

EARLY = "switchboard.early"
"""Metadata of a field whose questions can be put before its object is there (`resolvers.early`)."""

COMPUTED = "switchboard.computed"
"""Metadata of a computed field: the function itself, for those who execute plain data without a resolver's ceremony."""

STABLE = "switchboard.stable"
"""Metadata of a computed field that gives the same for the same object, whoever asks and whenever."""

PLACED = "switchboard.placed"
"""Metadata of a computed field whose value may hang on where in the operation it stands."""


def edge(
    word: type,
    *,
    description: str,
    name: str | None = None,
    asks: tuple[Ask, ...] | AsksOfArguments = (),
    whose: tuple[Ask, ...] | AsksOfArguments = (),
    early: Callable[..., Any] | None = None,
    parts: tuple[Part, ...] = (),
    parts_of_arguments: PartsOfArguments | None = None,
    scopes: Iterable[str | frozenset[str]] | None = None,
    audiences: Iterable[Audience] | None = None,
) -> Callable[[F], F]:
    """
    Add the decorated resolver to *word* as a field, needing *parts* of what it starts from and asks.

    The field has the resolver's name as GraphQL writes it, or exactly *name*. What it needs beyond *parts* may hang on
    its arguments. *asks* are the questions it may put to systems, and *early* puts them ahead of time; by *whose* is
    found out whose the keys are that it is given. *scopes* and *audiences* are who may read it, where these are not
    those of the word and of what it leads to.
    """
    needs = declared(asks=asks, whose=whose, early=early, parts=parts, parts_of_arguments=parts_of_arguments)
    needs.update(own_policy(scopes=scopes, audiences=audiences))

    def add(resolver: F) -> F:
        _add(word, resolver, name=name or resolver.__name__, graphql_name=name, description=description, needs=needs)
        return resolver

    return add


def declared(
    *,
    asks: tuple[Ask, ...] | AsksOfArguments = (),
    whose: tuple[Ask, ...] | AsksOfArguments = (),
    early: Callable[..., Any] | None = None,
    parts: tuple[Part, ...] = (),
    parts_of_arguments: PartsOfArguments | None = None,
) -> dict[str, Any]:
    """What a field says of itself to those who plan an operation, as Strawberry's metadata of the field."""
    told = {ASKS: asks, WHOSE: whose, EARLY: early, PARTS_OF_ARGUMENTS: parts_of_arguments}
    return {**metadata(parts), **{name: value for name, value in told.items() if value}}


def computed(
    word: type, *, description: str, name: str, stable: bool = False, placed: bool = False
) -> "Callable[[Callable[[Any, Context], T]], Callable[[Any, Context], T]]":
    """
    Add the decorated function to *word* as the field *name*, worked out from an object of the word and the context.

    It asks no system, waits for nothing, changes nothing, and may be called more than once for one object.
    With *stable* it takes nothing from the context but what all operations of the graph share and what never changes:
    what it once gave for an object may be given again. With *placed* it is given the context of its own field, which is
    another than the operation's where fields want younger values.
    """

    def add(work: "Callable[[Any, Context], T]") -> "Callable[[Any, Context], T]":
        def resolver(root: strawberry.Parent[Any], info: Info[Any, Any]) -> Any:
            return work(root, info.context.of(info) if placed else info.context)

        # Strawberry reads the field's type off its resolver.
        resolver.__annotations__["return"] = work.__annotations__["return"]
        _add(
            word,
            resolver,
            name=name,
            graphql_name=None,
            description=description,
            needs={COMPUTED: work, STABLE: stable, PLACED: placed},
        )
        return work

    return add


def _add(
    word: type,
    resolver: Callable[..., Any],
    *,
    name: str,
    graphql_name: str | None,
    description: str,
    needs: Mapping[str, Any],
) -> None:
    definition = get_object_definition(word, strict=True)
    own = needs.get(OWN_POLICY, {})
    told = told_to_routers(own.get("scopes", ()), own.get("audiences", EVERYBODY))
    field = strawberry.field(resolver, name=graphql_name, description=description, metadata=needs, directives=told)
    field.python_name = name
    field.origin = word
    definition.fields.append(field)
