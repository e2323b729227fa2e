"""How a record says where each of its values stands in an element: names, kinds and lists. Reads nothing itself."""

import dataclasses
import enum
import types
import typing
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias, TypeVar, dataclass_transform

from connectors.xml import Node

T = TypeVar("T")

Wording: TypeAlias = tuple[tuple[str, ...], tuple[str | None, ...]]
"""Local names and texts of all children as they stand: two elements that say the same word for word have equal ones."""

_SPEC: Final = "soap"


class Kind(enum.Enum):
    """What is made of an element."""

    TEXT = enum.auto()
    INTEGER = enum.auto()
    READ = enum.auto()
    RECORD = enum.auto()
    NODE = enum.auto()
    PRESENT = enum.auto()
    NAMED = enum.auto()
    ATTRIBUTE = enum.auto()
    FILLED = enum.auto()
    WORDING = enum.auto()


@dataclasses.dataclass(frozen=True, slots=True)
class Spec:
    """What a record says of one of its fields."""

    name: str = ""
    kind: Kind | None = None
    """None where the field's type tells it."""

    many: bool = False
    mark: str | None = None
    beside: str = ""
    read: str | None = None
    blank: bool = False
    bits: int | None = None
    names: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """One field of a record, as it is read. *attribute* is its name in the record."""

    attribute: str
    spec: Spec
    kind: Kind
    required: bool
    record: type[Any] | None


def element(name: str, *, read: str | None = None, blank: bool = False, bits: int | None = None) -> Any:
    """
    The only child called *name*; the field's type says how it is read.

    `str` and `int` must be there and not be empty; with `| None` they are None when absent, nil or empty. A record or a
    Node must be there; with `| None` it is None when absent.

    *read* names a function, given when the record is compiled, that makes the value of the text. *blank*: a `str` that
    must be there and is "" when nil or empty. *bits*: the size of the signed integer type.
    """
    return _field(Spec(name=name, read=read, blank=blank, bits=bits))


def present(name: str) -> Any:
    """A `bool`: whether there is a child called *name*, whatever it holds; two of them are an error."""
    return _field(Spec(name=name, kind=Kind.PRESENT))


def children(name: str, *, read: str | None = None, bits: int | None = None) -> Any:
    """Every child called *name*, in order: a list of records, Nodes, or of values that are all there and not empty."""
    return _field(Spec(name=name, many=True, read=read, bits=bits))


def entries(name: str, *, mark: str, beside: str = "") -> Any:
    """
    Every child called *name*, as `children`, of which none may hide.

    An error when one hides under another name (it holds the field *mark*), in a wrapper or without its own element,
    because a list that lost an entry is a wrong list. *beside* names a neighbour that has such a field by right;
    whatever else is unknown is passed over.
    """
    return _field(Spec(name=name, many=True, mark=mark, beside=beside))


def named(names: Iterable[str]) -> Any:
    """A `dict[str, Element]` of the children with these names; one that occurs twice is an error."""
    return _field(Spec(kind=Kind.NAMED, names=tuple(sorted(names))))


def attribute(name: str) -> Any:
    """The element's own attribute of that name as it stands, `str | None`."""
    return _field(Spec(name=name, kind=Kind.ATTRIBUTE))


def filled() -> Any:
    """A `bool`: whether the element has any child element."""
    return _field(Spec(kind=Kind.FILLED))


def wording() -> Any:
    """The element's Wording, by which one that was doubled word for word is found."""
    return _field(Spec(kind=Kind.WORDING))


def _field(spec: Spec) -> Any:
    return dataclasses.field(metadata={_SPEC: spec})


@dataclass_transform(
    kw_only_default=True,
    frozen_default=True,
    field_specifiers=(element, present, children, entries, named, attribute, filled, wording),
)
def record(cls: type[T]) -> type[T]:
    """
    A class whose fields say where in an element they stand: frozen for the type checker, slotted, silent in its repr.

    It is not frozen at run time, because compiled readers set the slots of an object one by one.
    """
    return dataclasses.dataclass(slots=True, kw_only=True, repr=False)(cls)


def fields_of(cls: type[Any]) -> tuple[Field, ...]:
    """The fields of a record; TypeError when it is none, or when a field's type cannot be read from an element."""
    if not dataclasses.is_dataclass(cls):
        raise TypeError(f"{cls.__name__} is not a record")
    hints = typing.get_type_hints(cls)
    return tuple(_as_read(cls, each, hints) for each in dataclasses.fields(cls))


def _as_read(cls: type[Any], field: "dataclasses.Field[Any]", hints: Mapping[str, Any]) -> Field:
    spec: Spec | None = field.metadata.get(_SPEC)
    if spec is None:
        raise TypeError(f"{cls.__name__}.{field.name} does not say where it stands")
    hint = hints[field.name]
    if spec.many:
        if typing.get_origin(hint) is not list:
            raise TypeError(f"{cls.__name__}.{field.name} is read as a list and not declared as one")
        (hint,) = typing.get_args(hint)
    inner, required = _without_none(hint)
    kind = spec.kind or _kind_of(inner, spec)
    if kind is None or (spec.many and not required):
        raise TypeError(f"{cls.__name__}.{field.name} is of a type that cannot be read from an element")
    is_record = kind is Kind.RECORD
    return Field(attribute=field.name, spec=spec, kind=kind, required=required, record=inner if is_record else None)


def _without_none(hint: Any) -> tuple[Any, bool]:
    if typing.get_origin(hint) not in {types.UnionType, typing.Union}:
        return hint, True
    inner = [each for each in typing.get_args(hint) if each is not types.NoneType]
    return (inner[0] if len(inner) == 1 else hint), len(inner) == len(typing.get_args(hint))


def _kind_of(hint: Any, spec: Spec) -> Kind | None:
    if spec.read is not None:
        return Kind.READ
    simple = {str: Kind.TEXT, int: Kind.INTEGER, Node: Kind.NODE}.get(hint)
    if simple is None and isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return Kind.RECORD
    return simple
