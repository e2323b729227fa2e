"""The event loop that serves: uvloop where it is installed, asyncio's own elsewhere (Windows, PyPy)."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

try:
    import uvloop
except ImportError:
    _FACTORY = None
else:
    _FACTORY = uvloop.new_event_loop

T = TypeVar("T")


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run *main* to its end, as `asyncio.run` does."""
    with asyncio.Runner(loop_factory=_FACTORY) as runner:
        return runner.run(main)
