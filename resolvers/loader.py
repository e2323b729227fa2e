"""A loader: values by key, asked for in one batch per turn of the event loop, each key once per operation."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

from strawberry.dataloader import DataLoader

from connectors.errors import ConnectorError, NotKnown
from connectors.guard import Answer

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Loader(Generic[K, V]):
    """Strawberry's DataLoader, shielded: a cancelled sibling must not cancel the future that others share."""

    def __init__(self, load: Callable[[list[K]], Awaitable[Sequence[V | BaseException]]]) -> None:
        self._loader: DataLoader[K, V] = DataLoader(load_fn=load)

    async def load(self, key: K) -> V:
        """The value of *key*; raises what asking for it raised."""
        shared = asyncio.ensure_future(self._loader.load(key))
        if not shared.done():
            shared.add_done_callback(_looked_at)
        return await asyncio.shield(shared)

    def prime(self, key: K, value: V) -> None:
        """Remember *value* for *key*, because another answer brought it along."""
        self._loader.prime(key, value)


def _looked_at(shared: asyncio.Future[V]) -> None:
    # All who waited may have been cancelled; a failure that nobody waits for any more is not an unhandled one.
    if not shared.cancelled():
        shared.exception()


def one_by_one(ask: Callable[[K], Awaitable[V]]) -> Loader[K, V]:
    """A loader for operations that answer one key at a time: the keys of a batch are asked side by side."""

    async def load(keys: list[K]) -> list[V | BaseException]:
        return await asyncio.gather(*(_asked(ask, key) for key in keys), return_exceptions=True)

    return Loader(load)


async def _asked(ask: Callable[[K], Awaitable[V]], key: K) -> V:
    # Whatever asking raises, also before there is anything to await, belongs to this key alone.
    return await ask(key)


def all_at_once(
    ask: Callable[[list[K]], Awaitable[Mapping[K, Answer[V] | ConnectorError]]], *, system: str
) -> Loader[K, V]:
    """A loader for operations that answer many keys in one call. Keys left out are NotKnown."""

    async def load(keys: list[K]) -> list[V | BaseException]:
        answers = await ask(keys)
        missing = NotKnown("not in the answer", system=system)
        found = [answers.get(key, missing) for key in keys]
        return [answer.value if isinstance(answer, Answer) else answer for answer in found]

    return Loader(load)


async def known(value: Awaitable[V]) -> V | None:
    """*value*, or None when the system does not know what it was asked about: no error, there is just nothing."""
    try:
        return await value
    except NotKnown:
        return None
