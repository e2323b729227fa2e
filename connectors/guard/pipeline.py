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
    ) -> None:
        self._clock = clock
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
        fresh_until = at + dt.timedelta(seconds=answer.fresh_s) if answer.fresh_s else None
        record.gives(Given(call.system, call.operation, max_age_s, at, fresh_until), call.about)
        return answer

    async def _wire(self, call: Call, ask: Ask) -> Answer[Any]:
        with Fetching(call.known) as fetching:
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
