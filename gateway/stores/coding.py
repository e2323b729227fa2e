"""
Coding: answers as bytes, for stores outside of this process, and bytes as answers.

Written with msgspec, never pickled. What may stand in an answer is a closed set, found at start; bytes come from
outside and are read strictly: whatever does not fit is nothing.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple, Protocol

import msgspec

from connectors.guard import Answer
from gateway.stores.shapes import Shapes, UnknownTypeError
from schema.parts import BillingPart, CustomerPart, Part, PartyPart, PrepaidPart

_FORM: Final = "4"
"""How an answer is laid out around its value, with its envelope. With another, no release reads what another wrote."""

_PARTS: Final[dict[str, Part]] = {
    f"{kind.__name__}.{part.name}": part
    for kind in (CustomerPart, PartyPart, BillingPart, PrepaidPart)
    for part in kind
}
_NAMES: Final = {part: name for name, part in _PARTS.items()}

_MOST_TOLD: Final = 100
"""Classes that are told; more are a mistake that is known by then."""

_WHOLE: Final = msgspec.msgpack.Decoder(tuple[dt.datetime, float | None, list[str], str, msgspec.Raw, str | None])


class Report(Protocol):
    """Where it is told that an answer cannot be written."""

    def warning(self, event: str, **values: object) -> object:
        """Something an operator should know."""
        ...


class _Kind(NamedTuple):
    name: str
    write: Callable[[Any], Any]
    read: Callable[[Any], Any]
    check: Callable[[bytes | msgspec.Raw], Any]


class Coding:
    """
    Writes and reads answers whose values are of the annotations in *values*.

    Two codings with the same *schema_version* read each other's bytes; it belongs into the keys of what is kept.
    """

    def __init__(self, values: Iterable[Any], *, report: Report) -> None:
        shapes = Shapes()
        found = {shape.text: shape for shape in map(shapes.of, values)}
        self._by_name: dict[str, _Kind] = {}
        self._by_class: dict[type, list[_Kind]] = {}
        for name, shape in sorted(found.items()):
            kind = _Kind(name, *shapes.functions(shape), msgspec.msgpack.Decoder(shape.wire).decode)
            self._by_name[name] = kind
            self._by_class.setdefault(shape.outer, []).append(kind)
        self._encode = msgspec.msgpack.Encoder().encode
        self._report = report
        self._told: set[str] = set()
        told = "\n".join([_FORM, *self._by_name, *_PARTS, shapes.told()])
        self.schema_version = hashlib.blake2b(told.encode(), digest_size=6).hexdigest()
        """A hash over every class that can be written, with its fields."""

    def encode(self, answer: Answer[Any]) -> bytes | None:
        """
        *answer* as bytes; None when something in it is of no known class, which is told once for each class.

        Never raises.
        """
        # Several kinds have the same class where it is generic; an object fits one of them.
        why = type(answer.value).__name__
        for kind in self._by_class.get(type(answer.value), ()):
            try:
                return self._written(answer, kind)
            except UnknownTypeError as exc:
                why = str(exc)
            except Exception as exc:  # noqa: BLE001 - Whatever it is, the caller has its answer; it is only not kept.
                why = type(exc).__name__
        if why not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add(why)
            self._report.warning("answer_not_encoded", kind=type(answer.value).__name__, why=why)
        return None

    def decode(self, encoded: bytes) -> Answer[Any] | None:
        """The answer that *encoded* is; None for anything that this coding would not have written. Never raises."""
        try:
            fetched_at, fresh_s, parts, name, value, validator = _WHOLE.decode(encoded)
            kind = self._by_name[name]
            known = frozenset([_PARTS[part] for part in parts])
            return Answer(kind.read(kind.check(value)), fetched_at, known, fresh_s, validator=validator)
        except Exception:  # noqa: BLE001 - Whatever is wrong with bytes from outside, they are no answer.
            return None

    def _written(self, answer: Answer[Any], kind: _Kind) -> bytes:
        parts = [_NAMES[part] for part in answer.parts]
        value = msgspec.Raw(self._encode(kind.write(answer.value)))
        fetched_at = answer.fetched_at
        time = fetched_at if fetched_at.tzinfo is dt.UTC else fetched_at.isoformat()
        return self._encode((time, answer.fresh_s, parts, kind.name, value, answer.validator))
