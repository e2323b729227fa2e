"""
Leaves: how generated code writes the value of a scalar or an enum.

Each known scalar has a short way for values of exactly one Python class, which gives what its own writer gives. Any
other value goes to the writer itself; a value that is none (null, a promise, an exception) is a surprise.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import orjson
from graphql import GraphQLBoolean, GraphQLEnumType, GraphQLID, GraphQLInt, GraphQLScalarType, GraphQLString, Undefined
from strawberry.execution import optimized_is_awaitable

from gateway.execution.writing import Names, Surprise
from schema import scalars

LeafType = GraphQLScalarType | GraphQLEnumType


@dataclasses.dataclass(frozen=True, slots=True)
class Short:
    """The short way for values of exactly the class *of*: a condition and an expression, both of `{v}`."""

    of: type
    condition: str | None = None
    expression: str | None = None
    """None when the value is written as it is."""


_TEXT = Short(str)

_SHORT: Mapping[Any, Short] = {
    GraphQLString.coerce_output_value: _TEXT,
    GraphQLID.coerce_output_value: _TEXT,
    GraphQLBoolean.coerce_output_value: Short(bool),
    GraphQLInt.coerce_output_value: Short(int, condition="-2147483648 <= {v} <= 2147483647"),
    scalars.write_text: _TEXT,
    scalars.write_long: Short(int, expression="str({v})"),
    scalars.write_decimal: Short(
        Decimal, condition="{v}.is_finite()", expression='(t if "E" not in (t := str({v})) else format({v}, "f"))'
    ),
    scalars.write_date: Short(dt.date, expression="{v}.isoformat()"),
    # Four times quicker than `isoformat`, and the same text for a time in UTC.
    scalars.write_datetime: Short(
        dt.datetime, condition="{v}.tzinfo is UTC", expression="dumps({v}, None, WITH_Z)[1:-1].decode()"
    ),
}
"""By the function that writes the scalar. `scalars` has the same short cuts where it uses them itself."""

SPACE: Mapping[str, Any] = {"UTC": dt.UTC, "dumps": orjson.dumps, "WITH_Z": orjson.OPT_UTC_Z}
"""What the expressions of short ways refer to."""


class Leaf:
    """How values of one leaf type are written."""

    def __init__(self, kind: LeafType, names: Names) -> None:
        self._names = names
        self._write = names.of(_long_way(kind.coerce_output_value))
        self._short: Short | None = None
        self._members: str | None = None
        if isinstance(kind, GraphQLEnumType):
            self._members = _members(kind, names)
            self._class = getattr(kind, "wrapped_cls", None)
        else:
            self._short = _SHORT.get(kind.coerce_output_value)
            self._class = self._short.of if self._short else None

    def written(self, v: str) -> list[str]:
        """Lines after which the variable *v*, which is not null, holds what is written."""
        if self._members is not None:
            return [f"{v} = {self._members}.get(id({v})) or {self.long_way(v)}"]
        if self._short is None:
            return [f"{v} = {self.long_way(v)}"]
        if (as_it_is := self.condition(v)) is not None:
            return [f"if not ({as_it_is}): {v} = {self.long_way(v)}"]
        short = str(self._short.expression).format(v=v)
        return [f"{v} = {short} if {self._fits(self._short, v)} else {self.long_way(v)}"]

    def transformed(self, v: str, transform: Callable[[Any, Any], Any]) -> list[str]:
        """Lines after which the variable *v*, which is not null, holds what *transform* makes of it."""
        # Only the expected: what a promise turns out to be must be transformed, and not the promise.
        checked = f"type({v}) is {self._names.of(self._class)}" if self._class else f"{self._names.of(_is_value)}({v})"
        return [f"if not ({checked}): raise Surprise", f"{v} = {self._names.of(transform)}({v}, c)"]

    def condition(self, v: str) -> str | None:
        """When the variable *v* is written as it is, as an expression; None when values are never written so."""
        if self._short is None or self._short.expression is not None:
            return None
        return self._fits(self._short, v)

    def long_way(self, v: str) -> str:
        """The expression that writes *v* by the type's own writer, or is a surprise."""
        return f"{self._write}({v})"

    def _fits(self, short: Short, v: str) -> str:
        also = f" and {short.condition.format(v=v)}" if short.condition else ""
        return f"type({v}) is {self._names.of(short.of)}{also}"


def _is_value(value: object) -> bool:
    return not (value is None or value is Undefined or isinstance(value, Exception) or optimized_is_awaitable(value))


def _long_way(write: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def written(value: Any) -> Any:
        if not _is_value(value):
            raise Surprise
        text = write(value)
        if text is None or text is Undefined:
            raise Surprise
        return text

    return written


def _members(kind: GraphQLEnumType, names: Names) -> str | None:
    # By identity: members are as old as their class, and hashing one runs Python code.
    members = getattr(kind, "wrapped_cls", None)
    if members is None:
        return None
    return names.of({id(member): kind.coerce_output_value(member) for member in members})
