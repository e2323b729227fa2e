"""
A trial: a damaged answer goes through a connector, and what comes out is compared with what an independent reader finds.

The verdict is the same for every dialect: the right value, or an error of a sensible kind that repeats nothing.
"""

import asyncio
import contextlib
import dataclasses
import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from connectors.errors import BadData, ConnectorError
from tests.connectors.mutants import Effect, Mutant
from tests.connectors.plain import plain
from tests.connectors.witness import Unreadable

_REPEATED = re.compile(r"[0-9]{6,}")


@dataclasses.dataclass(frozen=True)
class Trial:
    """
    One operation under trial.

    *ask* sends the question, to be answered with the mutant, and gives the connector's answer. *facts* reads the mutant
    independently; it raises Unreadable, or Refused for an answer that says no.
    """

    ask: Callable[[Mutant], Awaitable[Any]]
    facts: Callable[[Mutant], Any]
    right: Any

    async def outcome(self, mutant: Mutant) -> Any:
        """The connector's answer as plain values, or its error."""
        try:
            return plain(await self.ask(mutant))
        except ConnectorError as error:
            return error

    async def judge(self, mutant: Mutant) -> None:
        """Fail unless the outcome is right or an error that a reader of the log can trust."""
        found = await self.outcome(mutant)
        if isinstance(found, ConnectorError):
            self._judge_error(found, mutant)
            return
        assert self.facts(mutant) == found, mutant.kind
        if mutant.effect is Effect.SAME:
            assert self.right == found, mutant.kind

    def _judge_error(self, error: ConnectorError, mutant: Mutant) -> None:
        if type(error) is not BadData:
            assert self._refusal(mutant), (mutant.kind, repr(error))
        else:
            assert not _REPEATED.search(str(error)), (mutant.kind, str(error))

    def _refusal(self, mutant: Mutant) -> bool:
        """Whether the answer itself says no: only then may the error be of another kind than BadData."""
        try:
            self.facts(mutant)
        except Refused:
            return True
        except Unreadable:
            return False
        return False


class Refused(Exception):
    """The answer is a well-formed no: a result code or a fault."""


@contextlib.contextmanager
def running() -> Iterator[Callable[[Awaitable[Any]], Any]]:
    """A loop for a test that hypothesis calls many times, so that connections and tasks are made once."""
    with asyncio.Runner() as runner:

        def run(work: Awaitable[Any]) -> Any:
            async def wait() -> Any:
                return await work

            return runner.run(wait())

        yield run
