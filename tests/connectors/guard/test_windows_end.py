"""When the windows of kept answers end: not for all at once, and not later because a clock was set back."""

import pytest

from connectors.errors import (
    Unavailable,
)
from tests.connectors.guard.windows import DOWN, Windowed, cache_of
from tests.connectors.support import FixedClock


class TestJitter:
    async def test_a_herd_that_came_together_does_not_end_together(self) -> None:
        kept = Windowed(fresh_s=100, jitter=0.1)
        for number in range(200):
            await kept.ask(str(number))

        kept.clock.advance(89.9)
        asked = []
        for _ in range(12):
            before = kept.system.asked
            for number in range(200):
                await kept.ask(str(number))
            asked.append(kept.system.asked - before)
            kept.clock.advance(1)

        assert 0 == asked[0]
        assert 200 == sum(asked)
        assert max(asked) < 60

    async def test_none_is_fresh_for_longer_than_the_operator_said_nor_for_much_less(self) -> None:
        shares = iter([0.0, 0.5, 0.999])
        kept = Windowed(fresh_s=100, jitter=0.2)
        cache = cache_of(kept.guard)
        assert cache is not None
        cache._dice = lambda: next(shares)
        ends = [(await kept.answer(str(number))).fresh_s for number in range(3)]

        assert [100, 90, pytest.approx(80.02)] == ends


class TestClocks:
    async def test_a_calendar_that_is_set_back_makes_nothing_younger(self) -> None:
        clock = FixedClock()
        kept = Windowed(clock=clock, fresh_s=10, stale_s=100)
        await kept.ask()
        clock.set_back(4)
        assert 1 == await kept.ask()
        clock.advance(10)
        assert 2 == await kept.ask()
        kept.system.failure = DOWN
        clock.advance(99)
        assert 2 == await kept.ask()
        clock.advance(11)
        with pytest.raises(Unavailable):
            await kept.ask()

    async def test_what_would_be_shown_as_from_the_future_is_given_to_nobody(self) -> None:
        clock = FixedClock()
        kept = Windowed(clock=clock, fresh_s=10, stale_s=100)
        assert 1 == await kept.ask()
        clock.set_back(3600)

        assert 2 == await kept.ask()
        assert 2 == await kept.ask()
        clock.set_back(3600)
        kept.system.failure = DOWN
        with pytest.raises(Unavailable):
            await kept.ask()

    async def test_what_another_process_got_has_no_age_before_its_time(self) -> None:
        kept = Windowed(fresh_s=10, stale_s=100)
        answer = await kept.answer()
        (key,) = kept.store._cache._cache
        kept.store._cache._cache[key] = type(answer)(answer.value, answer.fetched_at)
        kept.clock._now = answer.fetched_at.replace(year=2020)

        assert 2 == await kept.ask()
