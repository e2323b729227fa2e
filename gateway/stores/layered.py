"""
Two levels: answers in this process, for a short while, before the store that replicas share.

What others drop is told over a subscription. Where that may have had a gap, everything kept before is let go rather
than guessed about; and nothing stays here longer than `near_s` without being asked for there, told or not.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Collection
from typing import Any, Final, Protocol

from connectors.clock import Clock
from connectors.guard import Answer, Store
from gateway.stores.redis import Found
from gateway.stores.redis_link import Listener

_PATIENCE_S: Final = 0.5


class Near(Store, Protocol):
    """A store in this process, which knows how much is in it."""

    def __len__(self) -> int:
        """How many answers it keeps."""
        ...

    @property
    def size_bytes(self) -> int:
        """About how much memory they take."""
        ...


class Far(Protocol):
    """The store that replicas share. Never raises; away, it is empty."""

    @property
    def is_there(self) -> bool:
        """Whether there is any use in asking it."""
        ...

    async def find(self, key: str) -> Found | None:
        """The answer under *key* with what is known of its keeping."""
        ...

    async def set(
        self, key: str, answer: Answer[Any], *, ttl_s: float, asked_at: float, tags: Collection[str] = ()
    ) -> None:
        """Keep *answer*, as `Store.set` says."""
        ...

    async def drop(self, tags: Collection[str]) -> None:
        """Forget what is kept under *tags*, as `Store.drop` says."""
        ...

    async def pay(self) -> None:
        """Do what was asked for while it was away."""
        ...


class Link(Protocol):
    """The way to the store that replicas share."""

    async def run(self, listener: Listener) -> None:
        """Tell *listener* what happens there, until cancelled."""
        ...

    async def settled(self) -> None:
        """Wait until it is known for the first time whether it is there."""
        ...

    async def aclose(self) -> None:
        """Close it."""
        ...


Told = Callable[[Collection[str]], object]
"""Is told under which tags something was dropped; none: everything."""


class LayeredStore:
    """
    A near store over a far one. *near* makes an empty near store.

    What came from far is the same object from then on, for as long as it is near. Others who hold something of what was
    dropped are *told* the tags, or none where everything goes.
    """

    def __init__(
        self, *, near: Callable[[], Near], far: Far, near_s: float, clock: Clock, told: Told = lambda _: None
    ) -> None:
        self._told = told
        self._make_near = near
        self._near = near()
        self._far = far
        self._near_s = near_s
        self._clock = clock
        self._emptied_at: float | None = None
        self._fetching: dict[str, asyncio.Task[Answer[Any] | None]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._near)

    @property
    def size_bytes(self) -> int:
        """About how much memory the near answers take."""
        return self._near.size_bytes

    @property
    def is_in_touch(self) -> bool:
        """Whether what others drop is heard of at once."""
        return self._far.is_there

    async def get(self, key: str) -> Answer[Any] | None:
        """The answer under *key*, from near if it is there."""
        found = await self._near.get(key)
        return await self._fetched(key) if found is None and self._far.is_there else found

    async def set(
        self, key: str, answer: Answer[Any], *, ttl_s: float, asked_at: float, tags: Collection[str] = ()
    ) -> None:
        """Keep *answer* in both, unless one of *tags* was dropped after *asked_at*."""
        await self._keep_near(key, answer, ttl_s=ttl_s, asked_at=asked_at, tags=tags)
        await self._far.set(key, answer, ttl_s=ttl_s, asked_at=asked_at, tags=tags)

    async def drop(self, tags: Collection[str]) -> None:
        """Forget everything under any of *tags*, everywhere."""
        await self.heard(tags)
        await self._far.drop(tags)
        # Again: between the two, somebody may have fetched it from there.
        await self.heard(tags)

    async def heard(self, tags: Collection[str]) -> None:
        """Somebody dropped what is kept under *tags*; under every tag when there are none."""
        # Who asks from now on does not join a fetch that may bring what was there before.
        self._fetching.clear()
        if tags:
            self._told(tags)
            await self._near.drop(tags)
            # Again: a question that was being answered meanwhile may have put back what it had found before.
            self._told(tags)
        else:
            self._empty()

    async def began(self) -> None:
        """What others dropped before may never be told."""
        self._empty()
        await self._far.pay()

    async def beat(self) -> None:
        """Do what could not be done before."""
        await self._far.pay()

    @contextlib.asynccontextmanager
    async def open(self, link: Link) -> AsyncIterator[None]:
        """Listen over *link* for as long as it lasts; entered when it is known whether anybody is there."""
        listening = asyncio.create_task(link.run(self))
        try:
            await link.settled()
            yield
        finally:
            await _ended({listening, *self._tasks})
            await link.aclose()

    async def _fetched(self, key: str) -> Answer[Any] | None:
        fetch = self._fetching.get(key)
        if fetch is None:
            fetch = asyncio.create_task(self._fetch(key))
            self._fetching[key] = fetch
            self._tasks.add(fetch)
            fetch.add_done_callback(lambda done: self._forget(key, done))
        # Shared: one of those who wait may be cancelled.
        try:
            return await asyncio.shield(fetch)
        except asyncio.CancelledError:
            if fetch.cancelled() and not _is_cancelled():
                return None
            raise

    async def _fetch(self, key: str) -> Answer[Any] | None:
        asked_at = self._clock.monotonic()
        found = await self._far.find(key)
        if found is None:
            return None
        near = await self._near.get(key)
        if near is not None and near.fetched_at >= found.answer.fetched_at:
            return near
        await self._keep_near(key, found.answer, ttl_s=found.left_s, asked_at=asked_at, tags=found.tags)
        return found.answer

    async def _keep_near(
        self, key: str, answer: Answer[Any], *, ttl_s: float, asked_at: float, tags: Collection[str]
    ) -> None:
        if self._emptied_at is not None and asked_at <= self._emptied_at:
            return
        await self._near.set(key, answer, ttl_s=min(ttl_s, self._near_s), asked_at=asked_at, tags=tags)

    def _empty(self) -> None:
        self._near = self._make_near()
        self._emptied_at = self._clock.monotonic()
        self._fetching.clear()
        self._told(())

    def _forget(self, key: str, fetch: asyncio.Task[Answer[Any] | None]) -> None:
        self._tasks.discard(fetch)
        if self._fetching.get(key) is fetch:
            del self._fetching[key]


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _ended(tasks: Collection[asyncio.Task[Any]]) -> None:
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        # Again, if need be: a library below may swallow a cancellation.
        _, left = await asyncio.wait(left, timeout=_PATIENCE_S)
