"""
An independent reader of XML answers: expat, exact paths, written forms by pattern. It shares no code with what it checks.

It is strict where the connectors have to be: what it cannot read for certain is Unreadable. Where connectors are
tolerant on purpose it is too, and in these points only: elements go by local name in any namespace; unknown elements,
attributes and text between elements are passed over; comments and instructions may stand between elements.
"""

import codecs
import dataclasses
import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from xml.parsers import expat

_BETWEEN = "}"
"""Between a namespace and a name. A space would make expat refuse namespaces that hold one, which are names as good as any."""

_NIL = "http://www.w3.org/2001/XMLSchema-instance}nil"
_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/}Envelope"
_WHOLE = re.compile(r"[+-]?[0-9]+", re.ASCII)
_STAMP = re.compile(r"\d{14}", re.ASCII)
_DECLARED = re.compile(r"""^<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z][\w.-]*)["']""", re.ASCII)
_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_CHARACTER_SETS = re.compile(
    r"utf-?(8|16(-?[lb]e)?)|(us-)?ascii|iso-?8859-?\d+|windows-125\d|gbk|gb2312|gb18030|big5|shift_jis|euc-(kr|jp)"
)


class Unreadable(Exception):
    """The answer says nothing for certain."""


@dataclasses.dataclass(slots=True)
class Element:
    """An element by its local name. *noisy* when a comment or an instruction stands directly inside it."""

    qualified: str
    attributes: dict[str, str]
    children: list["Element"] = dataclasses.field(default_factory=list)
    text: str = ""
    noisy: bool = False

    @property
    def name(self) -> str:
        return self.qualified.rpartition(_BETWEEN)[2]

    def all(self, name: str) -> list["Element"]:
        return [child for child in self.children if child.name == name]

    def maybe(self, name: str) -> "Element | None":
        found = self.all(name)
        if len(found) > 1:
            raise Unreadable(f"{name} twice")
        return found[0] if found else None

    def one(self, name: str) -> "Element":
        found = self.maybe(name)
        if found is None:
            raise Unreadable(f"no {name}")
        return found

    def inner(self) -> Iterator["Element"]:
        """Every element below this one."""
        for child in self.children:
            yield child
            yield from child.inner()

    @property
    def is_nil(self) -> bool:
        return self.attributes.get(_NIL) in {"true", "1"}

    @property
    def value(self) -> str | None:
        """The whole text; None when nil or empty."""
        if self.children or self.noisy:
            raise Unreadable(f"{self.name} holds more than text")
        text = self.text.strip(" \t\r\n")
        if self.is_nil and text:
            raise Unreadable(f"{self.name} is nil and is not")
        return text or None

    def said(self, name: str) -> str | None:
        found = self.maybe(name)
        return None if found is None else found.value

    def must(self, name: str) -> str:
        found = self.said(name)
        if found is None:
            raise Unreadable(f"{name} says nothing")
        return found

    def whole(self, name: str) -> int | None:
        text = self.said(name)
        if text is None:
            return None
        if not _WHOLE.fullmatch(text):
            raise Unreadable(f"{name} is no whole number")
        return int(text)

    def must_whole(self, name: str) -> int:
        found = self.whole(name)
        if found is None:
            raise Unreadable(f"{name} says nothing")
        return found

    def hundredths(self, name: str, currency: str) -> str | None:
        """An amount of hundredths as `12.50 EUR`."""
        units = self.whole(name)
        if units is None:
            return None
        if not -(2**63) <= units < 2**63:
            raise Unreadable(f"{name} is no long")
        return f"{Decimal(units).scaleb(-2):.2f} {currency}"

    def must_hundredths(self, name: str, currency: str) -> str:
        found = self.hundredths(name, currency)
        if found is None:
            raise Unreadable(f"{name} says nothing")
        return found

    def moment(self, name: str, *, east_hours: int) -> dt.datetime | None:
        """A time of fourteen digits at a place that keeps one distance from Greenwich; None for never and unset."""
        text = self.said(name)
        if text is None:
            return None
        if not _STAMP.fullmatch(text):
            raise Unreadable(f"{name} is no stamp")
        try:
            local = dt.datetime.strptime(text + "+0000", "%Y%m%d%H%M%S%z")
            instant = local - dt.timedelta(hours=east_hours)
        except (ValueError, OverflowError) as exc:
            raise Unreadable(f"{name} is no time") from exc
        if text < "1900":
            raise Unreadable(f"{name} is of no time that such a system knew")
        return None if text[:8] in {"20370101", "19700101"} else instant


def soap_body(body: bytes, charset: str | None) -> tuple[Element | None, Element]:
    """The header, if any, and the one element of the body of a SOAP 1.1 answer."""
    root = document(body, charset)
    if root.qualified != _ENVELOPE:
        raise Unreadable("no envelope")
    contents = root.one("Body").children
    if len(contents) != 1:
        raise Unreadable("the body holds not one element")
    return root.maybe("Header"), contents[0]


def document(body: bytes, charset: str | None) -> Element:
    """The root of a whole document without a document type."""
    builder = _Builder()
    parser = expat.ParserCreate("utf-8", _BETWEEN)
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.CommentHandler = builder.comment
    parser.ProcessingInstructionHandler = builder.instruction
    parser.StartDoctypeDeclHandler = builder.document_type
    try:
        parser.Parse(_text(body, charset).encode(), True)
    except (expat.ExpatError, UnicodeError) as exc:
        raise Unreadable("not well-formed") from exc
    return builder.top.children[0]


class _Builder:
    def __init__(self) -> None:
        self.top = Element("", {})
        self._open = [self.top]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        element = Element(name, attributes)
        self._open[-1].children.append(element)
        self._open.append(element)

    def end(self, _: str) -> None:
        self._open.pop()

    def characters(self, text: str) -> None:
        self._open[-1].text += text

    def comment(self, _: str) -> None:
        self._open[-1].noisy = True

    def instruction(self, _: str, __: str) -> None:
        self._open[-1].noisy = True

    def document_type(self, *_: object) -> None:
        raise Unreadable("a document type")


def _text(body: bytes, charset: str | None) -> str:
    """The characters, if everything that is said of their encoding leads to the same ones."""
    mark = next((mark for mark in _MARKS if body.startswith(mark)), b"")
    bare = body.removeprefix(mark)
    claims = {_MARKS[mark]} if mark else set()
    claims |= {charset} if charset else set()
    claims |= {found[1]} if (found := _DECLARED.match(_guess(bare))) else set()
    texts = {_decoded(bare, claim) for claim in claims or {"utf-8"}}
    if len(texts) > 1:
        raise Unreadable("its encoding is said in two ways")
    return texts.pop()


def _guess(bare: bytes) -> str:
    """The beginning, to look for a declaration in it, whatever the width of its characters."""
    return bare[:400].replace(b"\0", b"").decode("latin-1")


def _decoded(bare: bytes, claim: str) -> str:
    name = claim.strip().lower()
    if not _CHARACTER_SETS.fullmatch(name):
        raise Unreadable("no character set")
    if name in {"utf-16", "utf16"}:
        name = "utf-16-be" if bare[:1] == b"\0" else "utf-16-le"
    try:
        return bare.decode(name)
    except (UnicodeError, LookupError) as exc:
        raise Unreadable("not in the encoding it says") from exc
