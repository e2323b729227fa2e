"""Scopes as they are written (RFC 6749, 3.3), and purposes, which are scopes of a form (CAMARA's `dpv:`). Pure."""

import re
from collections.abc import Collection
from typing import Final

SCOPE: Final = re.compile(r"[!#-\[\]-~]+", re.ASCII)
"""One scope."""

_SCOPES: Final = re.compile(rf"{SCOPE.pattern}(?: {SCOPE.pattern})*", re.ASCII)

PURPOSE: Final = "dpv:"
"""How a purpose begins: a word of the W3C's Data Privacy Vocabulary."""


def scopes_in(text: str) -> frozenset[str]:
    """The scopes of a list with a space between each two. Raises ValueError for what is none."""
    if not _SCOPES.fullmatch(text):
        raise ValueError("it is no list of scopes with spaces between")
    return frozenset(text.split(" "))


def within(found: Collection[str], most: Collection[str] | None) -> frozenset[str]:
    """Those of *found* that are among *most*; all of them where nothing is said. Whole words, to the letter."""
    return frozenset(found) if most is None else frozenset(found).intersection(most)
