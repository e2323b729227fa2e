"""What tests of admission share: a guard with breakers in front of a system that answers when it is told to."""

import itertools

import pytest

from connectors.errors import Unavailable
from connectors.guard import Breakers, GuardSettings, State, guard_for
from connectors.guard.watch import Event, Unwatched
from tests.connectors.guard.asking import System, call
from tests.connectors.support import DictStore, FixedClock, Reports


class Told(Unwatched):
    """A watcher that remembers."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def tells(self, _, event):
        self.events.append(event)


class Bench:
    """A guard with breakers in front of a system that answers when it is told to."""

    def __init__(self, *, draws=(1.0,), **settings) -> None:
        self.clock = FixedClock()
        self.told = Told()
        drawn = itertools.cycle(draws)
        self.breakers = Breakers(clock=self.clock, report=Reports(), draw=lambda: next(drawn))
        self.system = System()
        self.system.free.set()
        self.number = 0
        self.guard = guard_for(
            "hss",
            GuardSettings(**settings),
            clock=self.clock,
            store=DictStore(),
            watcher=self.told,
            breakers=self.breakers,
        )

    async def ask(self, operation="Get"):
        """Another question than any before."""
        self.number += 1
        return await self.guard.call(call(str(self.number), operation=operation, seconds=1000), self.system.ask)

    async def fails(self, error=None, *, times=1, operation="Get"):
        self.system.failure = error or Unavailable("reset", system="hss")
        for _ in range(times):
            with pytest.raises(type(self.system.failure)):
                await self.ask(operation)
        self.system.failure = None

    async def open(self):
        await self.fails(times=20)
        assert State.OPEN is self.state()

    def state(self, operation_class="default"):
        return next(each.state for each in self.breakers.snapshot() if each.operation_class == operation_class)
