"""
What a value weighs: about how many bytes of memory it takes. A cheap and honest estimate, not an account.

Of long lists only some rows are weighed, spread evenly, because rows of one answer are alike. What is shared (a source,
a unit, the name of a service) is counted wherever it is held, so that the estimate errs on the heavy side.
"""

import dataclasses
import datetime as dt
import enum
import functools
import operator
import sys
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

_ROWS: Final = 4
"""Rows of one list that are weighed; with fewer of them all are."""

_POINTER: Final = 8

_TEXT: Final = sys.getsizeof("")
"""With a byte for each letter; those of some scripts take more, of which there are few."""

_WEIGHTS: Final[Mapping[type, int]] = {
    Decimal: sys.getsizeof(Decimal(1)),
    dt.datetime: sys.getsizeof(dt.datetime.now(dt.UTC)),
    dt.date: sys.getsizeof(dt.date(2026, 1, 1)),
    int: sys.getsizeof(2**31),
    bool: 0,
    type(None): 0,
}


def weight_of(value: Any) -> int:
    """About how many bytes *value* takes. What is no plain value, list, mapping or data class is taken as it is."""
    kind = type(value)
    if kind is str:
        return _TEXT + len(value)
    known = _WEIGHTS.get(kind)
    if known is not None:
        return known
    if kind is list or kind is tuple:
        return sys.getsizeof(value) + _rows(value)
    if isinstance(value, Mapping):
        return sys.getsizeof(value) + _rows([*value]) + _rows([*value.values()])
    itself, fields = _made(kind)  # type: ignore[arg-type] # A class can be hashed.
    if fields is None:
        return itself or sys.getsizeof(value)
    return itself + _sum(fields(value))


def _sum(values: Iterable[Any]) -> int:
    weight = 0
    for each in values:
        # Nearly all are plain; the same as above, without another call for each.
        kind = type(each)
        if kind is str:
            weight += _TEXT + len(each)
        elif kind in _WEIGHTS:
            weight += _WEIGHTS[kind]
        else:
            weight += weight_of(each)
    return weight


def _rows(rows: Any) -> int:
    number = len(rows)
    if number <= _ROWS:
        return _sum(rows)
    some = [rows[number * place // _ROWS] for place in range(_ROWS)]
    return _sum(some) * number // _ROWS


# Bounded for the sake of those who make classes as they go.
@functools.lru_cache(maxsize=200)
def _made(kind: type) -> tuple[int, Callable[[Any], tuple[Any, ...]] | None]:
    """What an object of *kind* takes by itself, and what gives the values of its fields."""
    if issubclass(kind, enum.Enum):
        return 1, None  # Its members are there anyway.
    if issubclass(kind, tuple):
        return 56, tuple
    if not dataclasses.is_dataclass(kind):
        return 0, None
    names = [field.name for field in dataclasses.fields(kind)]
    # The object with what the garbage collector keeps of it, and a place for each value.
    itself = 56 + _POINTER * len(names)
    if not names:
        return itself, None
    fields = operator.attrgetter(*names)
    return itself, fields if len(names) > 1 else lambda value: (fields(value),)
