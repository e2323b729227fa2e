"""
Every stage of the guard at once, over two replicas, while requests end as they do in life, and often.

Siblings are cancelled because another field failed, requests because their time is up, others because the client hung
up; meanwhile calls queue, wait for the budget and for another replica, are sent again and asked twice, and the system
is ill for a while. Nobody may see a cancellation that is not its own, and nothing may be left when all have gone.
"""

import asyncio
import collections
import contextlib
import dataclasses
import functools
import os
import random
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Final

import pytest

from connectors.clock import SystemClock
from connectors.errors import BadData, ConnectorError, NotKnown, Unavailable
from connectors.guard import (
    Breakers,
    CacheTimes,
    Call,
    Changes,
    Guard,
    GuardSettings,
    Held,
    Keys,
    Leases,
    Store,
    SystemLimits,
    Tuning,
    Tunings,
    guard_for,
    subject,
)
from connectors.guard.budget import Budget
from connectors.guard.bulkhead import Bulkhead
from connectors.guard.cache import Cache
from connectors.guard.flight import SingleFlight
from connectors.guard.freshness import EVERY
from connectors.guard.watch import Event, Level, Unwatched
from connectors.terms import Criticality, Terms
from gateway.http.leaving import Leaving
from gateway.stores.memory import MemoryStore
from tests.connectors.support import Reports
from tests.gateway.stores import redis_server
from tests.gateway.stores.replicas import replica

ROUNDS: Final = 10_000 if os.environ.get("SWITCHBOARD_SOAK") else 300
AT_ONCE: Final = 50
CLOCK: Final = SystemClock()

SETTINGS: Final = GuardSettings.model_validate(
    {
        "timeout_s": 0.1,
        "max_concurrent": 6,
        "min_concurrent": 2,
        "max_waiting": 12,
        "fresh_s": {"*": 0.02},
        "revalidate_s": {"Quick": 0.02},
        "stale_s": {"*": 0.05},
        "negative_s": {"*": 0.02},
        "expensive": ["Dear"],
        "attempts": 3,
        "retry_ratio": 1.0,
        "hedge_after_s": {"Quick": 0.004},
        "budget": {"calls_per_s": 800, "burst": 10, "max_wait_s": 0.03},
        "breaker": {"least_calls": 10, "probe_wait_s": 0.05},
        # A window that never comes, so that its stage is there.
        "maintenance": [{"cron": "0 0 29 2 *", "zone": "UTC", "minutes": 1}],
    }
)


class Told(Unwatched):
    """Counts what happens to calls, and what is taken."""

    def __init__(self) -> None:
        self.events: collections.Counter[Event] = collections.Counter()
        self.levels: collections.Counter[Level] = collections.Counter()

    def tells(self, call: Call, event: Event) -> None:  # noqa: ARG002 - the Protocol's name
        self.events[event] += 1

    def moves(self, level: Level, change: float) -> None:
        self.levels[level] += int(change)


class System:
    """Answers soon, late, never, wrongly or not at all; and for a while every now and then nobody."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.running = 0

    async def ask(self) -> str:
        self.running += 1
        try:
            await asyncio.sleep(self._chance.choice([0, 0, 0, 0, 0.002, 0.002, 0.005, 0.005, 0.01, 5.0]))
        finally:
            self.running -= 1
        if time.monotonic() % 1.0 < 0.1:
            raise Unavailable("refused", system="hss", retry_after_s=0)
        kind = self._chance.random()
        if kind < 0.15:
            raise Unavailable("reset", system="hss", retry_after_s=0)
        if kind < 0.2:
            raise BadData("not to be trusted", system="hss")
        if kind < 0.25:
            raise NotKnown("nobody", system="hss")
        return "answer"


@dataclasses.dataclass
class _Lease:
    of: "FakeLeases"
    key: str
    ends: float

    async def release(self) -> None:
        await asyncio.sleep(0)
        if self.of.held.get(self.key) is self:
            del self.of.held[self.key]


class FakeLeases:
    """Leases of two replicas in one process. One that is not given back, as by who was cancelled doing so, ends."""

    def __init__(self) -> None:
        self.held: dict[str, _Lease] = {}

    def count(self) -> int:
        """Those that have not ended."""
        now = time.monotonic()
        return sum(each.ends > now for each in self.held.values())

    async def take(self, key: str, *, ttl_s: float) -> Held | None:
        await asyncio.sleep(0)
        if self._is_taken(key):
            return None
        self.held[key] = taken = _Lease(self, key, time.monotonic() + ttl_s)
        await asyncio.sleep(0)
        return taken

    async def wait(self, key: str, *, seconds: float) -> None:
        ends = time.monotonic() + seconds
        while self._is_taken(key) and time.monotonic() < ends:  # noqa: ASYNC110 - As a replica would: by looking.
            await asyncio.sleep(0.001)

    def _is_taken(self, key: str) -> bool:
        return key in self.held and time.monotonic() < self.held[key].ends


class Replica:
    """A guard with every stage, and a look into each."""

    def __init__(self, store: Store, leases: Leases, keys: Keys) -> None:
        self.told = Told()
        self.changes = Changes(keys=keys, clock=CLOCK)
        self.tunings = Tunings()
        self.guard = guard_for(
            "hss",
            SETTINGS,
            clock=CLOCK,
            store=store,
            watcher=self.told,
            keys=keys,
            breakers=Breakers(clock=CLOCK, report=Reports()),
            report=Reports(),
            leases=leases,
            changes=self.changes,
            tuned=self.tunings.of("hss", SETTINGS),
        )
        self.stages = list(_stages(self.guard))

    def tune(self, chance: random.Random) -> None:
        """An operator changes limits and cache times, whatever is under way."""
        limits = SystemLimits(calls_per_s=chance.choice([400, 800, None]), max_concurrent=chance.choice([1, 3, 6, 12]))
        times = {EVERY: CacheTimes(fresh_s=chance.choice([0.005, 0.02]), stale_s=chance.choice([0, 0.05]))}
        assert not self.tunings.set({"hss": Tuning(limits, times)} if chance.random() < 0.7 else {})

    def left(self) -> dict[str, Any]:
        """What is still taken, waiting or under way."""
        found: dict[str, Any] = {"in use": self.told.levels[Level.IN_USE], "waiting": self.told.levels[Level.WAITING]}
        for stage in self.stages:
            match stage:
                case SingleFlight():
                    found["flights"] = len(stage._flights)
                case Bulkhead():
                    found["places"], found["queue"] = stage._places.held, len(stage._room)
                case Budget():
                    found["turns"] = len(stage._room)
                case Cache():
                    found["refreshes"] = len(stage._refreshes)
        return {what: number for what, number in found.items() if number}


def _stages(guard: Guard) -> Iterator[Any]:
    run: Any = guard._run
    while isinstance(run, functools.partial):
        yield getattr(run.func, "__self__", run.func)
        run = run.keywords["proceed"]


class Requests:
    """Requests that ask several calls at once and end in every way."""

    def __init__(self, replicas: list[Replica], seed: int) -> None:
        self._replicas = replicas
        self._chance = random.Random(seed)
        self._system = System(self._chance)
        self.outcomes: collections.Counter[str] = collections.Counter()

    @property
    def running(self) -> int:
        return self._system.running

    async def one(self) -> None:
        """One request; what becomes of it is counted, and what must not is an error."""
        chance, by = self._chance, self._chance.choice(self._replicas)
        manner = chance.choice(["stays", "stays", "is cancelled", "hangs up", "loses a sibling"])
        within = Terms.after(chance.choice([0.01, 0.05, 0.3]), CLOCK, criticality=chance.choice(list(Criticality)))
        calls = [asyncio.create_task(self._call(by, within)) for _ in range(chance.randrange(1, 4))]
        request = asyncio.create_task(_together(calls, gone := Leaving()))
        lost = calls[0] if manner == "loses a sibling" else None
        await asyncio.sleep(chance.choice([0, 0, 0.002, 0.01, 0.03]))
        if chance.random() < 0.05:
            by.changes.note(["line:1"])
        if chance.random() < 0.03:
            by.tune(chance)
        match manner:
            case "is cancelled":
                request.cancel()
            case "hangs up":
                gone.happens()
            case "loses a sibling":
                calls[0].cancel()
        await asyncio.wait({request})
        for each in calls:
            was_asked_to_end = each is lost or manner in {"is cancelled", "hangs up"}
            if each.cancelled():
                assert was_asked_to_end, f"cancelled, but nobody did that: {manner}"
            else:
                each.result()
        self.outcomes[manner] += 1

    async def _call(self, by: Replica, within: Terms) -> None:
        operation, number = self._chance.choice(["Quick", "Dear", "Get"]), str(self._chance.randrange(6))
        call = Call("hss", operation, (number,), within, about=(subject.line(number),))
        try:
            await by.guard.call(call, self._system.ask)
            self.outcomes["answer"] += 1
        except ConnectorError as error:
            # What a flight says that was ended while somebody waited for it.
            self.outcomes["given up"] += error.reason == "the call was given up"
            self.outcomes[str(error.code)] += 1


async def _together(calls: list["asyncio.Task[None]"], gone: Leaving) -> None:
    try:
        with gone:
            await asyncio.wait(calls)
    finally:
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)


@contextlib.asynccontextmanager
async def _in_this_process() -> AsyncIterator[tuple[list[Replica], Callable[[], int]]]:
    store, leases, keys = MemoryStore(max_entries=1000, clock=CLOCK), FakeLeases(), Keys()
    yield [Replica(store, leases, keys) for _ in range(2)], leases.count


@contextlib.asynccontextmanager
async def _over_redis() -> AsyncIterator[tuple[list[Replica], Callable[[], int]]]:
    async with redis_server.running() as server, contextlib.AsyncExitStack() as stack:
        found = [await stack.enter_async_context(replica(server.settings)) for _ in range(2)]
        keys = Keys(b"a secret that both know")
        yield (
            [Replica(each.store, each.leases, keys) for each in found],
            lambda: len([name for name in server.cli("KEYS", "*:lease:*").split() if name]),
        )


@pytest.mark.parametrize(
    "replicas",
    [
        pytest.param(_in_this_process, id="leases in this process"),
        pytest.param(_over_redis, id="leases in a real Redis", marks=redis_server.needs_redis),
    ],
)
async def test_nothing_is_left_and_nobody_is_cancelled_for_another(replicas: Any) -> None:
    async with replicas() as (both, held):
        idle = len(asyncio.all_tasks())
        requests = Requests(both, seed=3)
        for _ in range(ROUNDS // AT_ONCE):
            async with asyncio.timeout(20):
                await asyncio.gather(*(requests.one() for _ in range(AT_ONCE)))
        left: Any = None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                while left := _left(  # noqa: ASYNC110 - Nobody tells.
                    both, requests.running, held(), len(asyncio.all_tasks()) - idle
                ):
                    await asyncio.sleep(0.02)
        assert not left
        assert not requests.outcomes["given up"]
        await asyncio.gather(*(each.guard.aclose() for each in both))
    _check_that_it_was_worth_it(both, requests)


def _left(both: list[Replica], running: int, leases: int, tasks: int) -> dict[str, Any]:
    found: dict[str, Any] = {"running": running, "leases": leases, "tasks": max(0, tasks)}
    for number, each in enumerate(both):
        found[f"replica {number}"] = each.left()
    return {what: number for what, number in found.items() if number}


def _check_that_it_was_worth_it(both: list[Replica], requests: Requests) -> None:
    """Every stage has had to do something."""
    events = sum((each.told.events for each in both), collections.Counter())
    print(dict(events), dict(requests.outcomes))  # noqa: T201 - figures to read
    assert requests.outcomes["answer"]
    assert events[Event.SHARED]
    assert events[Event.AWAITED]
    if ROUNDS >= 10_000:
        rare = {Event.CACHED, Event.STALE, Event.NEGATIVE, Event.REFRESHED, Event.RETRIED, Event.HEDGED}
        refused = {Event.REFUSED, Event.TURNED_AWAY, Event.OVER_BUDGET}
        assert rare | refused <= events.keys()
