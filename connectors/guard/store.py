"""Where answers are kept. The guard says what a store must do; the gateway hands one in."""

from collections.abc import Collection
from typing import Any, Protocol

from connectors.guard.answer import Answer


class Store(Protocol):
    """
    Where answers are kept, by key. Keys and tags hold keyed hashes, never a number.

    A store that cannot be reached behaves as an empty one. It may forget at any time, must forget when `ttl_s` has
    passed, and once `drop` has returned gives nothing any more that was kept under one of the tags.
    """

    async def get(self, key: str) -> Answer[Any] | None:
        """The answer under *key*, if there is one."""
        ...

    async def set(
        self, key: str, answer: Answer[Any], *, ttl_s: float, asked_at: float, tags: Collection[str] = ()
    ) -> None:
        """
        Keep *answer* under *key* for *ttl_s* seconds at most.

        It is not kept when one of *tags* was dropped after *asked_at*, the instant before its system was asked, by the
        interval clock of this process: what it says may be what the drop was meant to get rid of.
        """
        ...

    async def drop(self, tags: Collection[str]) -> None:
        """Forget everything under any of *tags*."""
        ...
