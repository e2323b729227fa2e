"""
Answers kept in a Redis or Valkey that replicas share. A server that is away is an empty store, and no error.

What is told here is what is kept and when it must not be given; how the server is reached is in `redis_link`.
"""

import asyncio
import collections
import dataclasses
import datetime as dt
import itertools
from collections.abc import Collection, Iterable
from typing import Any, Final, Protocol

from connectors.clock import Clock
from connectors.guard import Answer
from gateway.stores.envelope import binding, headed, parted, unwrapped, wrapped
from gateway.stores.redis_link import Away, Full, RedisLink
from gateway.stores.redis_scripts import REMEMBERED_MS
from gateway.stores.sealing import Plain, Sealing
from gateway.stores.settings import RedisSettings

MAX_OWED: Final = 100_000
"""Tags whose drop the server has yet to be told. With more, everything there is dropped."""

MAX_NEWER: Final = 10_000
"""Answers of which the server has an older one, because it could not be told. What is beyond may come back."""

_AT_ONCE: Final = 100


class Codes(Protocol):
    """Answers as bytes (msgpack) and bytes as answers; None for what cannot be. Never raises."""

    def encode(self, answer: Answer[Any]) -> bytes | None:
        """*answer* as bytes."""
        ...

    def decode(self, data: bytes) -> Answer[Any] | None:
        """The answer that these bytes are."""
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """An answer that was kept, under which tags, and for how many seconds more it may be given."""

    answer: Answer[Any]
    tags: tuple[str, ...]
    left_s: float


class RedisStore:
    """
    A store that replicas share.

    A drop that the server could not be told is owed: it is told as soon as the server is there, and until then nothing
    under its tags is given here. It is forgotten only when the process ends. Where it could not be told of an answer,
    the older one that it may have is not given here.
    """

    def __init__(
        self,
        link: RedisLink,
        settings: RedisSettings,
        *,
        codes: Codes,
        clock: Clock,
        sealing: Sealing | None = None,
    ) -> None:
        self._link = link
        self._namespace = settings.namespace
        self._max_bytes = settings.max_value_bytes
        self._codes = codes
        self._clock = clock
        self._sealing = sealing or Plain()
        # By number: what is owed anew while it is being told is still owed when that is done.
        self._numbers = itertools.count(1)
        self._owed: dict[str, int] = {}
        self._owes_all = 0
        self._newer: collections.OrderedDict[str, dt.datetime] = collections.OrderedDict()
        self._telling = asyncio.Lock()

    @property
    def is_there(self) -> bool:
        """Whether it can be asked, and may be believed."""
        return self._link.is_there and not self._owes_all

    async def find(self, key: str) -> Found | None:
        """The answer under *key* with what is known of its keeping."""
        if not self.is_there:
            return None
        try:
            data = await self._link.get(key)
        except Away:
            return None
        found = None if data is None else self._found(data, self._name(key))
        return None if found is None or self._is_outdated(key, found.answer) else found

    async def set(
        self, key: str, answer: Answer[Any], *, ttl_s: float, asked_at: float, tags: Collection[str] = ()
    ) -> None:
        """Keep *answer* under *key*, unless one of *tags* was dropped after *asked_at*, here or anywhere."""
        if not self._owed.keys().isdisjoint(tags):
            return
        if not self.is_there:
            self._has_newer(key, answer)
            return
        try:
            if not await self._keep(key, answer, ttl_s=ttl_s, asked_at=asked_at, tags=tags):
                # What is there is older than what cannot be; it must not come back.
                await self._link.forget(key)
            self._newer.pop(key, None)
        except Away:
            self._has_newer(key, answer)

    async def drop(self, tags: Collection[str]) -> None:
        """Forget everything under any of *tags*, on every replica that is connected, and later on the others."""
        self._owe(tags)
        await self._tell(tuple(tags))

    async def pay(self) -> None:
        """Tell the server of the drops that it could not be told."""
        if self._telling.locked() or not (self._owed or self._owes_all):
            return
        async with self._telling:
            if self._owes_all:
                await self._tell_all()
            await self._tell(tuple(self._owed))

    async def _keep(
        self, key: str, answer: Answer[Any], *, ttl_s: float, asked_at: float, tags: Collection[str]
    ) -> bool:
        """Whether the server could take it: False for what is too long, of no known form or age, or too much for it."""
        now = self._clock.monotonic()
        age_s = now - asked_at
        far_s = self._link.far_s(now)
        if far_s is None or age_s >= REMEMBERED_MS / 1000 / 2:
            return False
        body = self._codes.encode(answer)
        if body is None:
            return False
        name = self._name(key)
        got_s = None if answer.got_at is None else self._link.far_s(answer.got_at)
        envelope = wrapped(name, ends_s=far_s + ttl_s, got_s=got_s, body=body)
        value = headed(tags, self._sealing.seal(envelope, binding(name, tags)))
        if len(value) > self._max_bytes:
            return False
        try:
            await self._link.keep(key, value, ttl_s=ttl_s, asked_s=far_s - age_s, age_s=age_s, tags=tuple(tags))
        except Full:
            return False
        return True

    def _has_newer(self, key: str, answer: Answer[Any]) -> None:
        self._newer[key] = answer.fetched_at
        self._newer.move_to_end(key)
        if len(self._newer) > MAX_NEWER:
            self._newer.popitem(last=False)

    def _is_outdated(self, key: str, answer: Answer[Any]) -> bool:
        newer = self._newer.get(key)
        return newer is not None and answer.fetched_at < newer

    async def _tell(self, tags: Iterable[str]) -> None:
        left = iter(tags)
        while some := tuple(itertools.islice(left, _AT_ONCE)):
            told = {tag: self._owed.get(tag) for tag in some}
            try:
                await self._link.drop(some)
            except Away:
                return
            for tag, number in told.items():
                if self._owed.get(tag) == number:
                    self._owed.pop(tag, None)

    async def _tell_all(self) -> None:
        number = self._owes_all
        self._owed.clear()
        try:
            await self._link.drop_all()
        except Away:
            return
        if self._owes_all == number:
            self._owes_all = 0

    def _owe(self, tags: Collection[str]) -> None:
        number = next(self._numbers)
        self._owed.update(dict.fromkeys(tags, number))
        if len(self._owed) > MAX_OWED:
            self._owed.clear()
            self._owes_all = number

    def _found(self, data: bytes, name: str) -> Found | None:
        tags, sealed = parted(data) or ((), b"")
        opened = self._sealing.open(sealed, binding(name, tags))
        envelope = None if opened is None else unwrapped(opened, name)
        now = self._clock.monotonic()
        far_s = self._link.far_s(now)
        if envelope is None or far_s is None or not self._owed.keys().isdisjoint(tags):
            return None
        left_s = envelope.ends_s - far_s
        answer = self._codes.decode(bytes(envelope.body)) if left_s > 0 else None
        if answer is None:
            return None
        if envelope.got_s is not None:
            # As if this process had got it then: its calendar may be set back, its interval clock is not.
            answer = dataclasses.replace(answer, got_at=now - max(0.0, far_s - envelope.got_s))
        return Found(answer, tags, left_s)

    def _name(self, key: str) -> str:
        return f"{self._namespace}:{key}"
