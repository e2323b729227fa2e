"""A guard whose answers are kept by windows, in front of a system that answers with numbers, fails and forgets."""

import dataclasses
from collections import Counter
from typing import Any

from connectors.errors import NotKnown, Unavailable
from connectors.guard import Answer, Call, Guard, GuardSettings, guard_for
from connectors.guard.cache import Cache
from connectors.guard.watch import Event, Unwatched
from connectors.terms import Terms
from gateway.stores.memory import MemoryStore
from schema.parts import PrepaidPart
from tests.connectors.guard.asking import turns
from tests.connectors.support import FixedClock

ACCOUNT = frozenset({PrepaidPart.ACCOUNT})
BOTH = frozenset(PrepaidPart)
DOWN = Unavailable("reset", system="hss")
UNKNOWN = NotKnown("nobody has it", system="hss")

_WINDOWS = frozenset({"fresh_s", "revalidate_s", "stale_s", "negative_s"})


class Events(Unwatched):
    """Counts what the guard tells."""

    def __init__(self) -> None:
        self.told: Counter[str] = Counter()

    def tells(self, call: Call, event: Event) -> None:  # noqa: ARG002 - the Protocol's names
        self.told[event.value] += 1


class Numbered:
    """A system whose answers are numbered by the questions that reached it; *failure* is raised instead."""

    def __init__(self) -> None:
        self.asked = 0
        self.failure: BaseException | None = None

    async def ask(self) -> int:
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        return self.asked


class Windowed:
    """The whole guard over one memory store. *windows* are settings of the guard; there is no jitter but on request."""

    def __init__(
        self, system: Any = None, *, clock: FixedClock | None = None, store: Any = None, **windows: Any
    ) -> None:
        self.clock = clock or FixedClock()
        self.system: Any = system or Numbered()
        self.events = Events()
        self.store: Any = store or MemoryStore(max_entries=1000, clock=self.clock)
        settings = GuardSettings.model_validate({"jitter": 0} | {each: _named(windows[each], each) for each in windows})
        self.guard = guard_for("hss", settings, clock=self.clock, store=self.store, watcher=self.events)

    def call(self, *args: str, seconds: float = 5.0, parts: frozenset[Any] = frozenset(), **terms: Any) -> Call:
        within = dataclasses.replace(Terms.after(seconds, self.clock), **terms)
        return Call("hss", "Get", args or ("42",), within, parts)

    async def answer(self, *args: str, **named: Any) -> Answer[Any]:
        return await self.guard.call(self.call(*args, **named), self.system.ask)

    async def ask(self, *args: str, **named: Any) -> Any:
        return (await self.answer(*args, **named)).value

    async def settle(self) -> None:
        """Let what goes on in the background come to its end."""
        await turns(10)

    @property
    def refreshing(self) -> int:
        return len(cache_of(self.guard)._refreshes)


def cache_of(guard: Guard) -> Cache:
    """The stage of *guard* that keeps answers."""
    return next(each for each in guard._closing if isinstance(each, Cache))


def _named(value: Any, setting: str) -> Any:
    return {"Get": value} if setting in _WINDOWS and not isinstance(value, dict) else value
