"""
Envelopes from templates: each shape of a request is built once by zeep, with marks for its values, and filled in later.

A shape is everything of a request but the text of its values: which elements there are, in which order, how many of
each. zeep refuses a shape that does not fit the WSDL; a template refuses texts that do not fit their types, or XML.
Whatever is not made of mappings, lists, texts and `Qualified` is left to zeep, and so is all that a template would
write in another way than zeep does.
"""

import dataclasses
import io
import re
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Final

from lxml import etree
from zeep.exceptions import Error as ZeepError

from connectors.markup import escaped, is_plain
from connectors.soap.facets import Check, Facets, check_of

Build = Callable[[Any, Any], Any]
"""Gives the root of zeep's envelope for values and headers, elements among them moved into it. Raises as zeep does."""

_MAX_TEMPLATES: Final = 256
# Characters for private use: no schema and no value of ours has them.
_MARK: Final = "\ue000{}\ue001"
_MARKED: Final = re.compile("\ue000([0-9]+)\ue001", re.ASCII)


@dataclasses.dataclass(frozen=True, slots=True)
class Qualified:
    """An element for places where a schema allows any, and for headers."""

    namespace: str
    name: str
    text: str | None = dataclasses.field(repr=False)


class UnfitError(ValueError):
    """A value cannot stand where it should. Says nothing of it."""


class _Odd(Exception):
    """A request that no template can be made of."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Template:
    """An envelope with gaps: what stands around them, which text fills each, and what some texts have to be."""

    fixed: tuple[str, ...]
    order: tuple[int, ...]
    checks: tuple[tuple[int, Check], ...]

    def filled(self, texts: list[str]) -> bytes:
        for index, check in self.checks:
            if not check(texts[index]):
                raise UnfitError("a value is not of its type")
        if not is_plain("".join(texts)):
            texts = [escaped(text) for text in texts]
        parts = [""] * (len(self.fixed) + len(self.order))
        parts[::2] = self.fixed
        parts[1::2] = [texts[index] for index in self.order]
        return "".join(parts).encode()


def envelopes_of(operation: Any, facets: Mapping[str, Facets]) -> "Envelopes":
    """The envelopes of *operation*, one of zeep's."""

    def build(values: Any, headers: Any) -> Any:
        message = operation.create(_soapheaders=headers, **values) if headers else operation.create(**values)
        return message.content

    return Envelopes(build, body=operation.input.body, facets=facets)


class Envelopes:
    """The envelopes of one operation. At most 256 shapes are remembered; further ones are built by zeep each time."""

    def __init__(self, build: Build, *, body: Any, facets: Mapping[str, Facets]) -> None:
        self._build = build
        self._body = body
        self._facets = facets
        self._templates: dict[Hashable, _Template | None] = {}

    def envelope(self, values: Mapping[str, Any], headers: list[Any] | None) -> bytes:
        """The serialised envelope. Raises UnfitError, or what zeep raises."""
        texts: list[str] = []
        try:
            shape = (_shape(values, texts), _shape(headers, texts))
        except _Odd:
            return self._by_zeep(values, headers)
        if shape not in self._templates:
            return self._first(shape, values, headers)
        template = self._templates[shape]
        return self._by_zeep(values, headers) if template is None else template.filled(texts)

    def _by_zeep(self, values: Mapping[str, Any], headers: list[Any] | None) -> bytes:
        return _serialised(self._build(_with_texts(values, _itself), _with_texts(headers, _itself)))

    def _first(self, shape: Hashable, values: Mapping[str, Any], headers: list[Any] | None) -> bytes:
        # Both from scratch, and compared: a template that would not say the same is never used.
        by_zeep = self._by_zeep(values, headers)
        texts: list[str] = []
        template = self._template(values, headers, texts)
        if template is not None and not _is_same(template.filled(texts), by_zeep):
            template = None
        if len(self._templates) < _MAX_TEMPLATES:
            self._templates[shape] = template
        return by_zeep

    def _template(self, values: Mapping[str, Any], headers: list[Any] | None, texts: list[str]) -> _Template | None:
        def mark(text: str) -> str:
            if not text:
                return text
            texts.append(text)
            return _MARK.format(len(texts) - 1)

        try:
            envelope = self._build(_with_texts(values, mark), _with_texts(headers, mark))
        except (ZeepError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            # A type of which zeep wants to understand the text; it took the real one.
            return None
        by_text = {element.text: element for element in envelope.iter() if not len(element)}
        # zeep writes some types its own way, and some values as attributes; there a mark is lost, or no text.
        if not by_text.keys() >= {_MARK.format(index) for index in range(len(texts))}:
            return None
        fixed, *rest = _MARKED.split(_serialised(envelope).decode())
        order = tuple(int(index) for index in rest[::2])
        if sorted(order) != list(range(len(texts))):
            return None
        checks = self._checks(envelope)
        found = ((index, checks.get(by_text[_MARK.format(index)])) for index in order)
        checked = tuple((index, check) for index, check in found if check is not None)
        return _Template(fixed=(fixed, *rest[1::2]), order=order, checks=checked)

    def _checks(self, envelope: etree._Element) -> dict[etree._Element, Check]:
        # What the texts in the body have to be. Of headers and of elements that may be any nothing is known.
        checks: dict[etree._Element, Check] = {}
        level = [(element, self._body) for element in envelope[-1] if self._body is not None]
        while level:
            element, declared = level.pop()
            check = check_of(declared.type, self._facets)
            if check is not None:
                checks[element] = check
            named = (each for _, each in getattr(declared.type, "elements", ()) if hasattr(each, "qname"))
            inner = {str(each.qname): each for each in named}
            level += [(child, inner[child.tag]) for child in element if child.tag in inner]
        return checks


def _shape(value: Any, texts: list[str]) -> Hashable:
    # Exact types: what only looks like a text may be written in another way.
    kind = type(value)
    if kind is str:
        # zeep leaves some elements out when their text is empty, so that is a shape of its own.
        if not value:
            return ""
        texts.append(value)
        return str
    if kind is dict:
        return tuple([(key, _shape(item, texts)) for key, item in value.items()])
    if kind is Qualified:
        return (value.namespace, value.name, _shape(value.text, texts))
    if kind is list:
        return (list, *[_shape(item, texts) for item in value])
    if value is None:
        return None
    raise _Odd


def _with_texts(value: Any, change: Callable[[str], str]) -> Any:
    # The value as zeep takes it, its texts changed in the order of `_shape`.
    match value:
        case str():
            return change(value)
        case dict():
            return {key: _with_texts(item, change) for key, item in value.items()}
        case list():
            return [_with_texts(item, change) for item in value]
        case Qualified():
            element = etree.Element(etree.QName(value.namespace, value.name))
            element.text = _with_texts(value.text, change)
            return element
        case _:
            return value


def _itself(text: str) -> str:
    return text


def _serialised(envelope: etree._Element) -> bytes:
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


def _is_same(one: bytes, other: bytes) -> bool:
    first, second = io.BytesIO(), io.BytesIO()
    for document, canonical in ((one, first), (other, second)):
        etree.fromstring(document).getroottree().write_c14n(canonical)
    return first.getvalue() == second.getvalue()
