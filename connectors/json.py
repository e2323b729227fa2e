"""Foreign JSON, read safely: one whole text, exact numbers, every member once, bounded depth, and members by type."""

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import NoReturn, TypeAlias

from connectors.charset import CharsetError, text_of
from connectors.misspelling import is_misspelt

Json: TypeAlias = "bool | int | Decimal | str | list[Json] | dict[str, Json] | None"

_MAX_DEPTH = 64
# Python's reader and its garbage collector hold up every other thread while they make many small objects: ten megabytes
# of `[],[],[]` stopped the event loop for four seconds. This many take a twentieth of a second.
_MAX_VALUES = 200_000
# A string is read in one go, and its escapes are what takes long.
_MAX_ESCAPES = 500_000
_MAX_NUMBER_LENGTH = 100
_MAX_EXPONENT = 100
# What XML 1.0 (2.2) cannot carry is no text here either: no system means it, and no sink of ours is safe with it.
_NO_TEXT = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]")
_NON_CHARACTERS = ("\ufffe", "\uffff")
# How such a character, or half of one, can be written in a JSON text of which each character by itself is good.
_SUSPICIOUS = ("\\b", "\\f", "\\u000", "\\u001", "\\ud", "\\uD", "\\uf", "\\uF")
_PIECE = 64 * 1024
_CONTAINERS = (dict, list)


class JsonError(ValueError):
    """The bytes are not JSON we accept, or a member is not as expected. Says which, never what stood there."""


def parse(body: bytes, *, charset: str | None = None) -> Json:
    """
    The value of a complete JSON text (RFC 8259).

    Whole numbers are int, others Decimal, digits kept. Raises JsonError also for what Python's own reader lets through:
    NaN and Infinity, a member twice, lone surrogates and control characters, numbers of absurd size, more than 64
    levels or 200,000 values. *charset* is the transport's word, if it gave one.
    """
    text = _text(body, charset)
    nested = text.count("[") + text.count("{")
    # A text has no more values or escapes than letters.
    if len(text) > _MAX_VALUES and nested + text.count(",") > _MAX_VALUES:
        raise JsonError("too many values")
    if len(text) > _MAX_ESCAPES and text.count("\\") > _MAX_ESCAPES:
        raise JsonError("too many escapes")
    try:
        value: Json = _DECODER.decode(text)
    except JsonError:
        raise
    except (ValueError, RecursionError):
        # Not chained: the cause holds the whole text.
        raise JsonError("not well-formed JSON") from None
    if nested > _MAX_DEPTH:
        _check_depth(value)
    if "\\" in text and any(escape in text for escape in _SUSPICIOUS):
        _check_characters(value)
    return value


def _text(body: bytes, charset: str | None) -> str:
    # Nothing but UTF-8 may be sent (RFC 8259, 8.1), but where something else is said truly, it is read.
    try:
        text = text_of(body, said=(charset,))
    except CharsetError as exc:
        raise JsonError(str(exc)) from None
    if any(character in text for character in _NON_CHARACTERS):
        raise JsonError("a character that is none")
    return text


def _whole(digits: str) -> int:
    if len(digits) > _MAX_NUMBER_LENGTH:
        raise JsonError("a number is too long")
    return int(digits)


def _fraction(digits: str) -> Decimal:
    if len(digits) > _MAX_NUMBER_LENGTH:
        raise JsonError("a number is too long")
    try:
        number = Decimal(digits)
    except InvalidOperation:
        raise JsonError("a number is too large") from None
    if abs(number.adjusted()) > _MAX_EXPONENT:
        raise JsonError("a number is too large")
    return number


def _constant(_: str) -> NoReturn:
    raise JsonError("NaN or Infinity")


def _members(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise JsonError("a member occurs twice")
    return members


_DECODER = json.JSONDecoder(
    parse_int=_whole, parse_float=_fraction, parse_constant=_constant, object_pairs_hook=_members
)


def _inner(level: "list[Json]") -> "Iterator[Json]":
    for node in level:
        if isinstance(node, dict):
            yield from node.values()
        elif isinstance(node, list):
            yield from node


def _check_depth(value: Json) -> None:
    level = [value]
    for _ in range(_MAX_DEPTH):
        level = [inner for inner in _inner(level) if isinstance(inner, _CONTAINERS)]
        if not level:
            return
    raise JsonError("nested too deep")


def _check_characters(value: Json) -> None:
    level = [value]
    while level:
        for node in level:
            texts = [node] if isinstance(node, str) else list(node) if isinstance(node, dict) else []
            if not all(_is_text(text) for text in texts):
                raise JsonError("a character that is none")
        level = list(_inner(level))


def _is_text(text: object) -> bool:
    # In pieces, because a search holds up every other thread.
    return not isinstance(text, str) or not any(
        _NO_TEXT.search(text, start, start + _PIECE) for start in range(0, len(text), _PIECE)
    )


@dataclasses.dataclass(frozen=True, slots=True)
class JsonObject:
    """
    An object read tolerantly: members by name, unknown ones ignored, null the same as absent.

    Members that are read must be of their type and not under a damaged name, or JsonError names them. *path* is where
    the object stood.
    """

    members: Mapping[str, Json] = dataclasses.field(repr=False)
    path: str = ""

    def value(self, name: str) -> Json:
        """The member as it is; None when absent or null."""
        value = self.members.get(name)
        if value is None and name not in self.members and is_misspelt(name, self.members.keys()):
            raise self._error(name, "is missing, and a name that differs in a bit or two is there")
        return value

    def text(self, name: str) -> str | None:
        """The member, a string; None when absent, null or empty."""
        value = self.value(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self._error(name, "is not text")
        return value or None

    def require_text(self, name: str) -> str:
        """The member, a string that must be there and not empty."""
        text = self.text(name)
        if text is None:
            raise self._error(name, "is missing or empty")
        return text

    def integer(self, name: str) -> int | None:
        """The member, a whole number however written (`5`, `5.0`, `5e0` are one number in JSON); None when absent."""
        number = self.decimal(name)
        if number is None:
            return None
        if number != number.to_integral_value():
            raise self._error(name, "is not a whole number")
        return int(number)

    def decimal(self, name: str) -> Decimal | None:
        """The member, a number with its digits kept; None when absent or null."""
        value = self.value(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self._error(name, "is not a number")
        return Decimal(value)

    def boolean(self, name: str) -> bool | None:
        """The member, true or false; None when absent or null."""
        value = self.value(name)
        if value is None or isinstance(value, bool):
            return value
        raise self._error(name, "is not true or false")

    def child(self, name: str) -> "JsonObject | None":
        """The member, an object; None when absent or null."""
        value = self.value(name)
        return None if value is None else as_object(value, path=self.where(name))

    def require_child(self, name: str) -> "JsonObject":
        """The member, an object that must be there."""
        child = self.child(name)
        if child is None:
            raise self._error(name, "is missing")
        return child

    def children(self, name: str) -> "tuple[JsonObject, ...]":
        """The member, an array of objects; empty when absent or null."""
        value = self.value(name)
        return () if value is None else as_objects(value, path=self.where(name))

    def where(self, name: str) -> str:
        """How an error names the member: the path down to it."""
        return f"{self.path}.{name}" if self.path else name

    def _error(self, name: str, trouble: str) -> JsonError:
        return JsonError(f"{self.where(name)} {trouble}")


def as_object(value: Json, *, path: str = "") -> JsonObject:
    """*value* as an object."""
    if not isinstance(value, dict):
        raise JsonError(f"{path or 'the answer'} is not an object")
    return JsonObject(value, path)


def as_objects(value: Json, *, path: str = "") -> tuple[JsonObject, ...]:
    """*value* as an array that holds nothing but objects."""
    if not isinstance(value, list):
        raise JsonError(f"{path or 'the answer'} is not an array")
    return tuple(as_object(item, path=path) for item in value)
