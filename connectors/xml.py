"""Foreign XML, read safely: no DTD, no entities, no network, whole documents only, and leaves read as whole text."""

import re
from collections.abc import Iterator

from lxml import etree

from connectors import lexical
from connectors.charset import CharsetError, head_of, text_of

_MAX_PARTS = 150_000
_MAX_BEFORE_THE_ROOT = 100
_HEAD = 1024
_SPACE = re.compile(rb"[ \t\r\n]*")
_BEFORE_THE_ROOT = ((b"<!--", b"-->"), (b"<?", b"?>"))
_S, _EQ = r"[ \t\r\n]+", r"[ \t\r\n]*=[ \t\r\n]*"
_NAME = "[A-Za-z][A-Za-z0-9._-]*"
# XML 1.0, 2.8 and 4.3.3. Minor versions beyond 1.0 are read as 1.0.
_DECLARATION = re.compile(
    rf"""<\?xml{_S}version{_EQ}(?:"1\.[0-9]+"|'1\.[0-9]+')"""
    rf"""(?:{_S}encoding{_EQ}(?:"(?P<double>{_NAME})"|'(?P<single>{_NAME})'))?"""
    rf"""(?:{_S}standalone{_EQ}(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>"""
)
_DECLARES = re.compile(r"<\?xml[ \t\r\n?]")
_XML_SPACE = " \t\r\n"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


class XmlError(ValueError):
    """The bytes are not XML we accept, or an element is not as expected. Says where, never what stood there."""


def parse(body: bytes, *, charset: str | None = None) -> etree._Element:
    """
    The root element of a complete, well-formed document without a document type.

    It has at most 256 levels and 150,000 elements and attributes. *charset* is the transport's word (HTTP
    Content-Type); it and the document's own declaration must not contradict each other.
    """
    document = _utf_8(body, charset)
    # Each of them takes hundreds of bytes of memory: a flood of tiny ones is not even read.
    if document.count(b"<") - document.count(b"</") + document.count(b"=") > _MAX_PARTS:
        raise XmlError("too many elements")
    _check_start(document)
    try:
        root = etree.fromstring(document, _parser())
    except (etree.XMLSyntaxError, ValueError):
        # Not chained: the cause quotes the document.
        raise XmlError("not well-formed XML") from None
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        raise XmlError("a document type is not accepted")
    return root


def _utf_8(body: bytes, charset: str | None) -> bytes:
    # The document in UTF-8 and without its declaration, so that nothing is left for the parser to decide.
    try:
        head = head_of(body, size=_HEAD)
        declaration = _DECLARATION.match(head)
        if _DECLARES.match(head, declaration.end() if declaration else 0):
            raise XmlError("not an XML declaration, or one too many")
        declared = declaration.group("double") or declaration.group("single") if declaration else None
        text = text_of(body, said=(charset, declared))
        return text[declaration.end() if declaration else 0 :].encode()
    except CharsetError as exc:
        raise XmlError(str(exc)) from None
    except UnicodeEncodeError:
        raise XmlError("half of a surrogate pair") from None


def _check_start(document: bytes) -> None:
    # Only comments and instructions may stand before the root. A document type is not even read: a declaration of it
    # would be work, and nothing in it is wanted.
    at = _past_space(document, 0)
    for _ in range(_MAX_BEFORE_THE_ROOT):
        end = next((end for start, end in _BEFORE_THE_ROOT if document.startswith(start, at)), None)
        if end is None:
            break
        found = document.find(end, at)
        if found < 0:
            raise XmlError("not well-formed XML")
        at = _past_space(document, found + len(end))
    else:
        raise XmlError("too much before the root element")
    if document.startswith(b"<!", at):
        raise XmlError("a document type is not accepted")


def _past_space(document: bytes, at: int) -> int:
    space = _SPACE.match(document, at)
    return space.end() if space else at


def _parser() -> etree.XMLParser:
    # A parser of its own each time: parsers keep state and replies are parsed in several threads.
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        collect_ids=False,
        encoding="utf-8",
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
        return (Node(child) for child in self.element.iterchildren(f"{{*}}{name}"))

    def elements(self) -> Iterator["Node"]:
        """Every child element."""
        return (Node(child) for child in self.element if isinstance(child.tag, str))

    def only_elements(self) -> list["Node"]:
        """Every child element of one that holds no text of its own."""
        texts = (self.element.text, *(child.tail for child in self.element))
        if any(text and text.strip(_XML_SPACE) for text in texts):
            raise XmlError(f"{self.name} holds text")
        return list(self.elements())

    def child(self, name: str) -> "Node | None":
        """The only child of that name, or None; two of them is an error, because one of them would be a guess."""
        found = self.children(name)
        first = next(found, None)
        if next(found, None) is not None:
            raise XmlError(f"{name} occurs more than once")
        return first

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
        """Whether the element says xsi:nil, and then holds nothing (XSD 1.0 part 1, 2.6.2)."""
        said = self.element.get(_NIL)
        if said is None:
            return False
        try:
            nil = lexical.boolean(said)
        except lexical.LexicalError as exc:
            raise XmlError(f"xsi:nil of {self.name} is {exc}") from exc
        if nil and (len(self.element) or (self.element.text or "").strip(_XML_SPACE)):
            raise XmlError(f"{self.name} is nil and holds something")
        return nil

    def value(self) -> str:
        """The element's whole text, white space around it removed."""
        if len(self.element):
            # A comment or instruction inside a number splits its text: `10<?x y?>0.05` must not be read as 10.
            raise XmlError(f"{self.name} holds more than text")
        return (self.element.text or "").strip(_XML_SPACE)

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
