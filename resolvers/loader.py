"""
A loader: values by key, asked for in one batch per turn of the event loop, each key once per operation.

What is asked belongs to the operation and to no waiter: a waiter that is cancelled takes nothing from the others, and
a key may be asked for before anybody waits for it.
"""

import asyncio
import functools
import types
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

from connectors.errors import ConnectorError, NotKnown
from connectors.guard import Answer

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_RUNNING: set[asyncio.Task[None]] = set()
"""Batches under way. The event loop itself holds tasks weakly, and nobody may be waiting for one."""


class _Entry(Generic[V]):
    """One key: its value or its failure once there is one, and who waits until then."""

    __slots__ = ("asked", "failure", "raised_at", "settled", "value", "waiters")

    def __init__(self) -> None:
        self.asked = False
        """Whether the question has been put; until then another answer may bring the value along."""

        self.settled = False
        self.value: V
        self.failure: BaseException | None = None
        self.raised_at: types.TracebackType | None = None
        self.waiters: list[asyncio.Future[None]] = []

    def waiter(self) -> asyncio.Future[None]:
        """A future of one's own: what cancels one waiter leaves the others theirs."""
        mine = asyncio.get_running_loop().create_future()
        self.waiters.append(mine)
        return mine

    def settle(self, outcome: V | BaseException) -> None:
        if isinstance(outcome, BaseException):
            self.failure, self.raised_at = outcome, outcome.__traceback__
        else:
            self.value = outcome
        self.settled = True
        for waiter in self.waiters:
            if not waiter.done():
                waiter.set_result(None)
        self.waiters.clear()

    def outcome(self) -> V:
        if self.failure is not None:
            # One failure is raised for every waiter; without this its traceback would grow by each of them.
            raise self.failure.with_traceback(self.raised_at)
        return self.value


class Loader(Generic[K, V]):
    """Asks for the keys of one turn together. *load* gives a value or a failure for each key, in their order."""

    __slots__ = ("_entries", "_load", "_queued", "_running")

    def __init__(self, load: Callable[[list[K]], Awaitable[Sequence[V | BaseException]]]) -> None:
        self._load = load
        self._entries: dict[K, _Entry[V]] = {}
        self._queued: list[K] = []
        self._running: list[asyncio.Task[None]] = []

    async def load(self, key: K) -> V:
        """The value of *key*; raises what asking for it raised."""
        entry = self._entry(key)
        if not entry.settled:
            await entry.waiter()
        return entry.outcome()

    def start(self, key: K) -> None:
        """Ask for *key* without waiting for it. A failure is raised to those alone who load the key."""
        self._entry(key)

    def prime(self, key: K, value: V) -> None:
        """Remember *value* for *key*, because another answer brought it along. What is known or asked already stays."""
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = _Entry()
        if not entry.asked and not entry.settled:
            entry.settle(value)

    def give_up(self) -> None:
        """Stop asking: whoever waits for a key is not there any more, and would be cancelled."""
        for running in self._running:
            running.cancel()
        # A batch that had not begun never takes what was queued; whoever loads later must not be queued behind it.
        self._queued.clear()
        for entry in self._entries.values():
            if not entry.settled:
                # A batch that had not begun settles nothing by itself.
                entry.settle(asyncio.CancelledError())

    def _entry(self, key: K) -> _Entry[V]:
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = _Entry()
            if not self._queued:
                # Its first step comes with the next turn, and takes everything that is queued until then.
                running = asyncio.get_running_loop().create_task(self._dispatch())
                _RUNNING.add(running)
                running.add_done_callback(_RUNNING.discard)
                self._running.append(running)
            self._queued.append(key)
        return entry

    async def _dispatch(self) -> None:
        queued, self._queued = self._queued, []
        batch = {key: entry for key in queued if not (entry := self._entries[key]).settled}
        for entry in batch.values():
            entry.asked = True
        if batch:
            await self._run(batch)

    async def _run(self, batch: dict[K, _Entry[V]]) -> None:
        try:
            for entry, outcome in zip(batch.values(), await self._load(list(batch)), strict=True):
                entry.settle(outcome)
        except BaseException as failure:
            for entry in batch.values():
                if not entry.settled:
                    entry.settle(failure)
            if not isinstance(failure, Exception):
                raise


# Partials and not functions within functions: loaders are made for each operation, and Python would work out the
# annotations of an inner function each time, which costs more than the rest.
def one_by_one(ask: Callable[[K], Awaitable[V]]) -> Loader[K, V]:
    """
    A loader for operations that answer one key at a time: the keys of a turn are asked side by side.

    They are answered together as well, so that what is asked next about each of them is one turn again, and one call
    where a system can answer for many.
    """
    return Loader(functools.partial(_each, ask))


async def _each(ask: Callable[[K], Awaitable[V]], keys: list[K]) -> list[V | BaseException]:
    if len(keys) > 1:
        return await asyncio.gather(*(_asked(ask, key) for key in keys), return_exceptions=True)
    return [await ask(keys[0])]


async def _asked(ask: Callable[[K], Awaitable[V]], key: K) -> V:
    # Whatever asking raises, also before there is anything to await, belongs to this key alone.
    return await ask(key)


def all_at_once(
    ask: Callable[[list[K]], Awaitable[Mapping[K, Answer[V] | ConnectorError]]], *, system: str
) -> Loader[K, V]:
    """A loader for operations that answer many keys in one call. Keys left out are NotKnown."""
    return Loader(functools.partial(_all, ask, system))


async def _all(
    ask: Callable[[list[K]], Awaitable[Mapping[K, Answer[V] | ConnectorError]]], system: str, keys: list[K]
) -> list[V | BaseException]:
    answers = await ask(keys)
    missing = NotKnown("not in the answer", system=system)
    found = [answers.get(key, missing) for key in keys]
    return [answer.value if isinstance(answer, Answer) else answer for answer in found]


async def known(value: Awaitable[V]) -> V | None:
    """*value*, or None when the system does not know what it was asked about: no error, there is just nothing."""
    try:
        return await value
    except NotKnown:
        return None
