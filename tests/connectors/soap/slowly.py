"""The slow twin of compiled records: the same declarations, read one by one through Node."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connectors.lexical import LexicalError
from connectors.soap.fields import Field, Kind, fields_of
from connectors.xml import Node, XmlError


def read_slowly(cls: type[Any], node: Node, using: Mapping[str, Callable[[str], Any]]) -> dict[str, Any]:
    """The fields of a record, nested ones as dictionaries and Nodes as their elements. Raises XmlError."""
    return {field.attribute: _field(field, node, using) for field in fields_of(cls)}


def plain(value: Any) -> Any:
    """What a compiled reader gave, in the same form."""
    match value:
        case Node():
            return value.element
        case list():
            return [plain(each) for each in value]
        case dict():
            return {name: plain(each) for name, each in value.items()}
        case _ if hasattr(value, "__slots__") and hasattr(value, "__dataclass_fields__"):
            return {field.attribute: plain(getattr(value, field.attribute)) for field in fields_of(type(value))}
        case _:
            return value


def _field(field: Field, node: Node, using: Mapping[str, Callable[[str], Any]]) -> Any:
    spec = field.spec
    match field.kind:
        case Kind.ATTRIBUTE:
            return node.element.get(spec.name)
        case Kind.FILLED:
            return any(True for _ in node.elements())
        case Kind.WORDING:
            elements = list(node.element)
            return tuple(Node(each).name for each in elements), tuple(each.text for each in elements)
        case Kind.NAMED:
            found = {name: node.child(name) for name in spec.names}
            return {name: child.element for name, child in found.items() if child is not None}
    if not spec.many:
        return _value(field, node.child(spec.name), using)
    if spec.mark is None:
        rows = list(node.children(spec.name))
    else:
        rows = list(_entries(node, spec.name, mark=spec.mark, beside=spec.beside))
    return [_value(field, row, using) for row in rows]


def _entries(parent: Node, name: str, *, mark: str, beside: str) -> Iterator[Node]:
    for child in parent.elements():
        hides = any(inner.name in {name, mark} for inner in child.elements())
        if child.name == name:
            yield child
        elif child.name == mark or (child.name != beside and hides):
            raise XmlError(f"{name} stands where none is expected, or under another name")


def _value(field: Field, child: Node | None, using: Mapping[str, Callable[[str], Any]]) -> Any:
    spec = field.spec
    if field.kind is Kind.PRESENT:
        return child is not None
    is_element = field.kind in {Kind.RECORD, Kind.NODE} or spec.blank
    if is_element and child is None and field.required:
        raise XmlError(f"{spec.name} is missing")
    if field.kind is Kind.NODE:
        return None if child is None else child.element
    if field.record is not None:
        return None if child is None else read_slowly(field.record, child, using)
    text = None if child is None or child.is_nil else child.value() or None
    if spec.blank:
        return text or ""
    value = None if text is None else _made(field, text, using)
    if value is None and field.required:
        raise XmlError(f"{spec.name} is missing or empty")
    return value


def _made(field: Field, text: str, using: Mapping[str, Callable[[str], Any]]) -> Any:
    spec = field.spec
    if field.kind is Kind.TEXT:
        return text
    if field.kind is Kind.READ:
        assert spec.read is not None
        try:
            return using[spec.read](text)
        except LexicalError as exc:
            raise XmlError(f"{spec.name} is {exc}") from exc
    row = Node(_leaf(spec.name, text))
    number = row.require_integer(spec.name)
    if spec.bits is not None and not -(2 ** (spec.bits - 1)) <= number < 2 ** (spec.bits - 1):
        raise XmlError(f"{spec.name} is larger than its type allows")
    return number


def _leaf(name: str, text: str) -> Any:
    import xml.etree.ElementTree as ET

    parent = ET.Element("row")
    ET.SubElement(parent, name).text = text
    return parent
