"""
How a field is added to a word: an edge, which asks a system, or a computed field, which asks nobody.

A word of `schema/` is one class per GraphQL type. What is beyond its own data is added to that class's definition
before the schema is built; subclassing the word under its own name would give two types of one name instead.
Strawberry has no public way to do this; a test pins the one used.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import strawberry
from strawberry.types import Info, get_object_definition

from schema.field import metadata
from schema.parts import Part

if TYPE_CHECKING:
    from resolvers.context import Context

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

PartsOfArguments = Callable[[Mapping[str, Any]], frozenset[Part]]
PARTS_OF_ARGUMENTS = "switchboard.parts_of_arguments"

COMPUTED = "switchboard.computed"
"""Metadata of a computed field: the function itself, for those who execute plain data without a resolver's ceremony."""


def edge(
    word: type,
    *,
    description: str,
    name: str | None = None,
    parts: tuple[Part, ...] = (),
    parts_of_arguments: PartsOfArguments | None = None,
) -> Callable[[F], F]:
    """
    Add the decorated resolver to *word* as a field, needing *parts* of what it starts from and asks.

    The field has the resolver's name as GraphQL writes it, or exactly *name*. What it needs beyond *parts* may hang on
    its arguments.
    """
    needs = {**metadata(parts), **({PARTS_OF_ARGUMENTS: parts_of_arguments} if parts_of_arguments else {})}

    def add(resolver: F) -> F:
        _add(word, resolver, name=name or resolver.__name__, graphql_name=name, description=description, needs=needs)
        return resolver

    return add


def computed(
    word: type, *, description: str, name: str
) -> "Callable[[Callable[[Any, Context], T]], Callable[[Any, Context], T]]":
    """
    Add the decorated function to *word* as the field *name*, worked out from an object of the word and the context.

    It asks no system, waits for nothing, changes nothing, and may be called more than once for one object.
    """

    def add(work: "Callable[[Any, Context], T]") -> "Callable[[Any, Context], T]":
        def resolver(root: strawberry.Parent[Any], info: Info[Any, Any]) -> Any:
            return work(root, info.context)

        # Strawberry reads the field's type off its resolver.
        resolver.__annotations__["return"] = work.__annotations__["return"]
        _add(word, resolver, name=name, graphql_name=None, description=description, needs={COMPUTED: work})
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
    field = strawberry.field(resolver, name=graphql_name, description=description, metadata=needs)
    field.python_name = name
    field.origin = word
    definition.fields.append(field)
