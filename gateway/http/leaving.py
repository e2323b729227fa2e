"""
What is ended when a client leaves while its question is being answered.

The connection tells, so that nobody has to wait for it: a request whose client stays costs two attributes.
"""

import asyncio
from collections.abc import MutableMapping
from typing import Any

KEY = "switchboard.leaving"
"""Where the scope of a request holds its Leaving, when its server can tell."""


class Leaving:
    """One request's client may leave: the task within the block is cancelled then, or at once if that has happened."""

    __slots__ = ("_has_left", "_task")

    def __init__(self) -> None:
        self._has_left = False
        self._task: asyncio.Task[Any] | None = None

    def __enter__(self) -> None:
        self._task = asyncio.current_task()
        if self._has_left:
            self.happens()

    def __exit__(self, *_: object) -> None:
        # Also because a task that refers to its request, which refers to the task, would be left to the collector.
        self._task = None

    def happens(self) -> None:
        """The client is gone."""
        self._has_left = True
        if self._task is not None:
            self._task.cancel()


def leaving(scope: MutableMapping[str, Any]) -> Leaving:
    """What may happen to the request of *scope*; behind a server that cannot tell, it never happens."""
    found: Leaving | None = scope.get(KEY)
    return found or Leaving()
