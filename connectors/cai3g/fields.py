"""GsmHlr fields, read strictly one by one: a value, elements, or nothing. What they mean is `mapping`'s business."""

from connectors import lexical
from connectors.xml import Node, XmlError

_LARGEST = 9999


def told(parent: Node, name: str) -> Node | None:
    """The field of that name; None when it is absent or nil."""
    node = parent.child(name)
    return None if node is None or node.is_nil else node


def holds_elements(node: Node) -> bool:
    """Whether a field holds elements instead of a value; XmlError when it holds both."""
    names = {child.name for child in node.elements()}
    if not names:
        return False
    if node.name in names:
        raise XmlError(f"{node.name} stands inside itself")
    if any((text or "").strip() for text in (node.element.text, *(child.tail for child in node.element))):
        raise XmlError(f"{node.name} holds text beside elements")
    return True


def state(parent: Node, name: str) -> int | None:
    """The field of that name as the HLR's small number; None when absent, nil or empty."""
    node = told(parent, name)
    return None if node is None else number(node)


def number(node: Node) -> int | None:
    """A field's value as the HLR's small number; None when empty."""
    text = node.value()
    try:
        found = lexical.integer(text) if text else None
    except lexical.LexicalError as exc:
        raise XmlError(f"{node.name} is {exc}") from exc
    if found is not None and not 0 <= found <= _LARGEST:
        raise XmlError(f"{node.name} is not a small number")
    return found
