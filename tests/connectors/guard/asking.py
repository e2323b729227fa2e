"""What tests of the guard share: calls, a system that answers when it is told to, and a clock that stands still."""

import asyncio

from connectors.guard import Answer, Call
from connectors.terms import Criticality, Terms
from schema.parts import Part
from tests.connectors.support import FixedClock

CLOCK = FixedClock()


def call(
    *args: object,
    operation: str = "Get",
    parts: frozenset[Part] = frozenset(),
    seconds: float = 5.0,
    criticality: Criticality = Criticality.AGENT,
) -> Call:
    return Call("hss", operation, args or ("42",), Terms.after(seconds, CLOCK, criticality=criticality), parts)


class System:
    """Counts the questions that reach it; each waits until it is let go."""

    def __init__(self) -> None:
        self.asked = 0
        self.running = 0
        self.most_at_once = 0
        self.cancelled = 0
        self.free = asyncio.Event()
        self.failure: BaseException | None = None

    async def ask(self) -> str:
        self.asked += 1
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        number = self.asked
        try:
            await self.free.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.running -= 1
        if self.failure is not None:
            raise self.failure
        return f"answer {number}"

    async def proceed(self, call: Call, _ask: object) -> Answer[str]:
        return Answer(value=await self.ask(), fetched_at=CLOCK.now(), parts=call.parts)


async def unused() -> None:
    """Stands where an ask must be given that no test needs."""


async def turns(number: int = 5) -> None:
    """Let the event loop go round."""
    for _ in range(number):
        await asyncio.sleep(0)
