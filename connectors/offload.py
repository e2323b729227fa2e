"""Work on answers: small ones in turn, large ones beside the event loop, a thread each and only so many at once."""

import asyncio
import concurrent.futures
import contextvars
import threading
import weakref
from collections.abc import Callable
from typing import TypeVar

from connectors.turns import PLACE

T = TypeVar("T")

LARGE = 64 * 1024
"""
Answers above this size, in bytes, are worked on in a thread, so that none holds up the event loop for ten milliseconds.

Measured: of bills this much is read in 2 to 4 ms, of nothing but tiny elements in 7. A thread costs 0.15 ms.
"""

HUGE = 1024 * 1024
"""Answers above this one queue up apart, so that a burst of them does not keep merely large ones waiting."""

_AT_ONCE = 2
_Places = dict[bool, asyncio.Semaphore]
_places: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Places] = weakref.WeakKeyDictionary()


async def worked_out(work: Callable[[], T], *, size: int) -> T:
    """
    What *work* gives or raises; *size* is that of the answer it works on and decides where it is done.

    A thread cannot be stopped: when the caller is cancelled it runs to its end, which the limit on an answer's size
    brings about soon, and frees its place then. asyncio's own threads are left alone: host names are looked up in them.
    """
    if size <= LARGE:
        question = PLACE.get()
        if question is not None and not question.is_first():
            await question.comes_first()
        return work()
    place = _places_of(asyncio.get_running_loop())[size > HUGE]
    await place.acquire()
    running = _started(work)
    running.add_done_callback(lambda _: place.release())
    return await asyncio.shield(running)


def _places_of(loop: asyncio.AbstractEventLoop) -> _Places:
    return _places.setdefault(loop, {huge: asyncio.Semaphore(_AT_ONCE) for huge in (False, True)})


def _started(work: Callable[[], T]) -> asyncio.Future[T]:
    # A new thread each time, because libxml2 keeps every name it ever read for as long as the thread lives: answers
    # full of invented names would otherwise fill the memory.
    outcome: concurrent.futures.Future[T] = concurrent.futures.Future()
    context = contextvars.copy_context()

    def run() -> None:
        try:
            outcome.set_result(context.run(work))
        except BaseException as exc:  # noqa: BLE001 - It is raised where the result is waited for.
            outcome.set_exception(exc)

    outcome.set_running_or_notify_cancel()
    threading.Thread(target=run, name="large-answer").start()
    return asyncio.wrap_future(outcome)
