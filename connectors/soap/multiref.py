"""Bodies (rpc/encoded) whose values stand beside the answer and are referred to, put in place (SOAP 1.1, 5.4)."""

import xml.etree.ElementTree as ET

from connectors.xml import Element, XmlError

_MAX_PARTS = 150_000
_MAX_LEVELS = 256


def resolved(body: Element) -> Element:
    """
    The first element of *body*, with each `href="#x"` in it replaced by the content of the element whose `id` is x.

    A value that is referred to twice stands there twice, as it does for any reader. XmlError for a reference to nothing
    or in a circle, and for references that unfold into more than a reply may hold.
    """
    children = [child for child in body if isinstance(child.tag, str)]
    if not children:
        raise XmlError("the body holds no element")
    known = {name: child for child in children[1:] if (name := child.get("id")) is not None}
    return _Unfolding(known).of(children[0], above=()) if known else children[0]


class _Unfolding:
    def __init__(self, known: dict[str, Element]) -> None:
        self._known = known
        self._parts = 0

    def of(self, element: Element, *, above: tuple[str, ...], level: int = 1) -> Element:
        self._parts += 1
        if self._parts > _MAX_PARTS or level > _MAX_LEVELS:
            raise XmlError("references unfold into too many elements")
        source, above = self._source(element, above)
        made: Element = ET.Element(element.tag, dict(source.attrib))
        made.text, made.tail = source.text, element.tail
        for child in source:
            # A comment stays what it is: it splits the text of a value.
            made.append(self.of(child, above=above, level=level + 1) if isinstance(child.tag, str) else child)
        return made

    def _source(self, element: Element, above: tuple[str, ...]) -> tuple[Element, tuple[str, ...]]:
        href = element.get("href", "")
        if not href.startswith("#"):
            return element, above
        name = href[1:]
        if name in above:
            raise XmlError("elements refer to each other in a circle")
        if name not in self._known:
            raise XmlError("a reference refers to nothing")
        return self._known[name], (*above, name)
