"""
The link to a Redis or Valkey: commands that never raise but Away, and news. What is kept there is told elsewhere.

One session after the other: it subscribes, learns which run of the server it talks to, and ends at the first answer
that does not come. Between sessions nobody asks, so a dead server costs nothing but its absence.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from typing import Any, Final, Protocol

import msgspec
from redis import exceptions
from redis.asyncio.client import PubSub

from connectors.clock import Clock
from connectors.environment import Reporter
from gateway.stores import redis_scripts as scripts
from gateway.stores.absence import Absence, FarClock
from gateway.stores.redis_access import Access
from gateway.stores.redis_client import CONNECT_S, FAILURES, OtherRun, cause, client
from gateway.stores.redis_reading import Readings
from gateway.stores.redis_trouble import trouble
from gateway.stores.settings import RedisSettings

_PLACES: Final = 16
"""Commands under way at once, each on a connection of its own."""

_QUEUE: Final = 512
"""Commands that may wait for a place. Who comes then finds nothing, which is better than being late."""

_DROP_S: Final = 2.0
"""Dropping the answers of a whole system takes Redis longer than one answer may take."""

_BEAT_S: Final = 1.0
_SILENCE_S: Final = 2.5
"""Beats are answered within two of them, or the subscription is dead, whatever TCP says."""


class Away(Exception):
    """The server cannot be asked now, or did not answer."""


class Full(Away):
    """The server is there, and has no memory for what it was to take."""


class Listener(Protocol):
    """Who is told what happens at the server."""

    async def began(self) -> None:
        """A session began: what was dropped by others before may never be told."""
        ...

    async def beat(self) -> None:
        """About a second has passed within a session."""
        ...

    async def heard(self, tags: Collection[str]) -> None:
        """Somebody dropped what is kept under *tags*; under every tag when there are none."""
        ...


class RedisLink:
    """Commands to one server, of which none raises anything but Away, and the news from it."""

    def __init__(
        self,
        settings: RedisSettings,
        *,
        clock: Clock,
        report: Reporter,
        tells: Callable[[bool], object] = lambda _: None,
        access: Access | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._report = report
        self._tells = tells
        self._absence = Absence()
        self._far = FarClock()
        # Beside the places: the subscription, its look at the clock, and the one in doubt.
        self._client = client(settings, connections=_PLACES + 3, access=access)
        self._clock_script, self._keep, self._drop, self._release = (
            self._client.register_script(each) for each in (scripts.CLOCK, scripts.KEEP, scripts.DROP, scripts.RELEASE)
        )
        self._cache = Readings(self._client, tags=lambda: self._tag(""))
        self._changes = f"{settings.namespace}:changes"
        self._releases = f"{settings.namespace}:releases"
        self._run = ""
        self._places = asyncio.Semaphore(_PLACES)
        self._queued = 0
        # Made outside of a loop, which `asyncio.timeout` would ask for.
        self._session = asyncio.timeout_at(None)
        self._doubts: asyncio.Task[None] | None = None
        self._settled = asyncio.Event()
        self._released: dict[str, set[asyncio.Future[None]]] = {}

    @property
    def is_there(self) -> bool:
        """Whether the server can be asked."""
        return self._absence.is_there and self._doubts is None

    def far_s(self, own: float) -> float | None:
        """What the server's clock shows at the earliest at our instant *own* by the interval clock, in seconds."""
        return self._far.at(own)

    async def settled(self) -> None:
        """Wait until it is known for the first time whether the server is there."""
        await self._settled.wait()

    async def run(self, listener: Listener) -> None:
        """Keep a session with the server, and try again after each, until cancelled."""
        task = asyncio.current_task()
        # Asked each time: the client has been seen to answer a cancellation with an error of its own.
        while task is not None and not task.cancelling():
            try:
                async with asyncio.timeout(None) as self._session:
                    await self._listen(listener)
            except Exception as exc:  # noqa: BLE001 - Whatever it is, this session is over and the next is tried.
                self._went(exc)
            finally:
                if self._doubts is not None:
                    self._doubts.cancel()
            await asyncio.sleep(self._absence.wait_s())

    async def aclose(self) -> None:
        """Close every connection. `run` has to have ended."""
        self._absence.is_there = False
        with contextlib.suppress(*FAILURES):
            await self._client.aclose(close_connection_pool=True)

    async def get(self, key: str) -> bytes | None:
        """The bytes under *key*, unless one of their tags does not have them any more: a drop would not find them."""
        async with self._asking():
            found: bytes | None = await self._cache.get(key, namespace=self._value)
            return found

    async def keep(
        self, key: str, value: bytes, *, ttl_s: float, asked_s: float, age_s: float, tags: Sequence[str]
    ) -> bool:
        """
        Keep *value* unless one of *tags* was dropped since it was asked for.

        That was at *asked_s* by the server's clock at the earliest, and *age_s* ago by ours. Raises Full, too.
        """
        names = [f"{self._value}:{key}", self._dropped, *map(self._tag, tags)]
        told: list[str | bytes | int] = [
            int(asked_s * 1000),
            int(age_s * 1000),
            max(1, int(ttl_s * 1000)),
            value,
            *tags,
        ]
        async with self._asking():
            shown_ms, is_kept = await self._keep(keys=names, args=told)
        self._read(shown_ms)
        return bool(is_kept)

    async def forget(self, key: str) -> None:
        """Delete what is under *key*."""
        async with self._asking():
            await self._client.unlink(f"{self._value}:{key}")

    async def drop(self, tags: Sequence[str]) -> None:
        """Delete what is kept under *tags* and tell everybody."""
        async with self._asking(_DROP_S):
            # Named only now: while it waited for its place another run may have come.
            names = [self._dropped, *map(self._tag, tags)]
            told: list[str | bytes] = [self._run, self._changes, msgspec.json.encode(tags), *tags]
            self._read(await self._drop(keys=names, args=told))

    async def drop_all(self) -> None:
        """Delete everything, and tell everybody."""
        async with self._asking(60.0):
            run, dropped, values = self._run, self._dropped, f"{self._value}:*"
            # Begun anew: nothing that was asked before is kept any more.
            await self._client.delete(dropped)
            self._read(await self._clock_script(keys=[dropped], args=[run]))
            async for name in self._client.scan_iter(match=values, count=1000):
                await self._client.unlink(name)
            await self._client.publish(self._changes, msgspec.json.encode([]))
            # No run comes back: that it is still there says that all of this was told to it.
            self._read(await self._clock_script(keys=[dropped], args=[run]))

    async def take(self, key: str, *, ttl_s: float) -> str | None:
        """Take the lease *key*: a token to give it back with, or None when somebody has it."""
        token = secrets.token_hex(16)
        async with self._asking():
            taken = await self._client.set(self._lease(key), token, nx=True, px=max(1, int(ttl_s * 1000)))
        return token if taken else None

    async def is_first(self, key: str, *, for_s: float) -> bool:
        """Whether nobody has said *key* in the last *for_s* seconds. It is said by this."""
        name = f"{self._settings.namespace}:{self._run}:said:{key}"
        async with self._asking():
            return bool(await self._client.set(name, b"", nx=True, px=max(1, int(for_s * 1000))))

    async def release(self, key: str, token: str) -> None:
        """Give the lease *key* back, if it is still ours, and tell those who wait for it."""
        async with self._asking():
            await self._release(keys=[self._lease(key)], args=[token, self._releases, key])

    async def is_taken(self, key: str) -> bool:
        """Whether somebody has the lease *key*."""
        async with self._asking():
            return bool(await self._client.exists(self._lease(key)))

    @contextlib.contextmanager
    def hears_release(self, key: str) -> Iterator[asyncio.Future[None]]:
        """Within it, a future that is done when the lease *key* is told to be given back."""
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting = self._released.setdefault(key, set())
        waiting.add(told)
        try:
            yield told
        finally:
            waiting.discard(told)
            if not waiting:
                self._released.pop(key, None)

    @property
    def _value(self) -> str:
        # By the run of the server: what one brings back from its disk is older than what was dropped since.
        return f"{self._settings.namespace}:{self._run}:value"

    @property
    def _dropped(self) -> str:
        return f"{self._settings.namespace}:{self._run}:dropped"

    def _tag(self, tag: str) -> str:
        return f"{self._settings.namespace}:{self._run}:tag:{tag}"

    def _lease(self, key: str) -> str:
        return f"{self._settings.namespace}:{self._run}:lease:{key}"

    @contextlib.asynccontextmanager
    async def _asking(self, limit_s: float | None = None) -> AsyncIterator[None]:
        """A place for one command and the time it may take. What goes wrong ends the session and is Away."""
        limit_s = limit_s or self._settings.timeout_s
        async with self._place(limit_s):
            try:
                async with asyncio.timeout(limit_s):
                    yield
            except exceptions.OutOfMemoryError as exc:
                raise Full from exc
            except (TimeoutError, exceptions.TimeoutError) as exc:
                self._doubt()
                raise Away from exc
            except FAILURES as exc:
                self._went(exc)
                raise Away from exc

    @contextlib.asynccontextmanager
    async def _place(self, limit_s: float) -> AsyncIterator[None]:
        """One of the places, if it is had in time. Raises Away."""
        if not self.is_there or self._queued >= _QUEUE:
            raise Away
        self._queued += 1
        try:
            async with asyncio.timeout(limit_s):
                await self._places.acquire()
        except TimeoutError as exc:
            # The queue is our own: that says nothing of the server.
            raise Away from exc
        finally:
            self._queued -= 1
        try:
            if not self.is_there:
                raise Away
            yield
        finally:
            self._places.release()

    async def _listen(self, listener: Listener) -> None:
        news = self._client.pubsub()
        try:
            async with asyncio.timeout(CONNECT_S):
                # What idle connections of an earlier session hold is of another time.
                await self._client.connection_pool.disconnect(inuse_connections=False)
                await _subscribe(news, self._changes, self._releases)
                self._run = (await self._client.info("server"))["run_id"][: scripts.RUN]
                await self._answers_in_time()
            self._came()
            await listener.began()
            await self._hear(news, listener)
        finally:
            with contextlib.suppress(*FAILURES):
                await news.aclose()  # type: ignore[no-untyped-call]

    async def _hear(self, news: PubSub, listener: Listener) -> None:
        heard_at = self._clock.monotonic()
        beat_at = heard_at + _BEAT_S
        while True:
            message = await news.get_message(timeout=max(0.01, beat_at - self._clock.monotonic()))
            now = self._clock.monotonic()
            if message is not None:
                heard_at = now
                await self._tell(message, listener)
            if now - heard_at > _SILENCE_S:
                raise TimeoutError
            if now >= beat_at:
                beat_at = now + _BEAT_S
                await news.ping()
                async with asyncio.timeout(CONNECT_S):
                    await self._look_at_clock()
                await listener.beat()

    async def _tell(self, message: dict[str, Any], listener: Listener) -> None:
        if message["type"] != "message":
            return
        if message["channel"] == self._changes.encode():
            # What is not ours says nothing.
            with contextlib.suppress(msgspec.MsgspecError):
                await listener.heard(msgspec.json.decode(message["data"], type=list[str]))
        else:
            for waiting in self._released.get(message["data"].decode(errors="replace"), ()):
                if not waiting.done():
                    waiting.set_result(None)

    async def _look_at_clock(self) -> None:
        self._read(await self._clock_script(keys=[self._dropped], args=[self._run]))

    def _read(self, shown_ms: int) -> None:
        if shown_ms < 0:
            raise OtherRun
        self._far.read(shown_ms / 1000, answered_at=self._clock.monotonic())

    def _doubt(self) -> None:
        # The server may be dead, or this process may have had other things to do. Until it is known nobody asks.
        if self._doubts is None:
            self._doubts = asyncio.create_task(self._make_sure())
            self._doubts.add_done_callback(self._is_sure)

    async def _make_sure(self) -> None:
        try:
            async with asyncio.timeout(CONNECT_S):
                await self._answers_in_time()
        except FAILURES as exc:
            self._went(exc)

    async def _answers_in_time(self) -> None:
        """Raises TimeoutError where no command would be answered in time, however surely it is answered."""
        # Twice, because a hiccup is none of the server's ways.
        if not (await self._is_quick() or await self._is_quick()):
            raise TimeoutError

    async def _is_quick(self) -> bool:
        began = self._clock.monotonic()
        await self._look_at_clock()
        return self._clock.monotonic() - began <= self._settings.timeout_s

    def _is_sure(self, _: asyncio.Task[None]) -> None:
        self._doubts = None

    def _came(self) -> None:
        if self._absence.came(now=self._clock.monotonic()):
            self._report.info("redis_there")
        self._tells(True)
        self._settled.set()

    def _went(self, why: BaseException) -> None:
        if self._absence.went(now=self._clock.monotonic()):
            do = trouble(why).do.replace("`", "")
            self._report.warning("redis_away", why=type(cause(why)).__name__, do=do)
        self._tells(False)
        self._far.forget()
        self._settled.set()
        with contextlib.suppress(RuntimeError):
            self._session.reschedule(asyncio.get_running_loop().time())


async def _subscribe(news: PubSub, *channels: str) -> None:
    await news.subscribe(*channels)
    for _ in channels:
        # Confirmed by the server: from here on nothing is missed.
        if await news.get_message(timeout=CONNECT_S) is None:
            raise TimeoutError
