"""
Completed objects, written and remembered for as long as the objects live.

An answer that the call cache gives again holds the same objects, and nobody changes them; so what was given for one of
them at a place of an operation is given again, as the JSON that it came to: bytes, which no response can change for
another. Objects are held weakly: what they gave goes with the cache's entry, and what is asked for anew is new objects.
"""

import collections
import itertools
import weakref
from collections.abc import Callable
from typing import Any, Final

import orjson

Key = tuple[int, int]
"""A place, and an object by identity. While an object is remembered, no other has its identity."""

MAX_BYTES: Final = 8 * 1024 * 1024
"""Of all operations of a process together; the oldest goes first. A bill with eight lines takes about 4 KB."""

_EACH: Final = 1_000
"""About what an object costs beside its text; measured, with what the allocator loses between them."""


class Memory:
    """At most *max_bytes* of completed objects, each with what it gave at one place."""

    def __init__(self, *, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._kept: collections.OrderedDict[Key, _Completed] = collections.OrderedDict()
        self._places = itertools.count()
        self.recall: Callable[[Key], _Completed | None] = self._kept.get
        """What is remembered under a key. The caller looks whether it is of the very object (calling it gives that)."""

    def __len__(self) -> int:
        return len(self._kept)

    def new_place(self) -> int:
        """A number that no other place has, of this operation or another."""
        return next(self._places)

    def kept(self, place: int, thing: Any, result: Any) -> Any:
        """
        What is given for *thing* at *place*: its *result*, and the same as JSON where that is remembered. Never raises.

        Only what came with an answer that may be given again is remembered.
        """
        if getattr(getattr(thing, "source", None), "fresh_until", None) is None:
            return result
        try:
            text = orjson.dumps(result)
            made = _Completed(thing, self._forget)
        except (TypeError, ValueError):
            return result  # It cannot be written, as whoever writes the whole will find out, or not be held weakly.
        made.key, made.result, made.size = (place, id(thing)), orjson.Fragment(text), len(text) + _EACH
        self._keep(made)
        return made.result

    def _keep(self, made: "_Completed") -> None:
        if (old := self._kept.pop(made.key, None)) is not None:
            self._bytes -= old.size
        self._kept[made.key] = made
        self._bytes += made.size
        while self._bytes > self._max_bytes:
            self._bytes -= self._kept.popitem(last=False)[1].size

    def _forget(self, gone: "_Completed") -> None:
        if self._kept.pop(gone.key, None) is not None:
            self._bytes -= gone.size


class _Completed(weakref.ref[Any]):
    """What an object gave; called, the object itself."""

    __slots__ = ("key", "result", "size")

    key: Key
    result: orjson.Fragment
    size: int
