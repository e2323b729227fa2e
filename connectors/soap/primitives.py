"""Texts -> values by XSD's built-in types (XSD 1.0 part 2, 3.2 and 3.3), strictly: LexicalError, never a guess."""

import base64
import binascii
import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from zeep.xsd.types import builtins as zeep_types

from connectors import lexical
from connectors.lexical import LexicalError
from connectors.soap.types import SimpleType
from connectors.soap.values import integers_of
from connectors.xml import XML_SPACE

Read = Callable[[str], Any]

_SPACES: Final = re.compile(f"[{XML_SPACE}]+")
_ZONE: Final = r"(Z|[+-][0-9]{2}:[0-9]{2})?"
_DAY: Final = r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
_HOUR: Final = r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
_DATE_TIME: Final = re.compile(f"{_DAY}T{_HOUR}{_ZONE}", re.ASCII)
_DATE: Final = re.compile(_DAY + _ZONE, re.ASCII)
_TIME: Final = re.compile(_HOUR + _ZONE, re.ASCII)
_FLOAT: Final = re.compile(r"[+-]?(?:[0-9]{1,60}(?:\.[0-9]{0,60})?|\.[0-9]{1,60})(?:[eE][+-]?[0-9]{1,4})?", re.ASCII)
_FLOAT_WORDS: Final = {"INF": float("inf"), "-INF": float("-inf"), "NaN": float("nan")}
_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2})*", re.ASCII)

_SIGNED: Final = {"long": 64, "int": 32, "short": 16, "byte": 8}
_UNSIGNED: Final = {"unsignedLong": 64, "unsignedInt": 32, "unsignedShort": 16, "unsignedByte": 8}
_KEPT_AS_THEY_ARE: Final = frozenset({"string", "anySimpleType", "NOTATION"})


def reader(type_: SimpleType) -> Read | None:
    """What makes a value of a text of that type; None where the text is the value."""
    if type_.item is not None:
        item = reader(type_.item) or str
        return lambda text: [item(each) for each in text.split()]
    if type_.primitive in _KEPT_AS_THEY_ARE:
        return None
    return _READERS.get(type_.primitive, _collapsed)


def _collapsed(text: str) -> str:
    return _SPACES.sub(" ", text).strip(" ")


def _replaced(text: str) -> str:
    return text.translate({9: " ", 10: " ", 13: " "})


def _float(text: str) -> float:
    stripped = text.strip(XML_SPACE)
    word = _FLOAT_WORDS.get(stripped)
    if word is not None:
        return word
    if not _FLOAT.fullmatch(stripped):
        raise LexicalError("not a floating-point number")
    return float(stripped)


def _matched(form: re.Pattern[str], text: str, what: str) -> tuple[str | None, ...]:
    found = form.fullmatch(text.strip(XML_SPACE))
    if found is None:
        raise LexicalError(f"not {what}")
    return found.groups()


def _date_time(text: str) -> dt.datetime:
    year, month, day, hour, minute, second, fraction, zone = _matched(_DATE_TIME, text, "a time")
    try:
        date = dt.date(int(year or 0), int(month or 0), int(day or 0))
        return dt.datetime.combine(date, _clock(hour, minute, second, fraction, zone))
    except ValueError:
        raise LexicalError("not a possible time") from None


def _time(text: str) -> dt.time:
    try:
        return _clock(*_matched(_TIME, text, "a time of the day"))
    except LexicalError:
        raise
    except ValueError:
        raise LexicalError("not a possible time") from None


def _clock(hour: str | None, minute: str | None, second: str | None, fraction: str | None, zone: str | None) -> dt.time:
    # Parts of a microsecond are cut off.
    micro = int((fraction or "").ljust(6, "0")[:6])
    return dt.time(int(hour or 0), int(minute or 0), int(second or 0), micro, tzinfo=_zone(zone))


def _zone(text: str | None) -> dt.timezone | None:
    if text is None or text == "Z":
        return None if text is None else dt.UTC
    size = dt.timedelta(hours=int(text[1:3]), minutes=int(text[4:]))
    if size > dt.timedelta(hours=14) or int(text[4:]) > 59:
        raise ValueError("beyond the date line")
    return dt.timezone(-size if text[0] == "-" else size)


def _date(text: str) -> dt.date:
    year, month, day, zone = _matched(_DATE, text, "a date")
    try:
        _zone(zone)
        return dt.date(int(year or 0), int(month or 0), int(day or 0))
    except ValueError:
        raise LexicalError("not a possible date") from None


def _hex(text: str) -> str:
    stripped = text.strip(XML_SPACE)
    if not _HEX.fullmatch(stripped):
        raise LexicalError("not hexadecimal")
    return stripped


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(_SPACES.sub("", text), validate=True)
    except (binascii.Error, ValueError):
        raise LexicalError("not base64") from None


def _from(least: int, most: int | None) -> Read:
    def read(text: str) -> int:
        number = lexical.integer(text)
        if number < least or (most is not None and number > most):
            raise LexicalError("larger than its type allows")
        return number

    return read


def _up_to(most: int) -> Read:
    def read(text: str) -> int:
        number = lexical.integer(text)
        if number > most:
            raise LexicalError("larger than its type allows")
        return number

    return read


def _rare(form: str, zeep_type: Any) -> Read:
    """Values of types that hardly any reply has are made by zeep, once their form has been checked."""
    pattern, made = re.compile(form, re.ASCII), zeep_type()

    def read(text: str) -> Any:
        _matched(pattern, text, "of its form")
        try:
            return made.pythonvalue(text.strip(XML_SPACE))
        except (ValueError, TypeError, ArithmeticError):
            raise LexicalError("not of its form") from None

    return read


_READERS: Final[Mapping[str, Read]] = {
    "normalizedString": _replaced,
    "boolean": lexical.boolean,
    "decimal": lexical.decimal,
    "float": _float,
    "double": _float,
    "dateTime": _date_time,
    "date": _date,
    "time": _time,
    "hexBinary": _hex,
    "base64Binary": _base64,
    "integer": integers_of(None).__getitem__,
    "nonNegativeInteger": _from(0, None),
    "positiveInteger": _from(1, None),
    "nonPositiveInteger": _up_to(0),
    "negativeInteger": _up_to(-1),
    **{name: integers_of(bits).__getitem__ for name, bits in _SIGNED.items()},
    **{name: _from(0, 2**bits - 1) for name, bits in _UNSIGNED.items()},
    "duration": _rare(
        r"-?P(?=.)([0-9]{1,6}Y)?([0-9]{1,6}M)?([0-9]{1,6}D)?(T(?=.)([0-9]{1,6}H)?([0-9]{1,6}M)?([0-9]{1,9}(\.[0-9]+)?S)?)?",
        zeep_types.Duration,
    ),
    "gYearMonth": _rare(f"[0-9]{{4}}-[0-9]{{2}}{_ZONE}", zeep_types.gYearMonth),
    "gYear": _rare(f"[0-9]{{4}}{_ZONE}", zeep_types.gYear),
    "gMonthDay": _rare(f"--[0-9]{{2}}-[0-9]{{2}}{_ZONE}", zeep_types.gMonthDay),
    "gDay": _rare(f"---[0-9]{{2}}{_ZONE}", zeep_types.gDay),
    "gMonth": _rare(f"--[0-9]{{2}}{_ZONE}", zeep_types.gMonth),
}
