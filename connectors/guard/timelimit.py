"""Time limit: the longest that one call may occupy its system, from the first byte sent to the last one read."""

import asyncio
from typing import TYPE_CHECKING, Any

from connectors.errors import TimedOut
from connectors.guard.answer import Answer, Call

if TYPE_CHECKING:
    from connectors.guard.pipeline import Ask, Proceed


class TimeLimit:
    """A total limit. HTTP clients limit each read instead, so one byte now and then would keep a call open for ever."""

    def __init__(self, *, seconds: float) -> None:
        self._seconds = seconds

    async def __call__(self, call: Call, ask: "Ask", *, proceed: "Proceed") -> Answer[Any]:
        """Proceed, and raise TimedOut when the limit passes first."""
        try:
            async with asyncio.timeout(self._seconds):
                return await proceed(call, ask)
        except TimeoutError as exc:
            raise TimedOut("no whole answer in time", system=call.system, operation=call.operation) from exc
