"""The windows of kept answers, through the whole guard: given at once, given instead of an error, and never longer."""

import asyncio
import gc

import pytest

from connectors.errors import (
    BadData,
    Busy,
    ConnectorError,
    Misconfigured,
    NotFresh,
    NotKnown,
    Rejected,
    TimedOut,
    Unavailable,
    UnderMaintenance,
)
from connectors.guard.record import RECORD, recorded
from connectors.terms import Criticality
from tests.connectors.guard.asking import System, turns
from tests.connectors.guard.windows import ACCOUNT, BOTH, DOWN, UNKNOWN, Windowed, cache_of


class TestRevalidate:
    async def test_an_answer_beyond_its_time_is_given_at_once_and_asked_for_anew_behind_the_caller(self) -> None:
        kept = Windowed(fresh_s=10, revalidate_s=20)
        await kept.ask()
        kept.clock.advance(10)

        assert 1 == await kept.ask()
        await kept.settle()

        assert [2, 2] == [await kept.ask(), kept.system.asked]
        assert {"stale": 1, "refreshed": 1, "cached": 1} == kept.events.told
        assert not kept.refreshing

    async def test_a_thousand_callers_after_the_fresh_time_ask_once(self) -> None:
        kept = Windowed(fresh_s=10, revalidate_s=20)
        await kept.ask()
        kept.clock.advance(11)

        answers = await asyncio.gather(*(kept.ask() for _ in range(1000)))
        await kept.settle()

        assert ({1}, 2) == (set(answers), kept.system.asked)

    async def test_one_refresh_runs_for_a_key_however_long_it_takes(self) -> None:
        kept = Windowed(System(), fresh_s=10, revalidate_s=20)
        kept.system.free.set()
        await kept.ask()
        await kept.ask("43")
        kept.system.free.clear()
        kept.clock.advance(10)

        for _ in range(5):
            assert "answer 1" == await kept.ask()
            await kept.ask("43")
            await turns()

        assert (4, 2) == (kept.system.asked, kept.refreshing)
        assert not kept.events.told["shared"]
        kept.system.free.set()
        await kept.settle()
        assert 0 == kept.refreshing

    async def test_a_caller_that_must_have_the_newest_joins_the_refresh(self) -> None:
        kept = Windowed(System(), fresh_s=10, revalidate_s=20)
        kept.system.free.set()
        await kept.ask()
        kept.system.free.clear()
        kept.clock.advance(10)
        await kept.ask()

        strict = asyncio.ensure_future(kept.ask(max_age_s=9))
        await turns()
        kept.system.free.set()

        assert "answer 2" == await strict
        assert 2 == kept.system.asked

    async def test_a_refresh_is_the_least_important_call_and_has_the_systems_time(self) -> None:
        seen = []
        kept = Windowed(fresh_s=10, revalidate_s=20, timeout_s=1.5)
        await kept.ask()
        kept.clock.advance(10)
        stage = kept.guard._run
        cache = cache_of(kept.guard)
        assert cache is not None

        async def proceed(call, ask):
            seen.append(call.within)
            return await stage(call, ask)

        await cache.recall(kept.call(seconds=0.1), kept.system.ask, proceed=proceed)
        await kept.settle()

        (within,) = seen
        assert (Criticality.BATCH, 1.5) == (within.criticality, within.remaining(kept.clock))

    @pytest.mark.parametrize("failure", [DOWN, BadData("cut", system="hss"), RuntimeError("a surprise")])
    async def test_one_that_fails_is_told_and_leaves_the_answer_and_nothing_else(self, failure: Exception) -> None:
        kept = Windowed(fresh_s=10, revalidate_s=20)
        await kept.ask()
        kept.clock.advance(10)
        kept.system.failure = failure

        assert 1 == await kept.ask()
        await kept.settle()
        kept.system.failure = None
        assert (0, 1) == (kept.refreshing, kept.events.told["not_refreshed"])
        kept.clock.advance(1)
        assert 1 == await kept.ask()
        await kept.settle()
        gc.collect()  # An error that nobody asked for would be told here, and warnings are errors.

        assert 3 == await kept.ask()

    async def test_one_that_learns_that_it_is_gone_takes_the_answer_away(self) -> None:
        kept = Windowed(fresh_s=10, revalidate_s=20)
        await kept.ask()
        kept.clock.advance(10)
        kept.system.failure = UNKNOWN
        await kept.ask()
        await kept.settle()

        with pytest.raises(NotKnown):
            await kept.ask()
        assert 1 == kept.events.told["refreshed"]

    async def test_closing_ends_it_also_before_its_first_step(self) -> None:
        kept = Windowed(System(), fresh_s=10, revalidate_s=20)
        kept.system.free.set()
        await kept.ask()
        await kept.ask("43")
        kept.system.free.clear()
        kept.clock.advance(10)
        await kept.ask()
        await turns()
        await kept.ask("43")

        await kept.guard.aclose()

        assert (0, 0) == (kept.refreshing, kept.system.running)
        assert 1 == len(asyncio.all_tasks())

    async def test_it_belongs_to_no_question(self) -> None:
        kept = Windowed(fresh_s=10, revalidate_s=20)
        await kept.ask()
        kept.clock.advance(10)
        seen = []

        async def ask() -> None:
            seen.append(RECORD.get())

        with recorded() as record:
            await kept.guard.call(kept.call(), ask)
            await kept.settle()

        assert ((), [None]) == (record.whole, seen)


class TestStaleIfError:
    @pytest.mark.parametrize("kind", [Unavailable, TimedOut, Busy, UnderMaintenance, BadData])
    async def test_the_last_answer_stands_in_for_a_system_that_cannot_answer(self, kind: type[ConnectorError]) -> None:
        kept = Windowed(fresh_s=10, stale_s=100)
        await kept.ask()
        kept.clock.advance(109.9)
        kept.system.failure = kind("ill", system="hss")

        assert 1 == await kept.ask()
        assert 2 == kept.system.asked
        assert 1 == kept.events.told["stale"]

    @pytest.mark.parametrize("kind", [Rejected, NotKnown, Misconfigured])
    async def test_it_does_not_stand_in_for_what_a_well_system_says(self, kind: type[ConnectorError]) -> None:
        kept = Windowed(fresh_s=10, stale_s=100)
        await kept.ask()
        kept.clock.advance(10)
        kept.system.failure = kind("no", system="hss")

        with pytest.raises(kind):
            await kept.ask()

    async def test_beyond_its_window_the_error_is_raised(self) -> None:
        kept = Windowed(fresh_s=10, stale_s=100)
        await kept.ask()
        kept.clock.advance(110)
        kept.system.failure = DOWN

        with pytest.raises(Unavailable, match="reset"):
            await kept.ask()

    async def test_a_window_that_ends_while_the_system_is_asked_has_ended(self) -> None:
        kept = Windowed(fresh_s=10, stale_s=100)
        await kept.ask()
        kept.clock.advance(109)

        async def slow_failure() -> int:
            kept.clock.advance(1)
            raise DOWN

        with pytest.raises(Unavailable, match="reset"):
            await kept.guard.call(kept.call(), slow_failure)

    async def test_what_was_dropped_while_the_system_was_asked_is_not_given(self) -> None:
        kept = Windowed(fresh_s=10, stale_s=100)
        await kept.ask()
        kept.clock.advance(10)

        async def dropped() -> int:
            for each in kept.store._entries.values():
                each.end = 0.0
            raise DOWN

        with pytest.raises(Unavailable, match="reset"):
            await kept.guard.call(kept.call(), dropped)

    async def test_a_caller_whose_time_is_up_gets_it_and_the_call_runs_on(self) -> None:
        kept = Windowed(System(), fresh_s=10, stale_s=100)
        kept.system.free.set()
        await kept.ask()
        kept.system.free.clear()
        kept.clock.advance(10)

        assert "answer 1" == await kept.ask(seconds=0.005)
        kept.system.free.set()
        await kept.settle()

        assert "answer 2" == await kept.ask()
        assert 2 == kept.system.asked

    async def test_a_caller_without_time_gets_it(self) -> None:
        kept = Windowed(fresh_s=10, stale_s=100)
        await kept.ask()
        kept.clock.advance(10)

        assert 1 == await kept.ask(seconds=0)
        assert 1 == kept.system.asked

    async def test_it_must_have_the_parts(self) -> None:
        kept = Windowed(fresh_s=10, stale_s=100)
        await kept.ask(parts=ACCOUNT)
        kept.clock.advance(10)
        kept.system.failure = DOWN

        assert 1 == await kept.ask(parts=ACCOUNT)
        with pytest.raises(Unavailable):
            await kept.ask(parts=BOTH)

    async def test_without_a_fresh_time_it_is_given_only_then(self) -> None:
        kept = Windowed(stale_s=100)

        assert [1, 2] == [await kept.ask(), await kept.ask()]
        kept.system.failure = DOWN
        assert 2 == await kept.ask()


class TestMaxAge:
    @pytest.mark.parametrize("age_s", [5.1, 15, 50])
    async def test_an_older_answer_is_asked_for_anew_in_every_window(self, age_s: float) -> None:
        kept = Windowed(fresh_s=10, revalidate_s=20, stale_s=100)
        await kept.ask()
        kept.clock.advance(age_s)

        assert 2 == await kept.ask(max_age_s=5)

    @pytest.mark.parametrize("age_s", [5.1, 15, 50])
    async def test_when_the_system_cannot_answer_it_is_not_fresh(self, age_s: float) -> None:
        kept = Windowed(fresh_s=10, revalidate_s=20, stale_s=100)
        await kept.ask()
        kept.clock.advance(age_s)
        kept.system.failure = DOWN

        with pytest.raises(NotFresh) as raised:
            await kept.ask(max_age_s=5)

        assert ("hss", "Get") == (raised.value.system, raised.value.operation)
        assert raised.value.__cause__ is raised.value.__context__ is None

    async def test_when_nothing_was_kept_the_error_is_the_systems_own(self) -> None:
        kept = Windowed(fresh_s=10, stale_s=100)
        kept.system.failure = DOWN

        with pytest.raises(Unavailable, match="reset"):
            await kept.ask(max_age_s=5)

    async def test_what_is_young_enough_is_given_from_every_window(self) -> None:
        kept = Windowed(fresh_s=10, stale_s=100)
        await kept.ask()
        kept.clock.advance(50)
        kept.system.failure = DOWN

        assert 1 == await kept.ask(max_age_s=50)

    async def test_what_a_well_system_says_comes_through(self) -> None:
        kept = Windowed(fresh_s=10, stale_s=100)
        await kept.ask()
        kept.clock.advance(9)
        kept.system.failure = UNKNOWN

        with pytest.raises(NotKnown):
            await kept.ask(max_age_s=5)
