"""
Shapes: how values of a closed set of classes become plain arrays, and arrays values again. Nothing here knows bytes.

A shape is made of a type annotation, once, at start: the type that msgspec checks arrays against, and generated code
that writes and reads. Only what annotations name can be written, and nothing else can be read.
"""

import dataclasses
import datetime as dt
import enum
import types
import typing
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Annotated, Any, Final, Optional, TypeVar

from msgspec import Meta

from schema.field import PARTS
from schema.parts import ABSENT

Code = Callable[[str], str]
"""The source text of an expression, made of the text of the value that it is about."""


class UnknownTypeError(Exception):
    """A type has no shape. It is named; values never are."""


def _same(value: str) -> str:
    return value


@dataclasses.dataclass(frozen=True, slots=True)
class Shape:
    """
    How the values of one annotation are written.

    *wire* is the type of their arrays. *write* makes one of a value, and raises UnknownTypeError for another class
    than the annotation's; *read* makes a value of an array that was checked. *outer* is the value's own class.
    """

    text: str
    wire: Any
    outer: type
    write: Code = _same
    read: Code = _same


_SINGLE: Final[Mapping[Any, Shape]] = {
    **{each: Shape(each.__name__, each, each) for each in (str, int, bool, dt.date)},
    # A time in UTC is a number. Another keeps its offset, and one without a zone stays without.
    dt.datetime: Shape(
        "datetime", dt.datetime, dt.datetime, lambda at: f"({at} if {at}.tzinfo is UTC else {at}.isoformat())"
    ),
    # Read as text: msgspec would make a Decimal of a float as well.
    Decimal: Shape("Decimal", str, Decimal, _same, "decimal({})".format),
}


class Shapes:
    """The shapes of annotations, and the functions that write and read the classes in them."""

    def __init__(self) -> None:
        self._classes: dict[str, Shape] = {}
        self._told: dict[str, str] = {}
        self._bound: dict[str, Any] = {
            "ABSENT": ABSENT,
            "UTC": dt.UTC,
            "decimal": _decimal,
            "exactly": _exactly,
            "new": object.__new__,
        }

    def told(self) -> str:
        """All classes with their fields, in a fixed order: where the texts are equal, so are the shapes."""
        return "\n".join(f"{name}: {self._told[name]}" for name in sorted(self._told))

    def functions(self, shape: Shape) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
        """What writes a value of *shape*, and what reads it."""
        space = dict(self._bound)
        exec(  # noqa: S102 - The source is made of our own classes' names.
            f"def write(v): return {shape.write('v')}\ndef read(v): return {shape.read('v')}", space
        )
        return space["write"], space["read"]

    def of(self, annotation: Any, given: Mapping[Any, Any] = types.MappingProxyType({})) -> Shape:
        """The shape of *annotation*, with what is *given* for its type variables. Raises UnknownTypeError."""
        annotation = given.get(annotation, annotation) if isinstance(annotation, TypeVar) else annotation
        annotation = getattr(annotation, "__supertype__", annotation)  # What a NewType is.
        origin, args = typing.get_origin(annotation), typing.get_args(annotation)
        if origin in {typing.Union, types.UnionType}:
            return self._optional(annotation, args, given)
        if origin is list:
            return _several(list, self.of(args[0], given))
        if origin is tuple and args[1:] == (Ellipsis,):
            return _several(tuple, self.of(args[0], given))
        if isinstance(origin, type) and issubclass(dict, origin) and args[0] is str:
            return _by_text(self.of(args[1], given))
        return _SINGLE.get(annotation) or self._class(annotation, origin or annotation, args)

    def _optional(self, annotation: Any, args: tuple[Any, ...], given: Mapping[Any, Any]) -> Shape:
        others = [each for each in args if each is not types.NoneType]
        if len(others) != 1:
            raise UnknownTypeError(f"{annotation} is a choice of classes")
        inner = self.of(others[0], given)
        return dataclasses.replace(
            inner,
            text=f"{inner.text} | None",
            wire=Optional[inner.wire],  # noqa: UP045 - An annotated type has no `|`.
            write=_unless_none(inner.write),
            read=_unless_none(inner.read),
        )

    def _class(self, annotation: Any, cls: Any, args: tuple[Any, ...]) -> Shape:
        if not isinstance(cls, type):
            raise UnknownTypeError(f"{annotation} is no class")
        arguments = f"[{', '.join(each.__name__ for each in args)}]" if args else ""
        text = f"{cls.__module__}.{cls.__qualname__}{arguments}"
        if text not in self._classes:
            self._classes[text] = self._made(cls, text, args)
        return self._classes[text]

    def _made(self, cls: type, text: str, args: tuple[Any, ...]) -> Shape:
        if issubclass(cls, enum.Enum):
            self._told[text] = " ".join(f"{each.name}={each.value!r}" for each in cls)
            return Shape(text, cls, cls)
        given = dict(zip(getattr(cls, "__parameters__", ()), args, strict=True))
        hints = typing.get_type_hints(cls)
        parts = _may_be_absent(cls)
        fields = {
            name: _part(shape) if name in parts else shape
            for name, shape in ((name, self.of(hints[name], given)) for name in _names(cls))
        }
        self._told[text] = " ".join(f"{name}={shape.text}" for name, shape in fields.items())
        number = len(self._bound)
        self._bound[f"C{number}"] = cls
        exec(_source(cls, fields, number), self._bound)  # noqa: S102 - The source is made of our own fields' names.
        wire = types.GenericAlias(tuple, tuple(shape.wire for shape in fields.values()))
        return Shape(text, wire, cls, f"write{number}({{}})".format, f"read{number}({{}})".format)


def _several(kind: type, inner: Shape) -> Shape:
    wire = types.GenericAlias(kind, (inner.wire,) if kind is list else (inner.wire, ...))
    text = f"list[{inner.text}]" if kind is list else f"tuple[{inner.text}, ...]"

    def code(each: Code, begin: str, end: str) -> Code:
        made = each("each")
        return lambda value: f"{begin}[{made} for each in {value}]{end}" if made != "each" else value

    begin, end = ("", "") if kind is list else ("tuple(", ")")
    write = code(inner.write, "", "")
    # A list where a tuple is promised would come back as a tuple.
    return Shape(
        text, wire, kind, lambda value: write(f"exactly({kind.__name__}, {value})"), code(inner.read, begin, end)
    )


def _by_text(inner: Shape) -> Shape:
    def code(each: Code) -> Code:
        return lambda value: f"{{key: {each('each')} for key, each in {value}.items()}}"

    write = code(inner.write)
    return Shape(
        f"Mapping[str, {inner.text}]",
        types.GenericAlias(dict, (str, inner.wire)),
        dict,
        lambda value: write(f"exactly(dict, {value})"),
        code(inner.read),
    )


def _part(inner: Shape) -> Shape:
    """What may be ABSENT is a list of one, and then of none."""
    return Shape(
        f"Part[{inner.text}]",
        Annotated[types.GenericAlias(list, (inner.wire,)), Meta(max_length=1)],
        inner.outer,
        lambda value: f"([] if {value} is ABSENT else [{inner.write(value)}])",
        lambda value: f"({inner.read(f'{value}[0]')} if {value} else ABSENT)",
    )


def _unless_none(code: Code) -> Code:
    return lambda value: value if code(value) == value else f"(None if {value} is None else {code(value)})"


def _names(cls: type) -> tuple[str, ...]:
    if dataclasses.is_dataclass(cls):
        return tuple(field.name for field in dataclasses.fields(cls))
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        return tuple(cls._fields)
    raise UnknownTypeError(f"{cls.__name__} is no data class")


def _may_be_absent(cls: type) -> frozenset[str]:
    """The fields that are ABSENT when their part was not asked for: marked with the part, or so by default."""
    if not dataclasses.is_dataclass(cls):
        return frozenset()
    return frozenset(
        field.name
        for field in dataclasses.fields(cls)
        if PARTS in field.metadata
        or field.default is ABSENT
        or (field.default_factory is not dataclasses.MISSING and field.default_factory() is ABSENT)
    )


def _source(cls: type, fields: Mapping[str, Shape], number: int) -> str:
    written = "".join(f"{shape.write(f'v.{name}')}, " for name, shape in fields.items())
    given = "".join(f"{name}, " for name in fields)
    made = {name: shape.read(name) for name, shape in fields.items()}
    if _is_plain(cls):
        # As `connectors.maker` does, but from an array.
        making = f"made = new(C{number})\n " + "\n ".join(f"made.{name} = {code}" for name, code in made.items())
    else:
        making = f"made = C{number}({', '.join(f'{name}={code}' for name, code in made.items())})"
    return (
        f"def write{number}(v):\n"
        f" if type(v) is not C{number}: exactly(C{number}, v)\n"
        f" return ({written})\n"
        f"def read{number}(v):\n"
        f" {f'{given} = v' if fields else 'pass'}\n"
        f" {making}\n"
        f" return made\n"
    )


def _is_plain(cls: type) -> bool:
    """Whether making one does no more than to set every field."""
    if not dataclasses.is_dataclass(cls) or hasattr(cls, "__post_init__"):
        return False
    params: Any = vars(cls)["__dataclass_params__"]
    return not params.frozen and all(field.init for field in dataclasses.fields(cls))


def _exactly(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise UnknownTypeError(type(value).__name__)
    return value


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError("not a number")
    return number
