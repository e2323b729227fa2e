"""Leases: one replica asks, the others wait for its answer, and nobody waits longer than a lease."""

import asyncio
import dataclasses
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.errors import Unavailable
from connectors.guard import Answer, Call, GuardSettings, Held
from connectors.guard.assembly import guard_for
from connectors.guard.lease import AcrossReplicas
from tests.connectors.guard.asking import CLOCK, System, call, turns
from tests.connectors.support import DictStore, FixedClock

TTL_S = 1.8


@dataclasses.dataclass
class _Lease:
    leases: "Shared"
    key: str

    async def release(self) -> None:
        self.leases.holder.pop(self.key, None)
        self.leases.given_back.set()
        self.leases.given_back = asyncio.Event()


class Shared:
    """Leases of one machine; time passes only while somebody waits until the end."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.holder: dict[str, _Lease] = {}
        self.given_back = asyncio.Event()
        self.waits: list[float] = []
        self.dead = False

    async def take(self, key: str, *, ttl_s: float) -> Held | None:  # noqa: ARG002 - the Protocol's name
        if key in self.holder:
            return None
        self.holder[key] = _Lease(self, key)
        return self.holder[key]

    async def wait(self, key: str, *, seconds: float) -> None:  # noqa: ARG002 - the Protocol's name
        self.waits.append(seconds)
        if self.dead:
            self.clock.advance(seconds)
        else:
            await self.given_back.wait()


class Kept:
    """What replicas have kept."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer[Any]] = {}

    async def __call__(self, call: Call) -> Answer[Any] | None:
        return self.answers.get(call.operation)


def _stage(leases: Shared, kept: Kept) -> AcrossReplicas:
    return AcrossReplicas(
        expensive=["Get"], ttl_s=TTL_S, leases=leases, key=lambda each: each.operation, kept=kept, clock=leases.clock
    )


async def _keeping(system: System, kept: Kept, asked: Call) -> Answer[Any]:
    answer: Answer[Any] = await system.proceed(asked, None)
    kept.answers[asked.operation] = answer
    return answer


async def test_one_asks_and_the_others_take_its_answer() -> None:
    leases, kept, system = Shared(FixedClock()), Kept(), System()
    stages = [_stage(leases, kept) for _ in range(3)]

    async def proceed(asked: Call, _: object) -> Answer[Any]:
        return await _keeping(system, kept, asked)

    asking = [asyncio.create_task(stage(call(), None, proceed=proceed)) for stage in stages]  # type: ignore[arg-type]
    await turns()
    system.free.set()
    answers = await asyncio.gather(*asking)

    assert 1 == system.asked
    assert 1 == len({id(answer) for answer in answers})
    assert not leases.holder


async def test_operations_that_are_not_expensive_take_no_lease() -> None:
    leases, system = Shared(FixedClock()), System()
    system.free.set()

    await _stage(leases, Kept())(call(operation="Cheap"), None, proceed=system.proceed)  # type: ignore[arg-type]

    assert not leases.waits
    assert 1 == system.asked


async def test_after_a_failure_the_next_one_asks() -> None:
    leases, kept, system = Shared(FixedClock()), Kept(), System()
    system.failure = Unavailable("refused", system="hss")
    asking = [
        asyncio.create_task(_stage(leases, kept)(call(), None, proceed=system.proceed))  # type: ignore[arg-type]
        for _ in range(3)
    ]
    await turns()
    system.free.set()
    outcomes = await asyncio.gather(*asking, return_exceptions=True)

    assert 3 == system.asked
    assert 1 == system.most_at_once
    assert all(isinstance(outcome, Unavailable) for outcome in outcomes)
    assert not leases.holder


async def test_a_holder_that_died_costs_the_time_of_its_lease_and_no_more() -> None:
    clock = FixedClock()
    leases, system = Shared(clock), System()
    leases.dead = True
    leases.holder["Get"] = _Lease(leases, "Get")
    system.free.set()
    began = clock.monotonic()

    answer = await _stage(leases, Kept())(call(), None, proceed=system.proceed)  # type: ignore[arg-type]

    assert "answer 1" == answer.value
    assert pytest.approx(TTL_S) == clock.monotonic() - began


async def test_an_answer_that_came_before_the_lease_is_taken() -> None:
    leases, kept, system = Shared(FixedClock()), Kept(), System()
    kept.answers["Get"] = Answer("there", CLOCK.now())

    answer = await _stage(leases, kept)(call(), None, proceed=system.proceed)  # type: ignore[arg-type]

    assert "there" == answer.value
    assert 0 == system.asked
    assert not leases.holder


async def test_a_cancelled_holder_gives_its_lease_back() -> None:
    leases, system = Shared(FixedClock()), System()
    asking = asyncio.create_task(_stage(leases, Kept())(call(), None, proceed=system.proceed))  # type: ignore[arg-type]
    await turns()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking

    assert not leases.holder


async def test_the_guard_gives_a_lease_back_only_when_the_answer_is_kept() -> None:
    clock = FixedClock()
    leases, store = Shared(clock), DictStore()
    settings = GuardSettings(fresh_s={"Get": 30}, expensive=frozenset({"Get"}))
    guard = guard_for("hss", settings, clock=clock, store=store, leases=leases)

    class Watching(_Lease):
        async def release(self) -> None:
            assert store.kept
            await super().release()

    async def take(key: str, *, ttl_s: float) -> Held:
        leases.holder[key] = Watching(leases, key)
        return leases.holder[key]

    leases.take = take  # type: ignore[method-assign]

    async def ask() -> str:
        return "answer"

    assert "answer" == (await guard.call(call(), ask)).value
    assert not leases.holder


def test_an_expensive_operation_whose_answers_are_not_kept_is_a_mistake() -> None:
    with pytest.raises(ValidationError, match=r"give it a time in guard\.fresh_s"):
        GuardSettings(expensive=frozenset({"Get"}))
    assert GuardSettings(expensive=frozenset({"Get"}), fresh_s={"Get": 1}).expensive
