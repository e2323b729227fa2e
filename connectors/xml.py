"""Foreign XML, read safely: no DTD, no entities, no network, whole documents only, and leaves read as whole text."""

import itertools
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from connectors import lexical
from connectors.charset import CharsetError, head_of, text_of

if TYPE_CHECKING:
    Element: TypeAlias = ET.Element[Any]
else:
    Element = ET.Element
"""An element of a tree; that of a comment or of an instruction has a function for its tag."""

NIL: Final = "{http://www.w3.org/2001/XMLSchema-instance}nil"

XML_SPACE: Final = " \t\r\n"

MAX_PARTS: Final = 150_000
"""Elements and attributes of a document."""

_MAX_LEVELS = 256
_MAX_TEXT = 10_000_000
_MAX_BEFORE_THE_ROOT = 100
_HEAD = 1024
# While a piece is parsed no other thread runs, the event loop's neither. But what lies across pieces, such as a comment
# without end, is looked at again with each of them: they must not be too small.
_PIECE = 256 * 1024
_SPACE = re.compile(rb"[ \t\r\n]*")
_BEFORE_THE_ROOT = ((b"<!--", b"-->"), (b"<?", b"?>"))
_AN_ELEMENT = re.compile(rb"[ \t\r\n]*+<[^!?]")
_S, _EQ = r"[ \t\r\n]+", r"[ \t\r\n]*=[ \t\r\n]*"
_NAME = "[A-Za-z][A-Za-z0-9._-]*"
# XML 1.0, 2.8 and 4.3.3. Minor versions beyond 1.0 are read as 1.0.
_DECLARATION = re.compile(
    rf"""<\?xml{_S}version{_EQ}(?:"1\.[0-9]+"|'1\.[0-9]+')"""
    rf"""(?:{_S}encoding{_EQ}(?:"(?P<double>{_NAME})"|'(?P<single>{_NAME})'))?"""
    rf"""(?:{_S}standalone{_EQ}(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>"""
)
_DECLARES = re.compile(r"<\?xml[ \t\r\n?]")
# How nearly every document begins: with a declaration that says UTF-8 or nothing, and no instruction right behind it.
_USUAL = re.compile(rb"""<\?xml version="1\.0"(?: encoding="(?i:utf-8)")?\?>(?=[ \t\r\n]*+<[^?])""")
_USUAL_CHARSETS = {None, "utf-8"}


class XmlError(ValueError):
    """The bytes are not XML we accept, or an element is not as expected. Says where, never what stood there."""


def parse(body: bytes, *, charset: str | None = None) -> Element:
    """
    The root element of a complete, well-formed document without a document type.

    It has at most 256 levels, 150,000 elements and attributes, and texts of ten million letters. *charset* is the
    transport's word (HTTP Content-Type); it and the document's own declaration must not contradict each other.

    An element whose xsi:nil contradicts what it holds is given an instruction as a child, so that nobody can take its
    text for a value: who reads texts need look for attributes only where there are children, or no text.
    """
    return tree_of(document_text(body, charset=charset))


def document_text(body: bytes, *, charset: str | None = None) -> str:
    """The letters of a document without its declaration, so that nothing is left for the parser to decide."""
    try:
        usual = _USUAL.match(body) if charset in _USUAL_CHARSETS else None
        if usual is not None:
            return text_of(body[usual.end() :], said=())
        head = head_of(body, size=_HEAD)
        declaration = _DECLARATION.match(head)
        if _DECLARES.match(head, declaration.end() if declaration else 0):
            raise XmlError("not an XML declaration, or one too many")
        declared = declaration.group("double") or declaration.group("single") if declaration else None
        return text_of(body, said=(charset, declared))[declaration.end() if declaration else 0 :]
    except CharsetError as exc:
        raise XmlError(str(exc)) from None


def tree_of(text: str) -> Element:
    """The root element of a document that `document_text` gave; `parse` says what is refused."""
    document = _utf_8(text)
    # No character of XML (1.0, 2.2), and not left to the parser: beside the first `<` it makes the parser take UTF-16,
    # whatever it was told, and read other letters, or a document type, than what has been looked at here.
    if b"\0" in document:
        raise XmlError("not well-formed XML")
    # Each of them takes hundreds of bytes of memory: a flood of tiny ones is not even read.
    if len(document) > MAX_PARTS and _parts(document) > MAX_PARTS:
        raise XmlError("too many elements")
    _check_start(document)
    parser = _parser()
    try:
        for at in range(0, len(document), _PIECE):
            parser.feed(document[at : at + _PIECE])
        root: Element = parser.close()
    except (ET.ParseError, ValueError):
        # Not chained: the cause quotes the document.
        raise XmlError("not well-formed XML") from None
    # What holds an element has an end tag: with fewer of them than levels are allowed nobody needs to count levels.
    if document.count(b"</") >= _MAX_LEVELS:
        _check_levels(root)
    if _may_have_nils(document):
        _mark_contradictions(root)
    if len(document) > _MAX_TEXT:
        _check_texts(root)
    return root


def _parts(document: bytes) -> int:
    return document.count(b"<") - document.count(b"</") + document.count(b"=")


def _utf_8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise XmlError("half of a surrogate pair") from None


def _check_start(document: bytes) -> None:
    # Only comments and instructions may stand before the root. A document type is not even read: a declaration of it
    # would be work, and nothing in it is wanted.
    if _AN_ELEMENT.match(document):
        return
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


def _parser() -> "ET.XMLParser[Element]":
    # The standard library's parser and not lxml's: lxml parses faster but takes far longer to give what it has parsed.
    # It fetches nothing, and a document type, without which there are no entities, has been refused before. Comments
    # and instructions stay in the tree, because they split the text of a value.
    builder = ET.TreeBuilder(insert_comments=True, insert_pis=True)
    return ET.XMLParser(target=builder, encoding="utf-8")  # noqa: S314 - See above.


def _check_levels(root: Element) -> None:
    level = [root]
    for _ in range(_MAX_LEVELS):
        holding: Iterator[Element] = filter(len, level)
        level = list(itertools.chain.from_iterable(holding))
        if not level:
            return
    raise XmlError("too many levels")


def _may_have_nils(document: bytes) -> bool:
    # The namespace's name may be written with references to characters, the attribute's own name may not.
    return (b"XMLSchema-instance" in document or b"&" in document) and b"nil" in document


def _mark_contradictions(root: Element) -> None:
    for element in [each for each in root.iter() if each.get(NIL) is not None]:
        try:
            _ = Node(element).is_nil
        except XmlError:
            element.append(ET.ProcessingInstruction("nil"))


def _check_texts(root: Element) -> None:
    for element in root.iter():
        texts = (element.text, element.tail, *element.attrib.values())
        if any(text and len(text) > _MAX_TEXT for text in texts):
            raise XmlError("a text is too long")


def local_name(element: Element) -> str:
    """The element's name without its namespace; empty for comments and processing instructions."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _called(name: str, parent: Element) -> list[Element]:
    # Those children whose `local_name` is *name*, without cutting it out of every tag. No name holds a bracket.
    end = "}" + name
    return [child for child in parent if (tag := child.tag) == name or (tag.__class__ is str and tag.endswith(end))]


class Node:
    """
    An element read tolerantly: children by local name in any namespace, unknown ones ignored.

    Live systems answer with elements newer than any WSDL and move names between namespaces, so names are what we go
    by. Leaves are read strictly: an element where text is expected may hold nothing but text.
    """

    __slots__ = ("element",)

    def __init__(self, element: Element) -> None:
        self.element = element

    @property
    def name(self) -> str:
        """The element's local name."""
        return local_name(self.element)

    @property
    def namespace(self) -> str:
        """The element's namespace, empty when it has none."""
        tag = self.element.tag
        return tag[1:].partition("}")[0] if tag.startswith("{") else ""

    def children(self, name: str) -> Iterator["Node"]:
        """Every child element of that local name, in document order."""
        return map(Node, _called(name, self.element))

    def elements(self) -> Iterator["Node"]:
        """Every child element."""
        return (Node(child) for child in self.element if isinstance(child.tag, str))

    def only_elements(self) -> list["Node"]:
        """Every child element of one that holds no text of its own."""
        texts = [self.element.text, *[child.tail for child in self.element]]
        if any(texts) and "".join(filter(None, texts)).strip(XML_SPACE):
            raise XmlError(f"{self.name} holds text")
        return [Node(child) for child in self.element if child.tag.__class__ is str]

    def child(self, name: str) -> "Node | None":
        """The only child of that name, or None; two of them is an error, because one of them would be a guess."""
        found = _called(name, self.element)
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
        """Whether the element says xsi:nil, and then holds nothing (XSD 1.0 part 1, 2.6.2)."""
        said = self.element.get(NIL)
        if said is None:
            return False
        try:
            nil = lexical.boolean(said)
        except lexical.LexicalError as exc:
            raise XmlError(f"xsi:nil of {self.name} is {exc}") from exc
        if nil and (len(self.element) or (self.element.text or "").strip(XML_SPACE)):
            raise XmlError(f"{self.name} is nil and holds something")
        return nil

    def value(self) -> str:
        """The element's whole text, white space around it removed."""
        if len(self.element):
            # A comment or instruction inside a number splits its text: `10<?x y?>0.05` must not be read as 10.
            raise XmlError(f"{self.name} holds more than text")
        return (self.element.text or "").strip(XML_SPACE)

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
