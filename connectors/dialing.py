"""
Opens a connection where some are bad: when one is refused, cut, or slow to stand, another one is tried.

Nothing of a question has been sent by then, so this repeats no call. It must not become a storm all the same: what is
tried beyond the first time is paid for by connections that stood.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import Final

from connectors.stream import ByteStream

Open = Callable[[float], Awaitable[ByteStream]]
"""Opens one connection within so many seconds; raises OSError, of which TimeoutError is one kind."""

_MOST_TRIES: Final = 8
_PAUSES_S: Final = (0.01, 0.02, 0.05, 0.1)
"""Between a failure and the next try; each is the longest of its kind."""

_PATIENCE: Final = 0.1
"""The part of the time after which another one is tried beside those that do not stand yet."""

_SLOWER: Final = 3.0
"""How many times longer than usual is late, where connections take their time."""

_SMOOTHING: Final = 0.2
_MOST_SPARE: Final = 10
_EARNED: Final = 2
# A name that is not known and a certificate that is not trusted will be so in a moment, too.
_FINAL: Final = (socket.gaierror, ssl.SSLCertVerificationError)


class Spare:
    """
    How many tries may be made beyond the first ones: ten at most and at first, two more for each connection that stood.

    So where every second connection is bad there is always one, and a system where nothing listens gets ten, once.
    *late_s* is after how many seconds a connection that does not stand is worth another try beside it. Pure.
    """

    def __init__(self) -> None:
        self._left = _MOST_SPARE
        self._usual_s = 0.0

    def opened(self, took_s: float) -> None:
        """A connection stood after so many seconds."""
        self._left = min(_MOST_SPARE, self._left + _EARNED)
        # Slower is believed at once: tries beside those that only take their time would make it slower still.
        shorter_s = self._usual_s + _SMOOTHING * (took_s - self._usual_s)
        self._usual_s = max(took_s, shorter_s)

    def spend(self) -> bool:
        """Whether one more may be tried; it is paid for then."""
        if not self._left:
            return False
        self._left -= 1
        return True

    def late_s(self, within_s: float) -> float:
        """After how many seconds of *within_s* a connection is late."""
        return max(_PATIENCE * within_s, _SLOWER * self._usual_s)


class Dial:
    """One connection that is wanted, and the tries to get it. To be awaited once."""

    def __init__(self, open_one: Open, *, spare: Spare, within_s: float, randomness: Callable[[], float]) -> None:
        self._open_one = open_one
        self._spare = spare
        self._within_s = within_s
        self._randomness = randomness
        self._loop = asyncio.get_running_loop()
        self._ends = self._loop.time() + within_s
        self._begun = 0
        self._open: set[asyncio.Task[ByteStream]] = set()

    async def stream(self) -> ByteStream:
        """The first connection that stands, when all other tries have ended. Raises OSError; TimeoutError for time."""
        try:
            self._begin(0.0)
            while True:
                stood, failure = await self._next()
                if stood is not None:
                    return stood
                if self._may_try_again(failure):
                    self._begin(0.0 if failure is None else self._pause_s())
                elif failure is not None and (not self._open or isinstance(failure, _FINAL)):
                    raise failure
        finally:
            await self._ended()

    async def _next(self) -> tuple[ByteStream | None, OSError | None]:
        """The next thing that happens: one stands, one has failed, or (neither) one is late."""
        left_s = self._ends - self._loop.time()
        if left_s <= 0:
            raise TimeoutError
        late_s = self._spare.late_s(self._within_s) if self._begun < _MOST_TRIES else left_s
        done, _ = await asyncio.wait(self._open, timeout=min(late_s, left_s), return_when=asyncio.FIRST_COMPLETED)
        failure = None
        for task in done:
            self._open.discard(task)
            error = task.exception()
            if error is None:
                self._open.update(done - {task})
                return task.result(), None
            if not isinstance(error, OSError):
                raise error
            failure = error
        return None, failure

    def _may_try_again(self, failure: OSError | None) -> bool:
        is_of_use = self._begun < _MOST_TRIES and self._loop.time() < self._ends and not isinstance(failure, _FINAL)
        return is_of_use and self._spare.spend()

    def _begin(self, pause_s: float) -> None:
        self._open.add(self._loop.create_task(self._one(pause_s)))
        self._begun += 1

    def _pause_s(self) -> float:
        # Those that were refused together come back one by one.
        return _PAUSES_S[min(self._begun, len(_PAUSES_S)) - 1] * (0.5 + 0.5 * self._randomness())

    async def _one(self, pause_s: float) -> ByteStream:
        if pause_s:
            await asyncio.sleep(pause_s)
        began = self._loop.time()
        stream = await self._open_one(self._ends - began)
        self._spare.opened(self._loop.time() - began)
        return stream

    async def _ended(self) -> None:
        for task in self._open:
            task.cancel()
        if self._open:
            await asyncio.wait(self._open)
        for task in self._open:
            # Two may stand in the same instant.
            if not task.cancelled() and task.exception() is None:
                task.result().close()
