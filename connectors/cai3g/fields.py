"""GsmHlr fields, read strictly one by one: a value, elements, or nothing. What they mean is `mapping`'s business."""

from collections.abc import Mapping
from typing import Final

from connectors import lexical
from connectors.soap.shapes import local_name
from connectors.xml import Element, Node, XmlError

_LARGEST: Final = 9999
_PLAIN: Final[Mapping[str | None, int]] = {str(state): state for state in range(256)}

Fields = Mapping[str, Element]
"""Fields by their local names."""


def told(fields: Fields, name: str) -> Node | None:
    """The field of that name; None when it is absent or nil."""
    element = fields.get(name)
    if element is None:
        return None
    node = Node(element)
    return None if node.is_nil else node


def text(fields: Fields, name: str) -> str | None:
    """The text of the field of that name; None when absent, nil or empty."""
    node = told(fields, name)
    return None if node is None else node.value() or None


def holds_elements(element: Element) -> bool:
    """Whether a field holds elements instead of a value; XmlError when it holds both."""
    names = [local_name(child.tag) for child in element]
    # Comments and instructions have no name.
    if not any(names):
        return False
    name = local_name(element.tag)
    if name in names:
        raise XmlError(f"{name} stands inside itself")
    texts = [element.text, *[child.tail for child in element]]
    if any(texts) and "".join(filter(None, texts)).strip():
        raise XmlError(f"{name} holds text beside elements")
    return True


def state(fields: Fields, name: str) -> int | None:
    """The field of that name as the HLR's small number; None when absent, nil or empty."""
    element = fields.get(name)
    if element is None:
        return None
    found = plain(element)
    if found is None and not (node := Node(element)).is_nil:
        found = number(node)
    return found


def plain(element: Element) -> int | None:
    """A field's small number where it is one and nothing else, as nearly all are; None where a closer look is due."""
    state = _PLAIN.get(element.text)
    # One that is nil and holds a number has a child as well: `xml.parse` sees to that.
    return None if state is None or len(element) else state


def number(node: Node) -> int | None:
    """A field's value as the HLR's small number; None when empty."""
    written = node.value()
    try:
        found = lexical.integer(written) if written else None
    except lexical.LexicalError as exc:
        raise XmlError(f"{node.name} is {exc}") from exc
    if found is not None and not 0 <= found <= _LARGEST:
        raise XmlError(f"{node.name} is not a small number")
    return found
