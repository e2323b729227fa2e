"""A timer that is moved often and rings seldom."""

import asyncio
from collections.abc import Callable


class Alarm:
    """
    A timer that is moved by writing down a number.

    The loop hears of it only when it has to ring earlier than it was told before, so moving it costs next to nothing.
    """

    __slots__ = ("_at", "_handle", "_loop", "_ring")

    def __init__(self, loop: asyncio.AbstractEventLoop, ring: Callable[[], None]) -> None:
        self._loop = loop
        self._ring = ring
        self._at: float | None = None
        self._handle: asyncio.TimerHandle | None = None

    def move(self, at: float | None) -> None:
        """Ring at *at* on the loop's clock, and not before; None is never."""
        self._at = at
        if at is not None and (self._handle is None or at < self._handle.when()):
            self._tell_loop(at)

    def stop(self) -> None:
        """Never ring, and let go of the loop."""
        self._at = None
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _tell_loop(self, at: float) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._handle = self._loop.call_at(at, self._due)

    def _due(self) -> None:
        self._handle = None
        if self._at is None:
            return
        if self._at > self._loop.time():
            self._tell_loop(self._at)
        else:
            self._ring()
