"""
How an edge is added to a word.

A word of `schema/` is one class per GraphQL type. What needs another system is added to that class's definition before
the schema is built; subclassing the word under its own name would give two types of one name instead. Strawberry has
no public way to do this; a test pins the one used.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import strawberry
from strawberry.types import get_object_definition

from schema.field import metadata
from schema.parts import Part

F = TypeVar("F", bound=Callable[..., Any])

PartsOfArguments = Callable[[Mapping[str, Any]], frozenset[Part]]
PARTS_OF_ARGUMENTS = "switchboard.parts_of_arguments"


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
        definition = get_object_definition(word, strict=True)
        field = strawberry.field(resolver, name=name, description=description, metadata=needs)
        field.python_name = name or resolver.__name__
        field.origin = word
        definition.fields.append(field)
        return resolver

    return add
