"""The hub: who wants to be told of changes, and telling them. Listeners are on this machine, as the sandbox is."""

import asyncio
import contextlib
import itertools
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from sandbox.listener import check_loopback

MOST: Final = 20
"""Listeners; each change is told to every one of them."""

_TRIES: Final = 3
_PAUSE_S: Final = 0.5
_PATIENCE_S: Final = 5.0


class BadListenerError(ValueError):
    """A listener that cannot be told; the message may be shown to the caller."""


class Hub:
    """The listeners, by the ids that they were given."""

    def __init__(self) -> None:
        self._callbacks: dict[str, str] = {}
        self._numbers = itertools.count(1)
        self._telling: set[asyncio.Task[None]] = set()
        self._client: httpx.AsyncClient | None = None

    def register(self, body: Any) -> dict[str, str]:
        """The EventSubscription for an EventSubscriptionInput; BadListenerError where it will not do."""
        callback = body.get("callback") if isinstance(body, dict) else None
        if not isinstance(callback, str) or not _is_local(callback):
            raise BadListenerError("callback must be an http address on this machine, such as http://127.0.0.1:8000/.")
        if len(self._callbacks) >= MOST:
            raise BadListenerError("There are too many listeners; remove one.")
        number = str(next(self._numbers))
        self._callbacks[number] = callback.rstrip("/")
        query = body.get("query")
        return {"id": number, "callback": callback} | ({"query": query} if isinstance(query, str) else {})

    def remove(self, number: str) -> bool:
        """Forget a listener; whether there was one."""
        return self._callbacks.pop(number, None) is not None

    def tell(self, event: dict[str, Any]) -> None:
        """Tell every listener of *event*, without waiting for it."""
        name = event["eventType"]
        path = f"/listener/{name[:1].lower()}{name[1:]}"
        for callback in self._callbacks.values():
            task = asyncio.get_running_loop().create_task(self._deliver(callback + path, event))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def aclose(self) -> None:
        """Tell nobody any more."""
        for task in self._telling:
            task.cancel()
        await asyncio.gather(*self._telling, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _deliver(self, url: str, event: dict[str, Any]) -> None:
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=_PATIENCE_S, trust_env=False)
        for _ in range(_TRIES):
            with contextlib.suppress(httpx.HTTPError):
                if (await self._client.post(url, json=event)).is_success:
                    return
            await asyncio.sleep(_PAUSE_S)


def _is_local(url: str) -> bool:
    try:
        found = urlsplit(url)
        check_loopback(found.hostname or "")
    except ValueError:
        return False
    return found.scheme == "http" and not found.query and not found.fragment
