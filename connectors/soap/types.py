"""
The types of a WSDL as XSD tells them, apart from how they were loaded: elements, attributes, lists, wildcards, arrays.

Names and numbers of occurrences only. What values look like is in `primitives`, how zeep's schema is read in `schema`.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias


@dataclasses.dataclass(frozen=True, slots=True)
class SimpleType:
    """
    Text. *primitive* is the local name of the built-in type that it is, or is derived from.

    *item* is set where the text is a list of values with white space between them. A union that has no common type is a
    string.
    """

    primitive: str
    item: "SimpleType | None" = None


@dataclasses.dataclass(frozen=True, slots=True)
class AnyType:
    """xsd:anyType: text, or elements of any kind, or what xsi:type says."""


@dataclasses.dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute. *key* is its name among the values, *tag* its qualified name; *default* is a text."""

    key: str
    tag: str
    type: SimpleType
    default: str | None


@dataclasses.dataclass(frozen=True, slots=True)
class Child:
    """An element inside another. *key* is its name among the values, *most* is None where there is no end."""

    key: str
    name: str
    namespace: str
    least: int
    most: int | None
    nillable: bool
    type_of: "Callable[[], Type]" = dataclasses.field(repr=False)
    """Types refer to each other in circles, so they are looked up when they are needed."""

    @property
    def many(self) -> bool:
        """Whether it is read as a list."""
        return self.most != 1

    @property
    def type(self) -> "Type":
        """What it holds."""
        return self.type_of()


@dataclasses.dataclass(frozen=True, slots=True)
class Wildcard:
    """xsd:any: elements that the type does not name. *skip*: they are not even looked at."""

    key: str
    most: int | None
    skip: bool = False

    @property
    def many(self) -> bool:
        """Whether it is read as a list."""
        return self.most != 1


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class ComplexType:
    """
    An element's content: its children in the order of the definition, whatever groups they stand in, and attributes.

    *text* is set for simple content, *items* for a SOAP array (SOAP 1.1, 5.4.2): the type of its entries, whatever they
    are called. *repeats* tells that a group of children as a whole may occur more than once.
    """

    name: str
    namespace: str
    file: str
    children: tuple[Child, ...] = ()
    wildcard: Wildcard | None = None
    attributes: tuple[Attribute, ...] = ()
    other_attributes: str | None = None
    text: tuple[str, SimpleType] | None = None
    items: "Callable[[], Type] | None" = None
    repeats: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing can stand in such an element."""
        inside = (self.children, self.wildcard, self.attributes, self.other_attributes, self.text, self.items)
        return not any(inside) and not self.repeats

    def named(self, name: str) -> tuple[Child, ...]:
        """The children of that local name; several where the definition names it in several places."""
        return tuple(child for child in self.children if child.name == name)


Type: TypeAlias = SimpleType | ComplexType | AnyType

ANY: Final = AnyType()


@dataclasses.dataclass(frozen=True, slots=True)
class Schema:
    """What the whole of a WSDL knows: its global elements by tag, and its types by local name and namespace."""

    elements: Mapping[str, "Callable[[], Type]"]
    types: Mapping[str, Mapping[str, "Callable[[], Type]"]]


def inside(type_: Type | None, *path: str) -> Type | None:
    """The type of the element at *path* below one of *type_*; None where the WSDL has no such element."""
    for name in path:
        if not isinstance(type_, ComplexType):
            return None
        type_ = next((child.type for child in type_.named(name)), None)
    return type_
