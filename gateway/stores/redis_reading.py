"""Readings from Redis: aiocache's store, in which a value is found only while each of its tags still has it."""

from collections.abc import Callable
from typing import Any

from aiocache import RedisCache
from aiocache.serializers import NullSerializer

from gateway.stores import redis_scripts as scripts


class Readings(RedisCache):  # type: ignore[misc] # the library has no types
    """
    What is kept at the server of *client*, a redis-py client that whoever made it closes.

    *tags* says what the names of tags begin with there now.
    """

    def __init__(self, client: Any, *, tags: Callable[[], str]) -> None:
        # The library's own limit is off: it makes a task for each command, and ours is there already.
        super().__init__(serializer=NullSerializer(encoding=None), timeout=0)
        self.client = client
        self._find = client.register_script(scripts.FIND)
        self._tags = tags

    async def _get(self, key: str, encoding: str | None = None, _conn: Any = None) -> Any:  # noqa: ARG002 - its names
        # A plain reading would also give what a drop could not find any more.
        return await self._find(keys=[key], args=[self._tags()])
