"""
The overrides of all replicas in Redis or Valkey: one hash, with the document and its stamp.

Not under the run of the server, as answers are: what comes back from its disk may be old, and whoever knows a later
version puts that back (`gateway.overrides.keeper`).
"""

import asyncio
from typing import TYPE_CHECKING, Any, Final

from redis.asyncio import Redis

from gateway.overrides.document import NOTHING, Document
from gateway.overrides.shelf import ShelfAway, read, written
from gateway.stores.redis_client import FAILURES
from gateway.stores.sealing import Sealing
from gateway.stores.settings import RedisSettings

if TYPE_CHECKING:
    from redis.commands.core import AsyncScript

_PUT: Final = """
-- KEYS: overrides. ARGV: stamp that must be there, new stamp, new document.
local found = redis.call('HGET', KEYS[1], 'stamp') or ARGV[4]
if found ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'stamp', ARGV[2], 'document', ARGV[3])
return 1
"""

_PATIENCE_S: Final = 0.7
"""What one command may take: rare, and worth more waiting for than a kept answer, but all know it within a second."""


class RedisOverrides:
    """A shelf (`gateway.overrides.shelf`) that replicas share. *client* is the gateway's; whoever made it closes it."""

    def __init__(self, client: Redis, settings: RedisSettings, *, sealing: Sealing) -> None:
        self._client = client
        self._put: AsyncScript = client.register_script(_PUT)
        self._name = f"{settings.namespace}:overrides"
        self._sealing = sealing

    async def find(self, but: str) -> Document | None:
        """As `Shelf` says. While nothing has changed it costs one short command."""
        stamp = await self._ask(self._client.hget(self._name, "stamp"))
        if (NOTHING.stamp if stamp is None else stamp.decode(errors="replace")) == but:
            return None
        data = await self._ask(self._client.hget(self._name, "document"))
        if data is None:
            return NOTHING
        opened = self._sealing.open(data, self._name)
        try:
            return read(b"" if opened is None else opened)
        except ValueError:
            raise ShelfAway(f"what Redis holds under {self._name} cannot be read here") from None

    async def put(self, document: Document, *, instead_of: str) -> bool:
        """As `Shelf` says."""
        sealed = self._sealing.seal(written(document), self._name)
        told: list[str | bytes] = [instead_of, document.stamp, sealed, NOTHING.stamp]
        return bool(await self._ask(self._put(keys=[self._name], args=told)))

    async def _ask(self, command: Any) -> Any:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                return await command
        except FAILURES as exc:
            raise ShelfAway(f"Redis does not answer ({type(exc).__name__})") from None
