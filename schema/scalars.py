"""Scalars of the graph: numbers, times and identifiers in one strict written form each, in and out."""

import datetime as dt
import re
from decimal import Decimal
from typing import NewType

import strawberry
from graphql import GraphQLError

Long = NewType("Long", int)
Msisdn = NewType("Msisdn", str)
Imsi = NewType("Imsi", str)

_DIGITS = re.compile(r"-?[0-9]{1,40}", re.ASCII)
_MSISDN = re.compile(r"\+?[0-9]{3,20}", re.ASCII)
_IMSI = re.compile(r"[0-9]{6,15}", re.ASCII)
_DECIMAL = re.compile(r"-?[0-9]{1,60}(\.[0-9]{1,60})?", re.ASCII)
_DATETIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,6})?([Zz]|[+-]\d{2}:\d{2})",
    re.ASCII,
)


def _say(scalar: str, form: str) -> GraphQLError:
    # The value itself is left out: it may be somebody's number.
    return GraphQLError(f"{scalar} must be {form}.")


def write_decimal(value: object) -> str:
    """Exact decimal digits without exponent, trailing zeroes kept: `Decimal('1E+2')` is written `100`."""
    if not isinstance(value, Decimal) or not value.is_finite():
        raise _say("Decimal", "a finite decimal number")
    # `str` takes a third of the time of `format`, and differs only where it writes an exponent.
    text = str(value)
    return format(value, "f") if "E" in text else text


def read_decimal(value: object) -> Decimal:
    """A decimal number from its digits in a string; JSON numbers are refused because they pass through a float."""
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    raise _say("Decimal", 'digits in a string, such as "12.50"')


def write_long(value: object) -> str:
    """Decimal digits as a string, because JSON readers lose precision beyond 2^53."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise _say("Long", "a whole number")
    return str(value)


def read_long(value: object) -> Long:
    """A whole number, as a JSON number or as digits in a string."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Long(value)
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return Long(int(value))
    raise _say("Long", 'a whole number or its digits in a string, such as "189000000000000721"')


def write_text(value: object) -> str:
    """An identifier as it is. Anything but text is refused."""
    if not isinstance(value, str):
        raise _say("This identifier", "text")
    return value


def read_msisdn(value: object) -> Msisdn:
    """A phone number as digits, with or without `+`; which country it belongs to is decided by the numbering plan."""
    if isinstance(value, str) and _MSISDN.fullmatch(value):
        return Msisdn(value)
    raise _say("MSISDN", "3 to 20 digits, with or without a leading +, and nothing else")


def read_imsi(value: object) -> Imsi:
    """An IMSI: 6 to 15 digits (3GPP TS 23.003, clause 2.2)."""
    if isinstance(value, str) and _IMSI.fullmatch(value):
        return Imsi(value)
    raise _say("IMSI", "6 to 15 digits and nothing else")


def write_datetime(value: object) -> str:
    """RFC 3339 in UTC with `Z`. A time without a zone is refused: it would be a guess."""
    if not isinstance(value, dt.datetime) or value.tzinfo is None:
        raise _say("DateTime", "a time with a zone")
    return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def read_datetime(value: object) -> dt.datetime:
    """RFC 3339 with an offset or `Z`."""
    if isinstance(value, str) and _DATETIME.fullmatch(value):
        try:
            return dt.datetime.fromisoformat(value.upper()).astimezone(dt.UTC)
        except (ValueError, OverflowError):
            pass
    raise _say("DateTime", 'RFC 3339 with a zone, such as "2026-11-22T08:00:00Z"')


def write_date(value: object) -> str:
    """A calendar day, `YYYY-MM-DD`."""
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise _say("Date", "a calendar day")
    return value.isoformat()


def read_date(value: object) -> dt.date:
    """A calendar day, `YYYY-MM-DD`."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            pass
    raise _say("Date", 'a calendar day, such as "2026-11-22"')


SCALARS: dict[object, strawberry.types.scalar.ScalarDefinition] = {
    Long: strawberry.scalar(
        name="Long",
        description="A whole number of any size, written as a string of digits so that no reader rounds it.",
        serialize=write_long,
        parse_value=read_long,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact decimal number, written as a string without exponent, such as "12.50".',
        serialize=write_decimal,
        parse_value=read_decimal,
    ),
    Msisdn: strawberry.scalar(
        name="MSISDN",
        description="A phone number. Answers carry digits with the country code and no plus; questions may leave out "
        "the country code or write a leading + or the national prefix.",
        specified_by_url="https://www.itu.int/rec/T-REC-E.164",
        serialize=write_text,
        parse_value=read_msisdn,
    ),
    Imsi: strawberry.scalar(
        name="IMSI",
        description="The identity of a SIM in the network: 6 to 15 digits (3GPP TS 23.003).",
        serialize=write_text,
        parse_value=read_imsi,
    ),
    dt.datetime: strawberry.scalar(
        name="DateTime",
        description="An instant with its zone (RFC 3339); answers are always in UTC.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=write_datetime,
        parse_value=read_datetime,
    ),
    dt.date: strawberry.scalar(
        name="Date",
        description="A calendar day, such as 2026-11-22, without a time or a zone.",
        serialize=write_date,
        parse_value=read_date,
    ),
}
