"""
Keys and tags: under what an answer is kept, and by what it is found to be dropped.

Both hold keyed hashes, never a number: whoever reads the store learns nothing, and cannot find out by trying.
"""

import dataclasses
import datetime as dt
import decimal
import enum
import functools
import hashlib
import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from connectors.guard.answer import Call
from connectors.guard.subject import Subject

_SYSTEM: Final = "system:"


def is_systems(tag: str) -> bool:
    """Whether *tag* is that of all that a system gave, and not that of somebody."""
    return tag.startswith(_SYSTEM)


class Keys:
    """
    The keys and tags of all systems, made with one *secret*: whoever shares it finds the same answers.

    *version* says what is kept and in which form. Releases that differ in it never read each other's answers, but a
    tag means the same to all of them.
    """

    def __init__(self, secret: bytes | None = None, *, version: str = "") -> None:
        # Hashed once more, because blake2b takes no longer key than this; without a secret, one of this process.
        key = hashlib.blake2b(secret, digest_size=32).digest() if secret is not None else secrets.token_bytes(32)
        # The key went in once; a copy takes a third of the time of a new one.
        self._keyed = hashlib.blake2b(key=key, digest_size=16)
        self._end = f":{version}" if version else ""

    def key(self, call: Call) -> str:
        """The key of the answer to *call*: the same for equal questions, whatever parts they want."""
        return f"{call.system}:{call.operation}:{self._hash(_canonical(call.args))}{self._end}"

    def tags(self, subjects: Iterable[Subject], systems: Iterable[str] = ()) -> tuple[str, ...]:
        """The tags of what is about one of *subjects*, and of all that *systems* gave; each once."""
        # A system's name is no secret.
        named = [f"{_SYSTEM}{system}" for system in systems]
        return tuple(dict.fromkeys([*named, *(self._tag(subject) for subject in subjects)]))

    def tags_of(self, call: Call, value: Any = None) -> tuple[str, ...]:
        """The tags of the answer *value* to *call*: its system, whom it was asked about, and whom it names, if any."""
        named = () if value is None or call.names is None else call.names(value)
        return self.tags((*call.about, *named), (call.system,))

    def _tag(self, subject: Subject) -> str:
        kind = subject.kind.value
        return f"{kind}:{self._hash(f'{kind} {subject.key}')}"

    def _hash(self, text: str) -> str:
        hashed = self._keyed.copy()
        # What a system says may hold half of a surrogate pair, and is then still a key.
        hashed.update(text.encode(errors="surrogatepass"))
        return hashed.hexdigest()


_PLAIN: Mapping[type, Callable[[Any], str]] = {
    str: str,
    int: str,
    bool: str,
    bytes: repr,
    type(None): str,
    decimal.Decimal: str,
    dt.date: dt.date.isoformat,
    dt.datetime: dt.datetime.isoformat,
}
"""What nearly all arguments are; exactly these types, and none of their children."""


# Bounded for the sake of those who make classes as they go.
@functools.lru_cache(maxsize=100)
def _fields(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


def _canonical(value: object) -> str:
    # Not repr: a key's repr may leave out the very number that tells two customers apart.
    kind = type(value)
    plain = _PLAIN.get(kind)
    if plain is not None:
        text = plain(value)
    elif isinstance(value, tuple):
        # Nearly all are texts; the same as below, without another call for each.
        text = "".join([f"str{len(each)}:{each}" if type(each) is str else _canonical(each) for each in value])
    elif isinstance(value, enum.Enum):
        text = value.name
    elif dataclasses.is_dataclass(value):
        names = _fields(kind)  # type: ignore[arg-type] # A class can be hashed.
        text = "".join(_canonical(getattr(value, name)) for name in names)
    elif isinstance(value, frozenset):
        text = "".join(sorted(map(_canonical, value)))
    elif isinstance(value, str | bytes | int | dt.date | decimal.Decimal):
        text = str(value)
    else:
        raise TypeError(f"{kind.__name__} cannot be part of a call's arguments")
    # The length makes it one-to-one: ("a", "bc") is not ("ab", "c").
    return f"{kind.__name__}{len(text)}:{text}"
