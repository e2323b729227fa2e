"""Foreign XML, read safely: no DTD, no entities, no network, whole documents only, and leaves read as whole text."""

from collections.abc import Iterator

from lxml import etree

from connectors import lexical


class XmlError(ValueError):
    """The bytes are not XML we accept, or an element is not as expected. Says where, never what stood there."""


def parse(body: bytes, *, charset: str | None = None) -> etree._Element:
    """
    The root element of a complete, well-formed document without a document type.

    *charset* is the transport's word (HTTP Content-Type) and outranks the document's own declaration (RFC 7303, 3.2).
    """
    try:
        root = etree.fromstring(body, _parser(charset))
    except (etree.XMLSyntaxError, LookupError, ValueError) as exc:
        raise XmlError("not well-formed XML") from exc
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        raise XmlError("a document type is not accepted")
    return root


def _parser(charset: str | None) -> etree.XMLParser:
    # A parser of its own each time: parsers keep state and replies are parsed in several threads. An unknown charset
    # raises here, not while parsing.
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, encoding=charset
    )


def local_name(element: etree._Element) -> str:
    """The element's name without its namespace; empty for comments and processing instructions."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


class Node:
    """
    An element read tolerantly: children by local name in any namespace, unknown ones ignored.

    Live systems answer with elements newer than any WSDL and move names between namespaces, so names are what we go
    by. Leaves are read strictly: an element where text is expected may hold nothing but text.
    """

    __slots__ = ("element",)

    def __init__(self, element: etree._Element) -> None:
        self.element = element

    @property
    def name(self) -> str:
        """The element's local name."""
        return local_name(self.element)

    @property
    def namespace(self) -> str:
        """The element's namespace, empty when it has none."""
        return etree.QName(self.element).namespace or ""

    def children(self, name: str) -> Iterator["Node"]:
        """Every child element of that local name, in document order."""
        return (Node(child) for child in self.element if local_name(child) == name)

    def elements(self) -> Iterator["Node"]:
        """Every child element."""
        return (Node(child) for child in self.element if isinstance(child.tag, str))

    def child(self, name: str) -> "Node | None":
        """The only child of that name, or None; two of them is an error, because one of them would be a guess."""
        found = [child for child in self.element if local_name(child) == name]
        if len(found) > 1:
            raise XmlError(f"{name} occurs more than once")
        return Node(found[0]) if found else None

    def require(self, name: str) -> "Node":
        """The only child of that name."""
        child = self.child(name)
        if child is None:
            raise XmlError(f"{name} is missing")
        return child

    def find(self, *path: str) -> "Node | None":
        """The only descendant along *path*, or None when a step is missing."""
        node: Node | None = self
        for step in path:
            if node is None:
                return None
            node = node.child(step)
        return node

    @property
    def is_nil(self) -> bool:
        """Whether the element says xsi:nil."""
        return self.element.get("{http://www.w3.org/2001/XMLSchema-instance}nil") in {"true", "1"}

    def value(self) -> str:
        """The element's whole text, white space around it removed."""
        if len(self.element):
            # A comment or instruction inside a number splits its text: `10<?x y?>0.05` must not be read as 10.
            raise XmlError(f"{self.name} holds more than text")
        return (self.element.text or "").strip(" \t\r\n")

    def text(self, name: str) -> str | None:
        """The text of the child of that name; None when it is absent, nil or empty."""
        child = self.child(name)
        if child is None or child.is_nil:
            return None
        return child.value() or None

    def require_text(self, name: str) -> str:
        """The text of the child of that name, which must be there and not empty."""
        text = self.text(name)
        if text is None:
            raise XmlError(f"{name} is missing or empty")
        return text

    def integer(self, name: str) -> int | None:
        """The child of that name as a whole number; None when absent, nil or empty."""
        text = self.text(name)
        try:
            return None if text is None else lexical.integer(text)
        except lexical.LexicalError as exc:
            raise XmlError(f"{name} is {exc}") from exc

    def require_integer(self, name: str) -> int:
        """The child of that name as a whole number, which must be there."""
        number = self.integer(name)
        if number is None:
            raise XmlError(f"{name} is missing or empty")
        return number
