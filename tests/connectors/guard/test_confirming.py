"""What is kept goes along with a call whose system can be asked whether it still holds, and comes back as new."""

from typing import Any

import pytest

from connectors.errors import Unavailable
from connectors.guard import Answer, Call, Guard, GuardSettings, Keys, known_answer, subject, validated_by
from connectors.guard.answer import Known
from connectors.guard.cache import Cache
from connectors.guard.pipeline import Ask, Proceed
from connectors.terms import Terms
from gateway.stores.memory import MemoryStore
from schema.parts import PrepaidPart
from tests.connectors.guard.asking import turns
from tests.connectors.guard.windows import Events, Windowed
from tests.connectors.support import FixedClock

ACCOUNT = frozenset({PrepaidPart.ACCOUNT})
BOTH = frozenset(PrepaidPart)


class Confirming:
    """A system whose one value has a version, and a dialect that asks whether that is still the version."""

    def __init__(self) -> None:
        self.version = 1
        self.knew: list[Any] = []

    async def ask(self) -> str:
        known = known_answer()
        self.knew.append(None if known is None else known.value)
        validator = f"v{self.version}"
        validated_by(validator, confirmed=known is not None and known.validator == validator)
        return f"value {self.version}"


async def test_what_is_kept_is_brought_to_whoever_asks_and_confirmed() -> None:
    kept = Windowed(Confirming(), fresh_s=10, stale_s=100)
    await kept.ask()
    kept.clock.advance(11)

    answer = await kept.answer()

    assert [None, "value 1"] == kept.system.knew
    assert ("value 1", kept.clock.now(), "v1") == (answer.value, answer.fetched_at, answer.validator)
    assert {"confirmed": 1} == kept.events.told
    assert answer is await kept.answer()


async def test_what_is_answered_anew_is_not_told_as_confirmed() -> None:
    kept = Windowed(Confirming(), fresh_s=10, stale_s=100)
    await kept.ask()
    kept.clock.advance(11)
    kept.system.version = 2

    assert "value 2" == await kept.ask()
    assert not kept.events.told["confirmed"]


async def test_a_system_without_validators_is_asked_as_ever() -> None:
    kept = Windowed(fresh_s=10, stale_s=100)
    seen: list[Any] = []

    async def ask() -> None:
        seen.append(known_answer())

    for _ in range(2):
        await kept.guard.call(kept.call(), ask)
        kept.clock.advance(11)

    assert [None, None] == seen


@pytest.mark.parametrize(("first", "then"), [(BOTH, ACCOUNT), (ACCOUNT, BOTH)])
async def test_an_answer_with_other_parts_is_not_what_is_asked_about(first: Any, then: Any) -> None:
    kept = Windowed(Confirming(), fresh_s=10, stale_s=100)
    await kept.ask(parts=first)
    kept.clock.advance(11)

    await kept.ask(parts=then)

    assert [None, None] == kept.system.knew


async def test_one_that_is_beyond_its_windows_is_gone_whatever_the_store_still_has() -> None:
    kept = Windowed(Confirming(), store=Undropped(), fresh_s=10, stale_s=100)
    await kept.ask()
    kept.clock.advance(111)

    await kept.ask()

    assert [None, None] == kept.system.knew


async def test_each_try_may_confirm_it() -> None:
    kept = Windowed(Failing(), fresh_s=10, stale_s=100, attempts=2)
    await kept.ask()
    kept.clock.advance(11)
    kept.system.failures = 1

    await kept.ask()

    assert [None, "value 1", "value 1"] == kept.system.knew
    assert 1 == kept.events.told["confirmed"]


async def test_nothing_is_known_outside_of_a_call() -> None:
    validated_by("v1")

    assert known_answer() is None


class Failing(Confirming):
    """Fails so many times before it answers."""

    failures = 0

    async def ask(self) -> str:
        answer = await super().ask()
        if self.failures:
            self.failures -= 1
            raise Unavailable("reset", system="hss", retry_after_s=0.0)
        return answer


class Undropped:
    """A store that forgets nothing by itself, and lets a test come between."""

    def __init__(self) -> None:
        self.kept: dict[str, Answer[Any]] = {}
        self.asked_at: list[float] = []
        self.after_get: Any = None

    async def get(self, key: str) -> Answer[Any] | None:
        found = self.kept.get(key)
        if self.after_get is not None and found is not None:
            then, self.after_get = self.after_get, None
            await then()
        return found

    async def set(self, key: str, answer: Answer[Any], *, asked_at: float, **_: object) -> None:
        self.kept[key] = answer
        self.asked_at.append(asked_at)

    async def drop(self, _: Any) -> None:
        self.kept.clear()


async def test_what_is_dropped_while_it_is_looked_up_is_not_asked_about() -> None:
    store = Undropped()
    kept = Windowed(Confirming(), store=store, fresh_s=10, stale_s=100)
    await kept.ask()
    kept.clock.advance(11)
    store.after_get = lambda: store.drop(())

    await kept.ask()

    assert [None, None] == kept.system.knew


class Between:
    """The stages of the cache with something between them that takes its time, as a lease may."""

    def __init__(self) -> None:
        self.clock = FixedClock()
        self.store = MemoryStore(max_entries=10, clock=self.clock)
        self.keys = Keys(b"x")
        self.system = Confirming()
        self.meanwhile: Any = None
        settings = GuardSettings.model_validate({"jitter": 0, "fresh_s": {"*": 10}, "stale_s": {"*": 100}})
        cache = Cache(settings, store=self.store, clock=self.clock, watcher=Events(), keys=self.keys)
        self.guard = Guard((cache.recall, self._between, cache.keep), clock=self.clock, closing=[cache])

    async def _between(self, call: Call, ask: Ask, *, proceed: Proceed) -> Answer[Any]:
        if self.meanwhile is not None:
            await self.meanwhile()
        return await proceed(call, ask)

    async def ask(self) -> Any:
        about = (subject.line("42"),)
        return (
            await self.guard.call(Call("hss", "Get", ("42",), Terms.after(5, self.clock), about=about), self.system.ask)
        ).value

    async def drops(self) -> None:
        self.clock.advance(0.1)
        await self.store.drop(self.keys.tags([subject.line("42")]))
        self.clock.advance(0.1)


async def test_what_is_dropped_before_the_question_is_sent_is_not_kept_by_its_confirmation() -> None:
    between = Between()
    await between.ask()
    between.clock.advance(11)
    between.meanwhile = between.drops

    await between.ask()

    assert [None, "value 1"] == between.system.knew
    assert 0 == len(between.store)


async def test_but_what_was_answered_anew_after_the_drop_is() -> None:
    between = Between()
    await between.ask()
    between.clock.advance(11)
    between.meanwhile = between.drops
    between.system.version = 2

    await between.ask()

    assert 1 == len(between.store)


async def test_a_refresh_looks_again_at_what_it_asks_about() -> None:
    kept = Windowed(Confirming(), fresh_s=10, revalidate_s=100)
    await kept.ask()
    kept.clock.advance(11)
    await kept.ask()
    for key in list(kept.store._entries):
        await kept.store._forget(key)
    await turns(10)

    assert [None, None] == kept.system.knew


def test_nothing_of_what_is_known_is_printed_with_the_call() -> None:
    clock = FixedClock()
    known = Known(Answer("value of 42", clock.now(), validator="v1"), clock.monotonic())
    call = Call("hss", "Get", ("42",), Terms.after(5, clock), known=known)

    assert "42" not in repr(call)
    assert call == Call("hss", "Get", ("42",), Terms(call.within.at))
