"""Values of every kind that answers can hold, generated from annotations, and what it means that two are the same."""

import dataclasses
import datetime as dt
import enum
import types
import typing
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from schema.field import PARTS
from schema.parts import ABSENT

ZONES = st.just(dt.UTC) | st.integers(-14 * 60, 14 * 60).map(lambda m: dt.timezone(dt.timedelta(minutes=m)))
TIMES = st.datetimes(min_value=dt.datetime(1970, 1, 2), max_value=dt.datetime(9999, 12, 30), timezones=ZONES)  # noqa: DTZ001
SINGLE: Mapping[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=8),
    int: st.integers(-(2**63), 2**63 - 1),
    bool: st.booleans(),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False),
    dt.datetime: TIMES,
    dt.date: st.dates(),
    types.NoneType: st.none(),
}


def values(  # noqa: PLR0911 - one for each kind of annotation
    annotation: Any, given: Mapping[Any, Any] = types.MappingProxyType({})
) -> st.SearchStrategy[Any]:
    """Values of *annotation*; data classes leave out, now and then, what may be absent."""
    annotation = given.get(annotation, annotation)
    annotation = getattr(annotation, "__supertype__", annotation)
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation in SINGLE:
        return SINGLE[annotation]
    if origin in {typing.Union, types.UnionType}:
        return st.one_of(*(values(each, given) for each in args))
    if origin is list:
        return st.lists(values(args[0], given), max_size=3)
    if origin is tuple:
        return st.lists(values(args[0], given), max_size=3).map(tuple)
    if origin is Mapping:
        return st.dictionaries(st.text(max_size=4), values(args[1], given), max_size=3)
    if origin is None and issubclass(annotation, enum.Enum):
        return st.sampled_from(list(annotation))
    return _objects(origin or annotation, args)


def _objects(cls: Any, args: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(cls)
    inner = dict(zip(getattr(cls, "__parameters__", ()), args, strict=True))
    absent = {f.name for f in dataclasses.fields(cls) if _is_part(f)} if dataclasses.is_dataclass(cls) else set()
    names = [f.name for f in dataclasses.fields(cls)] if dataclasses.is_dataclass(cls) else cls._fields
    return st.fixed_dictionaries(
        {name: values(hints[name], inner) | (_absent() if name in absent else st.nothing()) for name in names}
    ).map(lambda fields: cls(**fields))


def _is_part(field: "dataclasses.Field[Any]") -> bool:
    return PARTS in field.metadata or field.default is ABSENT or field.name in {"party_ref", "account_numbers"}


def same(one: Any, other: Any) -> bool:  # noqa: PLR0911 - one for each kind of value
    """Whether nothing tells the two apart: classes, digits, offsets and what is absent included."""
    if type(one) is not type(other):
        return False
    if one is ABSENT or isinstance(one, enum.Enum):
        return one is other
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if dataclasses.is_dataclass(one):
        return all(same(getattr(one, f.name), getattr(other, f.name)) for f in dataclasses.fields(one))
    if isinstance(one, dt.datetime):
        return bool(one == other) and one.utcoffset() == other.utcoffset()
    # 1.0 and 1.00 are equal and not the same.
    return bool(one == other) and (not isinstance(one, Decimal) or one.as_tuple() == other.as_tuple())


def _absent() -> st.SearchStrategy[Any]:
    # Not `just`: hypothesis would look whether it can be hashed.
    return st.none().map(lambda _: ABSENT)
