"""Time limit: the longest that one call may occupy its system, from the first byte sent to the last one read."""

import asyncio
from types import TracebackType
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
            with _Limit(self._seconds):
                return await proceed(call, ask)
        except TimeoutError as exc:
            raise TimedOut("no whole answer in time", system=call.system, operation=call.operation) from exc


class _Limit:
    """What `asyncio.timeout` is, for a limit that is set once and entered once, at half its price."""

    __slots__ = ("_alarm", "_cancelling", "_is_over", "_seconds", "_task")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._is_over = False

    def __enter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - Only a task can await.
        self._task = task
        self._cancelling = task.cancelling()
        self._alarm = task.get_loop().call_later(self._seconds, self._end)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._alarm.cancel()
        # Others may have cancelled the task as well, and then it is cancelled and not late.
        if self._is_over and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def _end(self) -> None:
        self._is_over = True
        self._task.cancel()
