"""One thread for a library that blocks. What it hangs in holds up neither the event loop nor the end of the process."""

import asyncio
import concurrent.futures
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
        outcome: concurrent.futures.Future[T] = concurrent.futures.Future()

        def call() -> None:
            try:
                outcome.set_result(work())
            except BaseException as exc:  # noqa: BLE001 - It is raised where the outcome is waited for.
                outcome.set_exception(exc)

        # Running already, so that whoever stops waiting cannot cancel it: a call in its turn is made, or what follows
        # would meet a connection in the midst of something.
        outcome.set_running_or_notify_cancel()
        self._calls.put(call)
        return await asyncio.wrap_future(outcome)

    def end(self) -> None:
        """Let the thread end after the calls that were made."""
        self._calls.put(None)

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            call()
