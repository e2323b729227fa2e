"""
Arguments of a field, prepared once: constants are worked out, and Strawberry's conversion into inputs is laid out.

Whatever is not one of the few common shapes is left to Strawberry itself.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from strawberry.relay.types import GlobalID
from strawberry.schema.config import StrawberryConfig
from strawberry.types.arguments import _is_leaf_type, _is_optional_leaf_type
from strawberry.types.base import (
    StrawberryList,
    StrawberryMaybe,
    StrawberryObjectDefinition,
    StrawberryOptional,
    has_object_definition,
)
from strawberry.types.enum import has_enum_definition
from strawberry.types.field import StrawberryField
from strawberry.types.unset import UNSET

Convert = Callable[[Any], Any]
Registry = Mapping[Any, Any]


class NotCommonError(Exception):
    """A shape that Strawberry has to convert itself."""


@dataclasses.dataclass(frozen=True, slots=True)
class Conversion:
    """How the argument that the graph calls *given* becomes the parameter *taken*."""

    given: str
    taken: str
    convert: Convert


def conversions(field: StrawberryField, config: StrawberryConfig, registry: Registry) -> tuple[Conversion, ...]:
    """How all arguments of *field* are converted. Raises NotCommonError."""
    return tuple(
        Conversion(
            config.name_converter.from_argument(argument),
            argument.python_name,
            _Conversions(config, registry).of(argument.type),
        )
        for argument in field.arguments
    )


class _Conversions:
    """As `strawberry.types.arguments.convert_argument`, with each question about a type asked beforehand."""

    def __init__(self, config: StrawberryConfig, registry: Registry) -> None:
        self._config = config
        self._registry = registry
        self._within: list[Any] = []

    def of(self, kind: Any) -> Convert:
        if isinstance(kind, StrawberryMaybe):
            raise NotCommonError
        if isinstance(kind, StrawberryOptional):
            return self.of(kind.of_type)
        if isinstance(kind, StrawberryList):
            return _list_of(None if self._is_leaf_or_optional(kind.of_type) else self.of(kind.of_type))
        if has_enum_definition(kind) or self._is_leaf(kind):
            return _as_it_is
        if has_object_definition(kind):
            return self._object(kind, kind.__strawberry_definition__)
        raise NotCommonError

    def _is_leaf(self, kind: Any) -> bool:
        return _is_leaf_type(kind, self._registry, skip_classes=(GlobalID,))

    def _is_leaf_or_optional(self, kind: Any) -> bool:
        return self._is_leaf(kind) or _is_optional_leaf_type(kind, self._registry, skip_classes=(GlobalID,))

    def _object(self, kind: Any, definition: StrawberryObjectDefinition) -> Convert:
        if definition.from_input is not None or not definition.is_input or kind in self._within:
            raise NotCommonError
        self._within.append(kind)
        missing = {
            field.python_name: None
            for field in definition.fields
            if field.default_value is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        }
        fields = [
            Conversion(
                self._config.name_converter.from_field(field),
                field.python_name,
                self.of(field.resolve_type(type_definition=definition)),
            )
            for field in definition.fields
        ]
        self._within.pop()

        def convert(value: Any) -> Any:
            if value is None or value is UNSET:
                return value
            return kind(**{**missing, **converted(fields, value)})

        return convert


def converted(fields: list[Conversion] | tuple[Conversion, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of *fields* that *values* hold, converted, by the name they are taken as."""
    return {each.taken: each.convert(values[each.given]) for each in fields if each.given in values}


def _as_it_is(value: Any) -> Any:
    return value


def _list_of(each: Convert | None) -> Convert:
    def convert(value: Any) -> Any:
        if value is None or value is UNSET:
            return value
        # Copied also where nothing is converted: a default value is the same list for every request.
        return list(value) if each is None else [each(item) for item in value]

    return convert
