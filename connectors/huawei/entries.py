"""Lists inside Huawei's replies whose entries stand among other elements, uncounted: none may get lost unseen."""

from connectors.xml import Node, XmlError


def entries(parent: Node, name: str, *, mark: str, beside: str = "") -> list[Node]:
    """
    The children of *parent* called *name*, of which there may be any number.

    XmlError when one of them hides under another name (it holds the field *mark*), in a wrapper or without its own
    element, because a list that lost an entry is a wrong list. *beside* names a neighbour that has such a field by
    right; whatever else is unknown is passed over.
    """
    found = []
    for child in parent.elements():
        if child.name == name:
            found.append(child)
        elif child.name == mark or (child.name != beside and _hides(child, name, mark)):
            raise XmlError(f"{name} stands where none is expected, or under another name")
    return found


def _hides(child: Node, name: str, mark: str) -> bool:
    return any(inner.name in {name, mark} for inner in child.elements())
