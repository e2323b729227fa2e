"""
The guard of one system: stages through which every call to it passes, one after the other.

Which stages there are, and in what order, is said in `assembly`; each is a file of its own beside this one.
"""

import datetime as dt
import functools
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeVar

from connectors.clock import Clock
from connectors.errors import ConnectorError
from connectors.guard.answer import Answer, Call
from connectors.guard.given import Given
from connectors.guard.record import RECORD, Record
from connectors.guard.source import Fetching
from connectors.guard.tunings import Tuned

T = TypeVar("T")

Ask = Callable[[], Awaitable[Any]]
"""Asks the system over the wire and returns the decoded value, or raises a ConnectorError."""

Proceed = Callable[[Call, Ask], Awaitable[Answer[Any]]]
"""The rest of the pipeline, as a stage sees it."""


class Stage(Protocol):
    """One promise of the guard. It may answer by itself, or let the call proceed and act on the outcome."""

    async def __call__(self, call: Call, ask: Ask, *, proceed: Proceed) -> Answer[Any]:
        """Answer *call*, by `await proceed(call, ask)` if need be."""
        ...


class Closing(Protocol):
    """A stage that has something under way on its own."""

    async def aclose(self) -> None:
        """End it, and wait until it has ended."""
        ...


class Guard:
    """The stages of one system, composed once."""

    def __init__(
        self,
        stages: tuple[Stage, ...],
        *,
        clock: Clock,
        closing: Sequence[Closing] = (),
        tuned: Tuned | None = None,
    ) -> None:
        self._clock = clock
        self._tuned = tuned
        self._closing = closing
        run: Proceed = self._wire
        for stage in reversed(stages):
            run = functools.partial(stage, proceed=run)
        self._run = run

    async def call(self, call: Call, ask: Callable[[], Awaitable[T]]) -> Answer[T]:
        """The answer to *call*: from a stage that has one, else by *ask*. Raises ConnectorError."""
        record = RECORD.get()
        if record is None:
            return await self._run(call, ask)
        return await self._recorded(call, ask, record)

    async def aclose(self) -> None:
        """End what is still in flight; nobody is waiting any more."""
        for each in self._closing:
            await each.aclose()

    async def _recorded(self, call: Call, ask: Ask, record: Record) -> Answer[Any]:
        max_age_s = call.within.max_age_s
        try:
            answer = await self._run(call, ask)
        except ConnectorError as error:
            record.gives(Given(call.system, call.operation, max_age_s, code=error.code), call.about)
            raise
        at = answer.fetched_at
        fresh_s = self._fresh_s(answer, call.operation)
        fresh_until = at + dt.timedelta(seconds=fresh_s) if fresh_s else None
        record.gives(Given(call.system, call.operation, max_age_s, at, fresh_until), call.about)
        return answer

    def _fresh_s(self, answer: Answer[Any], operation: str) -> float | None:
        """For how long *answer* is fresh: what was kept for longer than is now usual is so for less."""
        if not answer.fresh_s or self._tuned is None:
            return answer.fresh_s
        windows = self._tuned.windows(operation)
        return None if windows is None else min(answer.fresh_s, windows.fresh_s)

    async def _wire(self, call: Call, ask: Ask) -> Answer[Any]:
        with Fetching(call.known, windows=self._tuned.windows if self._tuned else None) as fetching:
            value = await ask()
        # The age that callers are shown is the age that is judged.
        fetched_at = fetching.at or self._clock.now()
        return Answer(
            value=value,
            fetched_at=fetched_at,
            parts=call.parts,
            fresh_s=fetching.fresh_s,
            validator=fetching.validator,
            confirmed=fetching.confirmed,
        )
