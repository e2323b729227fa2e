"""
What the text of an element has to be, by its XSD type: built-in types and the facets that zeep passes over. Pure.

A check may let a wrong text pass (patterns with other signs than the usual ones are not looked at) and never refuses a
right one: what it refuses, a system that knows its own definition would refuse as well. It sees no empty texts.
"""

import dataclasses
import functools
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from lxml import etree
from zeep.xsd.types import builtins

Check = Callable[[str], bool]
"""Whether a text is of its type."""

_XS: Final = "{http://www.w3.org/2001/XMLSchema}"
_SPACE: Final = " \t\r\n"
_INTEGER: Final = re.compile(r"[+-]?[0-9]+", re.ASCII)
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)", re.ASCII)
# Patterns that mean the same to Python. `\w` does not, nor do anchors, which XSD has not.
_SAME_TO_PYTHON: Final = re.compile(r"(?:[A-Za-z0-9 ,:;=@#%&/'\"_!~<>\[\]{}()|?*+.-]|\\[d.\-+*?()\[\]{}|])*", re.ASCII)
_DIFFERENT: Final = re.compile(r"-\[|\[\^?\]|\(\?|[*+?}][*+?]|\[\[|--|&&|\|\||~~")
_BITS: Final = {"Long": 64, "Int": 32, "Short": 16, "Byte": 8}
# By the name zeep gives the class: the smallest and the largest number; None for no bound.
_RANGES: Final[Mapping[str, tuple[int | None, int | None]]] = {
    "NonPositiveInteger": (None, 0),
    "NegativeInteger": (None, -1),
    "NonNegativeInteger": (0, None),
    "PositiveInteger": (1, None),
    **{name: (-(2**bits // 2), 2**bits // 2 - 1) for name, bits in _BITS.items()},
    **{f"Unsigned{name}": (0, 2**bits - 1) for name, bits in _BITS.items()},
}


@dataclasses.dataclass(frozen=True, slots=True)
class Facets:
    """One named simple type: the type it restricts, and how."""

    base: str | None
    values: frozenset[str]
    lengths: tuple[int, int | None]
    patterns: tuple[re.Pattern[str], ...]
    is_collapsed: bool


def facets_of(documents: Iterable[bytes]) -> Mapping[str, Facets]:
    """The simple types that WSDLs and schemas name, by `{namespace}name`."""
    found: dict[str, Facets] = {}
    for document in documents:
        for schema in etree.fromstring(document).iter(f"{_XS}schema"):
            for named in schema.iterchildren(f"{_XS}simpleType"):
                restriction = named.find(f"{_XS}restriction")
                if restriction is not None:
                    name = f"{{{schema.get('targetNamespace', '')}}}{named.get('name')}"
                    found[name] = _facets(restriction)
    return found


def check_of(xsd_type: Any, facets: Mapping[str, Facets]) -> Check | None:
    """What the text of an element of *xsd_type*, a type of zeep's, has to be; None when it may be anything."""
    checks = [check for check in (_builtin(xsd_type), *_named(xsd_type, facets)) if check is not None]
    if len(checks) <= 1:
        return next(iter(checks), None)
    return lambda text: all(check(text) for check in checks)


def _facets(restriction: etree._Element) -> Facets:
    def said(name: str) -> list[str]:
        return [facet.get("value", "") for facet in restriction.iterchildren(f"{_XS}{name}")]

    prefix, _, base = restriction.get("base", "").rpartition(":")
    shortest, longest = (said("length") or said("minLength")), (said("length") or said("maxLength"))
    return Facets(
        base=f"{{{restriction.nsmap.get(prefix or None, '')}}}{base}" if base else None,
        values=frozenset(said("enumeration")),
        lengths=(int(shortest[0]) if shortest else 0, int(longest[0]) if longest else None),
        patterns=_patterns(said("pattern")),
        is_collapsed=bool(said("whiteSpace")),
    )


def _patterns(said: list[str]) -> tuple[re.Pattern[str], ...]:
    # Patterns of one type are choices, so one that Python reads differently makes all of them useless.
    if not all(_SAME_TO_PYTHON.fullmatch(each) and not _DIFFERENT.search(each) for each in said):
        return ()
    try:
        return tuple(re.compile(each) for each in said)
    except re.error:
        return ()


def _builtin(xsd_type: Any) -> Check | None:
    if isinstance(xsd_type, builtins.Integer):
        names = (kind.__name__ for kind in type(xsd_type).__mro__)
        return functools.partial(_is_integer, *next((_RANGES[name] for name in names if name in _RANGES), (None, None)))
    return _is_decimal if isinstance(xsd_type, builtins.Decimal) else None


def _is_integer(smallest: int | None, largest: int | None, text: str) -> bool:
    digits = text.strip(_SPACE)
    # No type has more digits than this, but for the unbounded ones, of which nobody needs more.
    if len(digits) > 40 or not _INTEGER.fullmatch(digits):
        return False
    number = int(digits)
    return (smallest is None or smallest <= number) and (largest is None or number <= largest)


def _is_decimal(text: str) -> bool:
    return _DECIMAL.fullmatch(text.strip(_SPACE)) is not None


def _named(xsd_type: Any, facets: Mapping[str, Facets]) -> list[Check]:
    # Of texts only, and of those whose white space counts: of numbers only their own form is looked at.
    if not isinstance(xsd_type, builtins.String) or isinstance(xsd_type, builtins.NormalizedString):
        return []
    checks: list[Check] = []
    found = facets.get(str(xsd_type.qname))
    for _ in facets:
        if found is None:
            break
        if found.is_collapsed:
            return []
        if found.values or found.patterns or found.lengths != (0, None):
            checks.append(functools.partial(_has, found))
        found = facets.get(found.base or "")
    return checks


def _has(facets: Facets, text: str) -> bool:
    shortest, longest = facets.lengths
    return (
        (not facets.values or text in facets.values)
        and shortest <= len(text)
        and (longest is None or len(text) <= longest)
        and (not facets.patterns or any(pattern.fullmatch(text) for pattern in facets.patterns))
    )
