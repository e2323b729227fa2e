"""Leases in the Redis that replicas share. Where it is away, everybody gets one."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from typing import Final

from connectors.guard.lease import Held
from gateway.stores.redis_link import Away, RedisLink

_LOOK_S: Final = 0.1
"""About how often it is looked whether a lease is free, beside being told: who died tells nobody."""


class RedisLeases:
    """Leases by key. *chance* gives shares from 0 to 1, so that those who wait do not look all at once."""

    def __init__(self, link: RedisLink, *, chance: Callable[[], float] = random.random) -> None:
        self._link = link
        self._chance = chance

    async def take(self, key: str, *, ttl_s: float) -> Held | None:
        """The lease, for *ttl_s* seconds at most; None while somebody has it."""
        try:
            token = await self._link.take(key, ttl_s=ttl_s)
        except Away:
            return _Lease(self._link, key, None)
        return None if token is None else _Lease(self._link, key, token)

    async def wait(self, key: str, *, seconds: float) -> None:
        """Wait until the lease may be free, for *seconds* at most."""
        with contextlib.suppress(TimeoutError, Away), self._link.hears_release(key) as told:
            async with asyncio.timeout(seconds):
                # Looked at before each wait: it may have been given back before anybody listened.
                while await self._link.is_taken(key) and not told.done():
                    await asyncio.wait([told], timeout=_LOOK_S * (0.5 + self._chance()))


class _Lease:
    """A lease that is held; without a token there is nothing to give back."""

    def __init__(self, link: RedisLink, key: str, token: str | None) -> None:
        self._link = link
        self._key = key
        self._token = token

    async def release(self) -> None:
        """Give it back. Who cannot be told finds it free at its end."""
        if self._token is not None:
            with contextlib.suppress(Away):
                await self._link.release(self._key, self._token)
