"""Strict written forms of numbers and codes in foreign answers: the value the text says, or an error; never a guess."""

import functools
import re
from collections.abc import Callable
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from typing import Final

_INTEGER = re.compile(r"[+-]?[0-9]{1,40}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,60}(?:\.[0-9]{0,60})?|\.[0-9]{1,60})", re.ASCII)
_XML_SPACE = " \t\r\n"
# Wide enough for any digits: the usual context would round beyond 28 of them.
_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)


class LexicalError(ValueError):
    """A text is not of the form its type demands. The text itself is never quoted."""


def integer(text: str) -> int:
    """An xsd:integer (XSD 1.0 part 2, 3.3.13): digits with an optional sign, white space around them collapsed."""
    stripped = text.strip(_XML_SPACE)
    if not _INTEGER.fullmatch(stripped):
        raise LexicalError("not a whole number")
    return int(stripped)


def decimal(text: str) -> Decimal:
    """An xsd:decimal (XSD 1.0 part 2, 3.2.3): no exponent, no INF or NaN, no separators, ASCII digits only."""
    stripped = text.strip(_XML_SPACE)
    if not _DECIMAL.fullmatch(stripped):
        raise LexicalError("not a decimal number")
    return Decimal(stripped)


def scaled(units: int, decimals: int) -> Decimal:
    """Money from a whole number of smallest units: `scaled(99560, 2)` is `Decimal('995.60')`, digits kept."""
    return times(smallest_unit(decimals), units)


@functools.lru_cache(maxsize=16)
def smallest_unit(decimals: int) -> Decimal:
    """What `times` a number of units is `scaled`, for those who scale by the hundred: `Decimal('0.01')` for 2."""
    # A Decimal from its parts is slow to make, and an answer is full of money of one or two currencies.
    return Decimal((0, (1,), -decimals))


times: Final[Callable[[Decimal, int], Decimal]] = _EXACT.multiply
"""The product with all its digits. Not `scaleb`: it takes two objects more for the same digits."""


def boolean(text: str) -> bool:
    """An xsd:boolean: true, false, 1 or 0."""
    match text.strip(_XML_SPACE):
        case "true" | "1":
            return True
        case "false" | "0":
            return False
        case _:
            raise LexicalError("not true or false")
