"""Writing XML: small functions that give escaped markup. Text is always escaped, markup never twice."""

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias
from xml.sax.saxutils import escape, quoteattr

XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"


class Markup(str):
    """Text that is XML already."""

    __slots__ = ()


Content: TypeAlias = str | int | Markup | Iterable[Markup] | None


class Vocabulary:
    """
    Makes elements under one prefix: `bcs("CustKey", "102...")` is `<bcs:CustKey>102...</bcs:CustKey>`.

    An empty prefix makes elements without a namespace. None adds nothing, a plain string is escaped. Whoever writes the
    document declares the prefixes.
    """

    def __init__(self, prefix: str = "") -> None:
        self._prefix = f"{prefix}:" if prefix else ""

    def __call__(self, name: str, *content: Content) -> Markup:
        """An element with text, children, or both."""
        tag = self._prefix + name
        inside = _markup(content[0]) if len(content) == 1 else "".join(map(_markup, content))
        return Markup(f"<{tag}>{inside}</{tag}>")

    def nil(self, name: str) -> Markup:
        """An element that says xsi:nil."""
        return Markup(f'<{self._prefix}{name} xsi:nil="true"/>')


def document(root: Markup) -> bytes:
    """UTF-8 with an XML declaration."""
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + root.encode()


def declared(root: Markup, prefixes: Mapping[str, str]) -> Markup:
    """An element with namespace declarations put into its start tag."""
    start, bracket, rest = root.partition(">")
    return Markup(
        start + "".join(f" xmlns:{prefix}={quoteattr(uri)}" for prefix, uri in prefixes.items()) + bracket + rest
    )


def _markup(item: Content) -> str:
    # Most content is a plain string or a number, thousands of times in one answer, so the tests are in that order.
    if isinstance(item, str):
        return item if isinstance(item, Markup) else escape(item)
    if isinstance(item, int):
        return str(item)
    return "" if item is None else "".join(item)
