"""Foreign JSON, read safely: one whole text, exact numbers, every member once, bounded depth, and members by type."""

import dataclasses
import json
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import NoReturn, TypeAlias

Json: TypeAlias = "bool | int | Decimal | str | list[Json] | dict[str, Json] | None"

_MAX_DEPTH = 64
# Python's reader and its garbage collector hold up every other thread while they make many small objects: ten megabytes
# of `[],[],[]` stopped the event loop for four seconds. This many take a fifth of a second.
_MAX_VALUES = 500_000
_MAX_NUMBER_LENGTH = 100
_MAX_EXPONENT = 100
_UTF_8 = {"utf-8", "utf8", "us-ascii", "ascii"}
_BOM = "\ufeff"
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


class JsonError(ValueError):
    """The bytes are not JSON we accept, or a member is not as expected. Says which, never what stood there."""


def parse(body: bytes, *, charset: str | None = None) -> Json:
    """
    The value of a complete JSON text (RFC 8259).

    Whole numbers are int, others Decimal, digits kept. Raises JsonError also for what Python's own reader lets through:
    NaN and Infinity, a member twice, lone surrogates, numbers of absurd size, more than 64 levels or half a million
    values. *charset* is the transport's word, if it gave one.
    """
    text = _text(body, charset)
    nested = text.count("[") + text.count("{")
    if nested + text.count(",") > _MAX_VALUES:
        raise JsonError("too many values")
    try:
        value: Json = _DECODER.decode(text)
    except JsonError:
        raise
    except (ValueError, RecursionError):
        # Not chained: the cause holds the whole text.
        raise JsonError("not well-formed JSON") from None
    if nested > _MAX_DEPTH:
        _check_depth(value)
    if _SURROGATE_ESCAPE.search(text):
        _check_characters(value)
    return value


def _text(body: bytes, charset: str | None) -> str:
    # RFC 8259, 8.1 demands UTF-8. A server that declares another charset is believed only where the bytes are not
    # UTF-8 as well: one of the two readings would be somebody's name with wrong letters.
    as_utf_8 = _decode(body, "utf-8")
    if charset is None or charset.lower() in _UTF_8 or body.isascii():
        if as_utf_8 is None:
            raise JsonError("not UTF-8")
        return as_utf_8.removeprefix(_BOM)
    if as_utf_8 is not None:
        raise JsonError("declared in another charset, but the bytes are UTF-8")
    declared = _decode(body, charset)
    if declared is None:
        raise JsonError("not in the declared charset")
    return declared.removeprefix(_BOM)


def _decode(body: bytes, charset: str) -> str | None:
    try:
        return body.decode(charset)
    except (LookupError, ValueError):
        return None


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


def _inner(value: Json) -> "list[Json]":
    match value:
        case dict():
            return list(value.values())
        case list():
            return value
        case _:
            return []


def _check_depth(value: Json) -> None:
    level = [value]
    for _ in range(_MAX_DEPTH):
        level = [inner for outer in level for inner in _inner(outer) if isinstance(inner, dict | list)]
        if not level:
            return
    raise JsonError("nested too deep")


def _check_characters(value: Json) -> None:
    level = [value]
    while level:
        for node in level:
            texts = [node] if isinstance(node, str) else list(node) if isinstance(node, dict) else []
            if any(isinstance(text, str) and not _is_text(text) for text in texts):
                raise JsonError("half of a surrogate pair")
        level = [inner for outer in level for inner in _inner(outer)]


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@dataclasses.dataclass(frozen=True, slots=True)
class JsonObject:
    """
    An object read tolerantly: members by name, unknown ones ignored, null the same as absent.

    Members that are read must be of their type, or JsonError names them. *path* is where the object stood.
    """

    members: Mapping[str, Json] = dataclasses.field(repr=False)
    path: str = ""

    def value(self, name: str) -> Json:
        """The member as it is; None when absent or null."""
        return self.members.get(name)

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
