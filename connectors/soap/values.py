"""
What an element's text says, read the careful way: by `Node`, whose rules and words these are.

Compiled readers take the short way where an element holds text and nothing else, and come here with everything else.
"""

import functools
from typing import Final

from connectors import lexical
from connectors.xml import Element, Node, XmlError

_MAX_KEPT: Final = 8192
_MAX_LETTERS: Final = 8


class Integers(dict[str, int]):
    """Whole numbers of a size by their text; short ones are remembered. LexicalError for what is none of that size."""

    def __init__(self, bits: int | None) -> None:
        super().__init__()
        self._bits = bits

    def __missing__(self, text: str) -> int:
        number = lexical.integer(text)
        if not _fits(number, self._bits):
            raise lexical.LexicalError("larger than its type allows")
        if len(text) <= _MAX_LETTERS:
            if len(self) >= _MAX_KEPT:
                self.clear()
            self[text] = number
        return number


@functools.cache
def integers_of(bits: int | None) -> Integers:
    """The numbers of one size."""
    return Integers(bits)


def text(element: Element) -> str | None:
    """The element's text; None when nil or empty."""
    node = Node(element)
    return None if node.is_nil else node.value() or None


def required_text(element: Element | None, name: str) -> str:
    """The element's text, which must be there and not be empty."""
    found = None if element is None else text(element)
    if found is None:
        raise XmlError(f"{name} is missing or empty")
    return found


def blank_text(element: Element | None, name: str) -> str:
    """The text of an element that must be there; "" when nil or empty."""
    if element is None:
        raise XmlError(f"{name} is missing")
    return text(element) or ""


def integer(element: Element, name: str, bits: int | None) -> int | None:
    """The element's text as a whole number, at most so many *bits* long with its sign; None when nil or empty."""
    found = text(element)
    try:
        return None if found is None else integers_of(bits)[found]
    except lexical.LexicalError as exc:
        raise XmlError(f"{name} is {exc}") from exc


def required_integer(element: Element | None, name: str, bits: int | None) -> int:
    """The element's text as a whole number, which must be there."""
    number = None if element is None else integer(element, name, bits)
    if number is None:
        raise XmlError(f"{name} is missing or empty")
    return number


def missing(name: str) -> XmlError:
    """The error that the element is not there."""
    return XmlError(f"{name} is missing")


def missing_or_empty(name: str) -> XmlError:
    """The error that the element is not there, or holds no value."""
    return XmlError(f"{name} is missing or empty")


def by_name(elements: tuple[Element | None, ...], names: tuple[str, ...]) -> dict[str, Element]:
    """Those of *elements* that are there, by name."""
    return {name: each for name, each in zip(names, elements, strict=True) if each is not None}


def _fits(number: int, bits: int | None) -> bool:
    return bits is None or -(1 << bits - 1) <= number < 1 << bits - 1
