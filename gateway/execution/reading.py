"""How the value of a field is found: as an attribute, by a computed field's function, or by asking its resolver."""

import dataclasses
import functools
import keyword
from collections.abc import Callable
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE
from strawberry.types.field import StrawberryField

from resolvers.edge import COMPUTED, PLACED, STABLE

_DEFINITION = "strawberry-definition"


@dataclasses.dataclass(frozen=True, slots=True)
class Attribute:
    """The value is an attribute of the object, read by `getattr` and nothing else."""

    name: str


@dataclasses.dataclass(frozen=True, slots=True)
class Computed:
    """The value is what a function makes of the object and the context, without waiting."""

    work: Callable[[Any, Any], Any]
    stable: bool = False
    """Whether it makes the same of the same object each time."""

    placed: bool = False
    """Whether what it makes may hang on where in the operation it stands."""


def reading(field: GraphQLField | None) -> Attribute | Computed | None:
    """How *field* is read without its resolver; None when only the resolver can tell."""
    definition = definition_of(field) if field else None
    if field is None or definition is None or field.args or definition.extensions:
        return None
    if type(definition).get_result is not StrawberryField.get_result:
        return None
    if COMPUTED in definition.metadata:
        marks = definition.metadata
        return Computed(marks[COMPUTED], stable=marks.get(STABLE) is True, placed=marks.get(PLACED) is True)
    return _attribute(field, definition)


def definition_of(field: GraphQLField) -> StrawberryField | None:
    """What Strawberry knows of *field*."""
    found = field.extensions.get(_DEFINITION)
    return found if isinstance(found, StrawberryField) else None


def _attribute(field: GraphQLField, definition: StrawberryField) -> Attribute | None:
    # Strawberry names the resolver of a field that nothing stands around; any other name means there is more to it.
    stock = getattr(field.resolve, "__name__", "") == "_get_basic_result"
    if not stock or not definition.is_basic_field or definition.default_resolver is not getattr:
        return None
    name = definition.python_name
    return Attribute(name) if name.isidentifier() and not keyword.iskeyword(name) else None


def converts_exceptions(schema: GraphQLSchema) -> bool:
    """Whether Strawberry may turn what a resolver raises into a value: then no resolver may be passed by."""
    strawberry_schema = getattr(schema, "_strawberry_schema", None)
    return bool(getattr(strawberry_schema, "exception_handlers", True))


def classes_of(kind: GraphQLObjectType) -> tuple[type, ...]:
    """
    The classes whose instances are taken for *kind* without a question to anybody.

    Empty when only graphql-core can tell. A generic word (`Connection`) has its instances, not its concrete type.
    """
    definition = kind.extensions.get(_DEFINITION)
    if not isinstance(definition, StrawberryObjectDefinition) or definition.is_type_of is not None:
        return ()
    concrete_of = definition.concrete_of
    found = (definition.origin, *([concrete_of.origin] if concrete_of else []))
    return found if all(map(_is_data, found)) else ()


def descends_from(classes: tuple[type, ...]) -> Callable[[object], bool]:
    """Whether a value is of a subclass of *classes* that is data as they are: a page that is worked out when read."""

    def judge(kind: type) -> bool:
        return issubclass(kind, classes) and _is_data(kind)

    # Bounded for the sake of those who make classes as they go.
    known: Callable[[type], bool] = functools.lru_cache(maxsize=100)(judge)
    return lambda value: known(type(value))


def comes_from_a_system(kind: GraphQLObjectType) -> bool:
    """Whether objects of *kind* say themselves where they came from, and so whether their answer may be given again."""
    source = kind.fields.get("source")
    return source is not None and getattr(get_named_type(source.type), "name", "") == "Source"


def _is_data(kind: Any) -> bool:
    # Promises and exceptions are no data to graphql-core, whatever attributes they have.
    looked_up: bool = kind.__getattribute__ is object.__getattribute__ and not hasattr(kind, "__getattr__")
    return looked_up and not hasattr(kind, "__await__") and not issubclass(kind, Exception)


def may_be_cast(kind: GraphQLObjectType) -> bool:
    """Whether `strawberry.cast` on an object changes what graphql-core thinks of it as a *kind*."""
    return kind.is_type_of is not None


def is_cast(value: object) -> bool:
    """Whether *value* was marked by `strawberry.cast`."""
    return getattr(value, TYPE_CAST_ATTRIBUTE, None) is not None


def class_within(kind: GraphQLObjectType, abstract: GraphQLInterfaceType | GraphQLUnionType) -> type | None:
    """The class whose own instances are *kind* where *abstract* is asked for; None when only graphql-core can tell."""
    definition = kind.extensions.get(_DEFINITION)
    around = abstract.extensions.get(_DEFINITION)
    found = classes_of(kind)
    if not isinstance(definition, StrawberryObjectDefinition) or definition.is_graphql_generic or len(found) != 1:
        return None
    if definition.name != kind.name or found[0].__dict__.get("__strawberry_definition__") is not definition:
        return None
    if isinstance(abstract, GraphQLUnionType):
        return found[0] if around is not None else None
    if not isinstance(around, StrawberryObjectDefinition) or around.resolve_type is not None:
        return None
    return found[0] if issubclass(found[0], around.origin) else None
