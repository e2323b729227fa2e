"""
Cache: an answer that is still fresh is given again.

How long an answer stays fresh is the operator's decision, per operation; without one nothing is kept. The store is
handed in and may fail: a dead cache makes the gateway slower, never wrong.
"""

import dataclasses
import datetime as dt
import decimal
import enum
import functools
import hashlib
import secrets
import weakref
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from connectors.clock import Clock
from connectors.guard.answer import Answer, Call
from connectors.guard.record import RECORD
from connectors.guard.watch import Unwatched, Watcher

if TYPE_CHECKING:
    from connectors.guard.pipeline import Ask, Proceed


class Store(Protocol):
    """
    Where answers are kept.

    A store that cannot be reached behaves as an empty one. It may forget at any time, and must forget when `ttl_s`
    has passed.
    """

    async def get(self, key: str) -> Answer[Any] | None:
        """The answer under *key*, if there is one."""
        ...

    async def set(self, key: str, answer: Answer[Any], *, ttl_s: float) -> None:
        """Keep *answer* under *key* for *ttl_s* seconds at most."""
        ...


class Cache:
    """Fresh answers by question. Keys carry a keyed hash of the arguments, so that a store never holds a number."""

    def __init__(
        self, *, fresh_s: Mapping[str, float], store: Store, clock: Clock, watcher: Watcher | None = None
    ) -> None:
        self._watcher = watcher or Unwatched()
        self._fresh_s = {operation: each for operation, each in fresh_s.items() if each > 0}
        self._fresh_for = {operation: dt.timedelta(seconds=each) for operation, each in self._fresh_s.items()}
        self._store = store
        self._clock = clock
        self._hash_key = secrets.token_bytes(32)

    async def recall(self, call: Call, ask: "Ask", *, proceed: "Proceed") -> Answer[Any]:
        """The stage that gives a fresh answer which has the parts, and else proceeds."""
        record = RECORD.get()
        if call.operation in self._fresh_for:
            key = self._key(call)
            kept = await self.fresh(key, call)
            if kept is not None:
                self.tell(call)
                if record is not None:
                    record.relies(Recalled(self, key, call, kept))
                return kept
        if record is not None:
            record.asks()
        return await proceed(call, ask)

    async def fresh(self, key: str, call: Call) -> Answer[Any] | None:
        """What is kept under *key*, if it has the parts of *call* and is fresh now. Nobody is told."""
        kept = await self._store.get(key)
        if kept is None or not kept.serves(call):
            return None
        return kept if self._clock.now() - kept.fetched_at < self._fresh_for[call.operation] else None

    def tell(self, call: Call) -> None:
        """Tell whoever watches that an answer is given again."""
        self._watcher.recalled(call)

    async def keep(self, call: Call, ask: "Ask", *, proceed: "Proceed") -> Answer[Any]:
        """The stage that proceeds and keeps what comes, whether or not somebody is still waiting for it."""
        answer = await proceed(call, ask)
        fresh_s = self._fresh_s.get(call.operation)
        if fresh_s is not None:
            await self._store.set(self._key(call), answer, ttl_s=fresh_s)
        return answer

    def _key(self, call: Call) -> str:
        digest = hashlib.blake2b(_canonical(call.args).encode(), key=self._hash_key, digest_size=16).hexdigest()
        return f"{call.system}:{call.operation}:{digest}"


class Recalled:
    """An answer that was given again: found by its key, without the arguments that the key was made of."""

    __slots__ = ("_answer", "_cache", "_call", "_key")

    def __init__(self, cache: Cache, key: str, call: Call, answer: Answer[Any]) -> None:
        self._cache = cache
        self._key = key
        self._call = Call(call.system, call.operation, (), call.within, call.parts)
        self._answer = weakref.ref(answer)

    async def holds(self) -> bool:
        """Whether the cache would give the very same answer now."""
        found = await self._cache.fresh(self._key, self._call)
        return found is not None and found is self._answer()

    def tell(self) -> None:
        """Tell as if it had been asked for."""
        self._cache.tell(self._call)

    def watch(self, gone: Callable[[], object]) -> None:
        """Have *gone* called when the store drops the answer."""
        answer = self._answer()
        if answer is None:
            gone()
        else:
            self._answer = weakref.ref(answer, lambda _: gone())


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
