"""One thread for a library that blocks. What it hangs in holds up neither the event loop nor the end of the process."""

import asyncio
import contextlib
import functools
import queue
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class OneThread:
    """
    Runs one call after another in a thread of its own.

    asyncio's own threads are joined when the process ends, and a disk that hangs would hold that up without end.
    """

    def __init__(self, name: str) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    async def run(self, work: Callable[[], T]) -> T:
        """What *work* gives or raises. Whoever is cancelled stops waiting; the call is still made."""
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[T] = loop.create_future()

        def call() -> None:
            tell: Callable[[], None]
            try:
                tell = functools.partial(_give, outcome, work())
            except BaseException as exc:  # noqa: BLE001 - It is raised where the outcome is waited for.
                tell = functools.partial(_fail, outcome, exc)
            with contextlib.suppress(RuntimeError):  # The loop is closed by now, and nobody waits.
                loop.call_soon_threadsafe(tell)

        self._calls.put(call)
        return await outcome

    def then(self, work: Callable[[], None]) -> None:
        """Have *work* done after the calls that were made. Nobody waits for it, so it must raise nothing."""
        self._calls.put(work)

    def end(self) -> None:
        """Let the thread end after the calls that were made."""
        self._calls.put(None)

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            call()


def _give(outcome: "asyncio.Future[T]", found: T) -> None:
    if not outcome.done():
        outcome.set_result(found)


def _fail(outcome: "asyncio.Future[T]", exc: BaseException) -> None:
    if not outcome.done():
        outcome.set_exception(exc)
