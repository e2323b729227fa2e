"""Answers as plain values that tests can compare with what they read themselves."""

import dataclasses
import datetime as dt
import enum
from typing import Any

from schema.money import Money
from schema.parts import ABSENT
from schema.source import Ref

_NOT_TOLD = {"source"}


def plain(value: Any) -> Any:
    """
    *value* as dicts, sorted lists, strings and numbers, without its source.

    Money is `12.50 EUR`, a Ref its key, an enum its name. Order is left out: it is not what an answer says.
    """
    if isinstance(value, Money):
        return f"{value.amount:f} {value.currency}"
    if isinstance(value, Ref):
        return list(value.key)
    if isinstance(value, enum.Enum):
        return value.name
    if value is ABSENT or value is None or isinstance(value, (str, bool, int, dt.datetime)):
        return value
    if isinstance(value, (list, tuple)):
        return sorted((plain(each) for each in value), key=repr)
    if dataclasses.is_dataclass(value):
        fields = (field.name for field in dataclasses.fields(value) if field.name not in _NOT_TOLD)
        return {name: plain(getattr(value, name)) for name in fields}
    raise TypeError(type(value).__name__)
