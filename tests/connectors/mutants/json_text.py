"""Mutants of JSON as text and as bytes: what no longer is one JSON text, or is one in another writing or encoding."""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from hypothesis import strategies as st

from tests.connectors.mutants.mutant import Effect, Mutant

Draw: TypeAlias = Callable[[st.SearchStrategy[Any]], Any]

_INSERTS = (
    ",",
    ":",
    "}",
    "]",
    "{",
    "[",
    '"',
    "\\",
    "//x\n",
    "/*x*/",
    "#",
    "\u00a0",
    "\u2028",
    "\x00",
    "\x0b",
    "0",
    "-",
    "e",
)
_TAILS = ("{}", "[]", " 1", "\x00", "<!-- -->", ",", "]", "}", "\n\n", " ", "\ufeff")
_ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "utf-7", "gbk", "latin-1", "cp037")


def texts(body: bytes) -> st.SearchStrategy[Mutant]:
    """A sound answer, damaged or rewritten as text."""

    @st.composite
    def mutant(draw: Draw) -> Mutant:
        kind = draw(st.sampled_from(sorted(_CHANGES)))
        return Mutant(kind=kind, effect=Effect.OTHER, body=_CHANGES[kind](draw, body.decode()))

    return mutant()


def _at(draw: Draw, text: str) -> int:
    found: int = draw(st.integers(0, len(text)))
    return found


def _one(draw: Draw, among: Sequence[str]) -> str:
    found: str = draw(st.sampled_from(among))
    return found


def _insert(draw: Draw, text: str) -> bytes:
    at = _at(draw, text)
    return f"{text[:at]}{_one(draw, _INSERTS)}{text[at:]}".encode()


def _truncate(draw: Draw, text: str) -> bytes:
    return text[: _at(draw, text)].encode()


def _tail(draw: Draw, text: str) -> bytes:
    return (text + _one(draw, (*_TAILS, text))).encode()


def _head(draw: Draw, text: str) -> bytes:
    return (_one(draw, (*_TAILS, ")]}',\n", "while(1);")) + text).encode()


def _trailing_comma(draw: Draw, text: str) -> bytes:
    ends = [match.start() for match in re.finditer(r"[]}]", text)]
    at = draw(st.sampled_from(ends))
    return f"{text[:at]},{text[at:]}".encode()


def _transcode(draw: Draw, text: str) -> bytes:
    return text.encode(_one(draw, _ENCODINGS), "replace")


def _escape(draw: Draw, text: str) -> bytes:
    """Letters and digits written as escapes: the same text inside a string, damage outside of it."""
    at = draw(st.integers(0, len(text) - 1))
    spelled = "".join(f"\\u{ord(sign):04x}" for sign in text[at : at + draw(st.integers(1, 4))] if ord(sign) < 0x10000)
    return f"{text[:at]}{spelled}{text[at + len(spelled) // 6 :]}".encode()


def _foreign_digit(draw: Draw, text: str) -> bytes:
    digits = [match.start() for match in re.finditer(r"[0-9]", text)]
    at: int = draw(st.sampled_from(digits))
    return (text[:at] + _one(draw, "０１٣७𝟓²") + text[at + 1 :]).encode()


def _quotes(draw: Draw, text: str) -> bytes:
    return (text.replace('"', "'") if draw(st.booleans()) else text.replace('": ', '"= ', 1)).encode()


_CHANGES: dict[str, Callable[[Draw, str], bytes]] = {
    "a sign put in": _insert,
    "cut off": _truncate,
    "more after the end": _tail,
    "more before the beginning": _head,
    "a trailing comma": _trailing_comma,
    "another encoding": _transcode,
    "escapes": _escape,
    "a digit of another alphabet": _foreign_digit,
    "other quotes": _quotes,
}
