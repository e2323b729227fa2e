"""What the guard takes to give a call's answer again: a thousand recalls of kept answers, beside as many of nothing."""

import asyncio

from bench.micro.rounds import compared
from bench.results import Timing
from connectors.clock import SystemClock
from connectors.guard import Call, GuardSettings, Keys, guard_for, subject
from connectors.terms import Terms
from gateway.stores.memory import MemoryStore

GROUP = "a thousand calls answered from what is kept"
EACH = 1_000
_HOUR = 3600.0


def measure(*, rounds: int) -> list[Timing]:
    """CPU of *EACH* recalls, all with keys of their own; RuntimeError when a system would have been asked."""
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        calls = [_call(number) for number in range(EACH)]
        guard = guard_for(
            "billing",
            GuardSettings(fresh_s={"*": _HOUR}),
            clock=SystemClock(),
            store=MemoryStore(max_entries=EACH, clock=SystemClock()),
            keys=Keys(),
        )

        async def kept() -> str:
            return "an answer"

        async def asked() -> str:
            raise RuntimeError("a kept answer was asked for")

        async def keep() -> None:
            for call in calls:
                await guard.call(call, kept)

        async def recall() -> None:
            for call in calls:
                await guard.call(call, asked)

        async def nothing() -> None:
            for _ in calls:
                await kept()

        runner.run(keep())
        return compared(
            GROUP,
            {
                "recalled": lambda: loop.run_until_complete(recall()),
                "nothing": lambda: loop.run_until_complete(nothing()),
            },
            rounds=rounds,
        )


def _call(number: int) -> Call:
    msisdn = f"9996{number:07d}"
    return Call("billing", "Get", (msisdn,), Terms.after(_HOUR, SystemClock()), about=(subject.line(msisdn),))
