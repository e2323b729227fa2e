"""Reads the types that zeep has loaded into `types`. The only place that knows what zeep's schema objects look like."""

import functools
from collections.abc import Callable, Iterator
from typing import Any

from zeep import xsd
from zeep.wsdl.bindings.soap import SoapOperation
from zeep.xsd.types import builtins as built_in

from connectors.soap.types import (
    ANY,
    Attribute,
    Child,
    ComplexType,
    Schema,
    SimpleType,
    Type,
    Wildcard,
)

_INDICATORS = (xsd.Sequence, xsd.Choice, xsd.All, xsd.Group)


class LoadedTypes:
    """The types of one loaded WSDL; *file* is its name, for messages. Each is read when it is first asked for."""

    def __init__(self, schema: Any, *, file: str) -> None:
        self._schema = schema
        self._file = file
        self._read: dict[int, tuple[Any, Type]] = {}

    def reply(self, operation: SoapOperation) -> Type | None:
        """The type of the body element of the operation's reply; None where it has none."""
        body = None if operation.output is None else operation.output.body
        return None if body is None else self.type_of(body.type)

    @functools.cached_property
    def schema(self) -> Schema:
        """All global elements and types."""
        types: dict[str, dict[str, Callable[[], Type]]] = {}
        for each in self._schema.types:
            if each.qname is not None:
                types.setdefault(each.qname.localname, {})[each.qname.namespace or ""] = self._later(each)
        elements = (each for each in self._schema.elements if isinstance(each, xsd.Element))
        return Schema(elements={each.qname.text: self._later(each.type) for each in elements}, types=types)

    def type_of(self, loaded: Any) -> Type:
        """A type of zeep's as ours; the same object each time."""
        # Kept together with the key, so that the number is not given to another object.
        found = self._read.get(id(loaded))
        if found is None:
            found = self._read[id(loaded)] = (loaded, self._made(loaded))
        return found[1]

    def _later(self, loaded: Any) -> Callable[[], Type]:
        return functools.partial(self.type_of, loaded)

    def _made(self, loaded: Any) -> Type:
        if isinstance(loaded, xsd.ComplexType):
            return self._complex(loaded)
        return _simple(loaded) if isinstance(loaded, xsd.AnySimpleType) else ANY

    def _complex(self, loaded: Any) -> ComplexType:
        attributes = tuple(_attribute(key, each) for key, each in loaded.attributes if each.name is not None)
        others = next((key for key, each in loaded.attributes if each.name is None), None)
        content = loaded._element  # noqa: SLF001 - zeep has no public name for it.
        is_text = isinstance(content, xsd.Element) and isinstance(content.type, xsd.AnySimpleType)
        array = loaded._array_type  # noqa: SLF001 - The same.
        inner = [] if is_text or array is not None else list(loaded.elements)
        wildcards = [each for each in inner if isinstance(each[1], xsd.Any)]
        return ComplexType(
            name="" if loaded.qname is None else loaded.qname.localname,
            namespace="" if loaded.qname is None else loaded.qname.namespace or "",
            file=self._file,
            children=tuple(self._children(inner)),
            wildcard=_wildcard(*wildcards[0]) if wildcards else None,
            attributes=attributes,
            other_attributes=others,
            text=(loaded.elements_nested[0][0], _simple(content.type)) if is_text else None,
            items=None if array is None else self._items(loaded, array),
            repeats=any(isinstance(each, _INDICATORS) for _, each in inner) or len(wildcards) > 1,
        )

    def _children(self, inner: list[tuple[str, Any]]) -> Iterator[Child]:
        for key, each in inner:
            if isinstance(each, xsd.Element):
                yield Child(
                    key=key,
                    name=each.qname.localname,
                    namespace=each.qname.namespace or "",
                    least=int(each.min_occurs),
                    most=_most(each.max_occurs),
                    nillable=bool(each.nillable),
                    type_of=self._later(each.type),
                )

    def _items(self, loaded: Any, array: Any) -> Callable[[], Type]:
        # Either wsdl:arrayType tells the type of the items, or the array is restricted to an element.
        entry = next((each for _, each in loaded.elements if isinstance(each, xsd.Element)), None)
        if entry is not None:
            return self._later(entry.type)
        return (lambda: ANY) if array.array_type is None else self._later(array.array_type)


def _most(said: Any) -> int | None:
    return None if said == "unbounded" else int(said)


def _attribute(key: str, loaded: Any) -> Attribute:
    return Attribute(key=key, tag=loaded.qname.text, type=_simple(loaded.type), default=loaded.default)


def _wildcard(key: str, loaded: Any) -> Wildcard:
    return Wildcard(key=key, most=_most(loaded.max_occurs), skip=loaded.process_contents == "skip")


def _simple(loaded: Any) -> SimpleType:
    if isinstance(loaded, xsd.ListType):
        return SimpleType(primitive="list", item=_simple(loaded.item_type))
    if isinstance(loaded, xsd.UnionType):
        common = loaded.item_class
        return SimpleType(primitive="string" if common is None else _primitive(common))
    return SimpleType(primitive=_primitive(type(loaded)))


def _primitive(cls: type[Any]) -> str:
    for each in cls.__mro__:
        if each.__module__ == built_in.__name__ and "_default_qname" in vars(each):
            return str(each._default_qname.localname)  # type: ignore[attr-defined] # noqa: SLF001 - zeep's own name.
    return "string"
