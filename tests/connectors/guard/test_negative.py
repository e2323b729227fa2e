"""That a system does not know something, kept for its time: through the whole guard."""

import asyncio

import pytest

from connectors.errors import (
    NotKnown,
    Unavailable,
)
from tests.connectors.guard.windows import ACCOUNT, BOTH, DOWN, UNKNOWN, Windowed


class TestNegative:
    async def test_that_something_is_not_known_is_remembered_for_its_time(self) -> None:
        kept = Windowed(negative_s=5)
        kept.system.failure = UNKNOWN
        for _ in range(3):
            with pytest.raises(NotKnown) as raised:
                await kept.ask()

        assert ("nobody has it", "hss", "Get", 1) == (
            raised.value.reason,
            raised.value.system,
            raised.value.operation,
            kept.system.asked,
        )
        assert {"negative": 2} == kept.events.told
        kept.clock.advance(5)
        kept.system.failure = None
        assert 2 == await kept.ask()

    async def test_every_caller_gets_an_error_of_its_own(self) -> None:
        kept = Windowed(negative_s=5)
        kept.system.failure = UNKNOWN
        errors = await asyncio.gather(*(kept.ask(str(n % 2)) for n in range(4)), return_exceptions=True)
        errors += await asyncio.gather(*(kept.ask(str(n % 2)) for n in range(4)), return_exceptions=True)

        assert 4 == len({id(error) for error in errors[4:]})

    async def test_without_a_time_it_is_asked_each_time(self) -> None:
        kept = Windowed(fresh_s=10, stale_s=100)
        kept.system.failure = UNKNOWN
        for _ in range(2):
            with pytest.raises(NotKnown):
                await kept.ask()

        assert 2 == kept.system.asked

    @pytest.mark.parametrize("negative_s", [0, 5])
    async def test_it_takes_the_place_of_an_answer(self, negative_s: float) -> None:
        kept = Windowed(fresh_s=10, stale_s=100, negative_s=negative_s)
        await kept.ask()
        kept.clock.advance(10)
        kept.system.failure = UNKNOWN
        with pytest.raises(NotKnown):
            await kept.ask()
        kept.clock.advance(20)
        kept.system.failure = DOWN

        with pytest.raises(Unavailable, match="reset"):
            await kept.ask()

    async def test_an_answer_takes_its_place(self) -> None:
        kept = Windowed(negative_s=50)
        kept.system.failure = UNKNOWN
        with pytest.raises(NotKnown):
            await kept.ask(parts=ACCOUNT)
        kept.system.failure = None
        await kept.ask(parts=BOTH)

        assert 3 == await kept.ask(parts=ACCOUNT)

    async def test_a_caller_that_takes_nothing_so_old_asks_anew(self) -> None:
        kept = Windowed(negative_s=50)
        kept.system.failure = UNKNOWN
        with pytest.raises(NotKnown):
            await kept.ask()
        kept.system.failure = None
        kept.clock.advance(6)

        assert 2 == await kept.ask(max_age_s=5)

    async def test_what_is_kept_holds_neither_the_error_nor_a_number(self) -> None:
        kept = Windowed(negative_s=50)
        kept.system.failure = UNKNOWN
        with pytest.raises(NotKnown):
            await kept.ask("99960000042")

        ((key, answer),) = kept.store._cache._cache.items()
        assert "Negative(reason='nobody has it')" == repr(answer.value)
        assert "60000042" not in key + repr(answer)
