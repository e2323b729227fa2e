"""Systems that answer in waves: what is asked meanwhile is answered together, so that levels can be counted."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from connectors.routes import Routes, Systems
from tests.resolvers.support import FakeOperator

T = TypeVar("T")

_TURNS = 100
"""Of the event loop, in which everything that waits for no system has come to its end."""


class Waves:
    """Holds every call back until all others have been made as well."""

    def __init__(self, *, sleep_s: float = 0.0) -> None:
        self.waiting: list[asyncio.Future[None]] = []
        self.sleep_s = sleep_s
        """How long calls take instead, where time itself is looked at."""

    async def wait(self) -> None:
        if self.sleep_s:
            await asyncio.sleep(self.sleep_s)
            return
        mine = asyncio.get_running_loop().create_future()
        self.waiting.append(mine)
        await mine

    async def levels(self, question: Coroutine[Any, Any, T]) -> tuple[int, T]:
        """How many waves *question* takes, and its outcome."""
        asked = asyncio.ensure_future(question)
        level = 0
        while not await self._ended(asked):
            level += 1
            self._answer()
        while self.waiting:  # What was asked early for nobody, and is left over.
            self._answer()
            await self._ended(asked)
        return level, await asked

    def _answer(self) -> None:
        waiting, self.waiting = self.waiting, []
        for each in waiting:
            each.set_result(None)

    async def _ended(self, asked: asyncio.Future[Any]) -> bool:
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        return asked.done()


class _Held:
    """A system whose every answer comes with a wave; what it is asked is counted at once."""

    def __init__(self, system: Any, waves: Waves) -> None:
        self._system = system
        self._waves = waves

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        ask = getattr(self._system, operation)

        async def held(*args: Any, **named: Any) -> Any:
            await self._waves.wait()
            return await ask(*args, **named)

        return held


def in_waves(waves: Waves) -> Callable[[FakeOperator], Routes]:
    """Routes over an operator's systems, each of which answers in *waves*."""

    def routes(operator: FakeOperator) -> Routes:
        def held(name: str, system: Any) -> Systems[Any]:
            return Systems({name: _Held(system, waves)})

        return Routes(
            customers=held("crm", operator.crm),
            billing=held("billing", operator.billing),
            network=held("hss", operator.hss),
            recharging=held("recharge", operator.recharge),
            recharge_history=held("recharge-history", operator.history),
        )

    return routes
