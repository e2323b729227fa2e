"""
A whole reply as plain values: every element and attribute that its type in the WSDL has, by functions compiled once.

For what is not known beforehand to be needed: tools, other dialects, and as the proof that our reading of a WSDL is
zeep's. What a connector knows that it needs is a record (`records`), which is faster and refuses more.
"""

import functools
from collections.abc import Callable
from typing import Any, Final

from connectors.lexical import LexicalError
from connectors.soap import shapes
from connectors.soap.decoding import source_of
from connectors.soap.primitives import Read, reader
from connectors.soap.types import ANY, ComplexType, Schema, SimpleType, Type, Wildcard
from connectors.xml import NIL, Element, Node, XmlError, local_name

Decode = Callable[[Element], Any]

XSI_TYPE: Final = "{http://www.w3.org/2001/XMLSchema-instance}type"

_XSD: Final = "http://www.w3.org/2001/XMLSchema"


def decoder(type_: Type, schema: Schema) -> Decode:
    """
    The function that makes values of an element of *type_*: dictionaries, lists, Python values, None; raises XmlError.

    The element is one of a tree that `connectors.xml.parse` made. What is absent, nil or empty is None, or an empty
    list. Elements that the type does not have are passed over, and the order of the others does not matter; what stands
    where anything may stand (xsd:any) is given as an Element unless the WSDL has a type for it. Compiles what it needs,
    so make it once, at start. TypeError for a type in which a whole group of elements repeats.
    """
    return _Decoders(schema).of(type_)


class _Decoders:
    """The functions of one WSDL's types, each compiled when it is first needed."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._numbers: dict[int, int] = {}
        self._types: list[ComplexType] = []
        self._made: list[Decode] = []

    def of(self, type_: Type) -> Decode:
        """The function for elements of *type_*."""
        match type_:
            case ComplexType():
                number = self._number_of(type_)
                while len(self._made) < len(self._types):
                    self._made.append(self._compiled(self._types[len(self._made)]))
                return self._made[number]
            case SimpleType():
                return functools.partial(_value, read=reader(type_))
            case _:
                return self._anything

    def _number_of(self, type_: ComplexType) -> int:
        number = self._numbers.setdefault(id(type_), len(self._types))
        if number == len(self._types):
            self._types.append(type_)
        return number

    def _compiled(self, type_: ComplexType) -> Decode:
        if type_.repeats:
            raise TypeError(f"{type_.name} of {type_.file} repeats a group of elements; read it with a record")
        if type_.items is not None:
            return functools.partial(self._array, item=type_.items)
        source = source_of(type_, self._number_of)
        bound = self._surroundings(type_) | source.bound
        bound["shapes"] = shapes.Shapes(singles=source.singles, lists=source.lists, watches=())
        bound["divided"] = functools.partial(_divided, singles=frozenset(source.singles), lists=frozenset(source.lists))
        exec(compile(source.code, f"<decoder of {type_.name}>", "exec"), bound)  # noqa: S102 - Our own source.
        decode: Decode = bound["decode"]
        return decode

    def _surroundings(self, type_: ComplexType) -> dict[str, Any]:
        return {
            "LexicalError": LexicalError,
            "NIL": NIL,
            "XSI_TYPE": XSI_TYPE,
            "XmlError": XmlError,
            "anything": self._anything,
            "attribute": _attribute,
            "careful": _careful,
            "is_nil": _is_nil,
            "made": self._made,
            "others": _others,
            "picked": shapes.picked,
            "retyped": functools.partial(self._retyped, declared=type_),
            "wild": functools.partial(self._wild, wildcard=type_.wildcard),
        }

    def _retyped(self, element: Element, said: str, *, declared: ComplexType) -> Decode | None:
        found = self._named(said, near=declared.namespace)
        if found is None or found is declared:
            return None
        if not isinstance(found, ComplexType):
            raise XmlError(f"xsi:type of {local_name(element)} is no type that may stand there")
        return self.of(found)

    def _named(self, said: str, *, near: str = "") -> Type | None:
        """
        The type that an xsi:type names, by its local name: servers use prefixes that they have not declared.

        None when the WSDL has none. Where several have that name, it is the one of the same namespace, or XSD's own.
        """
        found = self._schema.types.get(said.strip().rpartition(":")[2], {})
        for namespace in (near, _XSD):
            if namespace in found:
                return found[namespace]()
        if len(found) > 1:
            raise XmlError("an xsi:type is ambiguous")
        return next((later() for later in found.values()), None)

    def _array(self, element: Element, *, item: Callable[[], Type]) -> list[Any] | None:
        # SOAP 1.1, 5.4.2: what an item is called says nothing; its xsi:type may say what it is.
        if _is_nil(element) or (not len(element) and not element.keys()):
            return None
        return [self._item(each, item()) for each in element if isinstance(each.tag, str)]

    def _item(self, element: Element, declared: Type) -> Any:
        said = element.get(XSI_TYPE)
        told = self._named(said) if said is not None and declared is ANY else None
        return self.of(told or declared)(element)

    def _anything(self, element: Element) -> Any:
        if _is_nil(element):
            return None
        said = element.get(XSI_TYPE)
        told = None if said is None else self._named(said)
        if told is not None and told is not ANY:
            return self.of(told)(element)
        return [each for each in element if isinstance(each.tag, str)] or element.text

    def _wild(self, rest: list[Element], *, wildcard: Wildcard | None) -> Any:
        if wildcard is None:
            return None
        found = [each if wildcard.skip else self._found(each) for each in rest[: wildcard.most]]
        if wildcard.many:
            return [each for each in found if each is not None]
        return found[0] if found else None

    def _found(self, element: Element) -> Any:
        said = element.get(XSI_TYPE)
        told = None if said is None else self._named(said)
        if told is None and element.tag in self._schema.elements:
            told = self._schema.elements[element.tag]()
        return element if told is None else self.of(told)(element)


def _is_nil(element: Element) -> bool:
    return Node(element).is_nil


def _value(element: Element, *, read: Read | None) -> Any:
    return _careful(element, local_name(element), read)


def _careful(element: Element, name: str, read: Read | None) -> Any:
    """A leaf's value, with every rule of Node."""
    if _is_nil(element):
        return None
    if len(element):
        raise XmlError(f"{name} holds more than text")
    return None if element.text is None else _read(element.text, name, read)


def _read(text: str, name: str, read: Read | None) -> Any:
    try:
        return text if read is None else read(text)
    except LexicalError as exc:
        if not text.strip():
            return None
        raise XmlError(f"{name} is {exc}") from exc


def _attribute(element: Element, tag: str, read: Read | None, default: str | None) -> Any:
    text = element.get(tag, default)
    return None if text is None else _read(text, tag.rpartition("}")[2], read)


def _others(element: Element, known: tuple[str, ...]) -> dict[str, str] | None:
    if not element.keys():
        return None
    return {name: text for name, text in element.items() if name not in known and name != XSI_TYPE}


def _divided(
    element: Element, *, singles: frozenset[str], lists: frozenset[str]
) -> tuple[list[Element | None], list[Element]]:
    """The children that a type names, and the others; a second one of what is there once is another."""
    row: list[Element | None] = []
    rest = []
    seen = set()
    for child in element:
        name = shapes.local_name(child.tag)
        if name in lists or (name in singles and name not in seen):
            row.append(child)
            seen.add(name)
        elif name:
            rest.append(child)
    return row, rest
