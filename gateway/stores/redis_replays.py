"""
Proofs of holders that replicas were shown already, in Redis or Valkey: a key for each, by its digest, for a minute.

Without Redis each replica knows its own: a proof that was stolen on its way could then be shown once to each of them.
"""

from gateway.access.holders.replays import Replays
from gateway.stores.redis_link import Away, RedisLink


class RedisReplays:
    """Those of all replicas. *near* are those of this process, which are looked at first."""

    def __init__(self, link: RedisLink, *, near: Replays) -> None:
        self._link = link
        self._near = near

    async def is_new(self, digest: bytes, *, for_s: float) -> bool:
        """As `gateway.access.holders.replays.Replays` says. The link reports when Redis is away, once."""
        if not await self._near.is_new(digest, for_s=for_s):
            return False
        try:
            return await self._link.is_first(f"proof:{digest.hex()}", for_s=for_s)
        except Away:
            return True
