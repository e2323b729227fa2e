"""`@fresh` over real windows: what is kept and young enough, what is asked anew, and what is given when that fails."""

from typing import Any

import pytest

from connectors.errors import Unavailable
from gateway.operations.outcome import Outcome
from tests.gateway.guarded import World
from tests.resolvers.support import codes

CUSTOMER = 'customer(by: {id: "1000042"})'


def _text(query: str = "", field: str = "") -> str:
    # The age hangs on the moment, so that nothing of it is remembered.
    return (
        f"query Q {query} {{ {CUSTOMER} {{ name bills(first: 1) {field} {{ nodes {{ source {{ freshness }} }} }} }} }}"
    )


async def _known_since(seconds: float, **world: Any) -> World:
    found = World(**world)
    await found.ask(_text())
    found.asked()
    found.clock.advance(seconds)
    return found


def _shown(outcome: Outcome) -> str:
    (bill,) = outcome.data["customer"]["bills"]["nodes"]
    found: str = bill["source"]["freshness"]
    return found


async def test_what_is_young_enough_is_given_and_what_is_not_is_asked_anew() -> None:
    world = await _known_since(10, fresh_s=60)

    assert "CACHED" == _shown(await world.ask(_text("@fresh(maxAge: 10)")))
    assert not world.asked()
    assert "LIVE" == _shown(await world.ask(_text("@fresh(maxAge: 9)")))
    assert {"crm": {"customers": 1}, "billing": {"bills": 1}} == world.asked()


async def test_at_a_field_only_its_own_calls_are_asked_anew() -> None:
    world = await _known_since(10, fresh_s=60)

    assert "LIVE" == _shown(await world.ask(_text(field="@fresh(maxAge: 9)")))
    assert {"billing": {"bills": 1}} == world.asked()


async def test_what_came_anew_serves_those_who_take_older_ones() -> None:
    world = await _known_since(10, fresh_s=60)
    await world.ask(_text(field="@fresh(maxAge: 0)"))
    world.clock.advance(5)
    world.asked()

    assert "CACHED" == _shown(await world.ask(_text(field="@fresh(maxAge: 5)")))
    assert not world.asked()


@pytest.mark.parametrize("mark", ["@fresh(maxAge: 9)", "@fresh(maxAge: 9, else: ERROR)"])
async def test_where_the_system_is_ill_it_is_an_error_of_that_field(mark: str) -> None:
    world = await _known_since(10, fresh_s=60)
    world.operator.billing.failures["bills"] = Unavailable("reset", system="billing", operation="bills")

    outcome = await world.ask(_text(field=mark))

    assert ["NOT_FRESH"] == codes(outcome)
    assert ["customer", "bills"] == outcome.errors[0].path
    assert "CACHED" == _shown(await world.ask(_text()))


async def test_or_the_older_value_marked_stale() -> None:
    world = await _known_since(10, fresh_s=60)
    world.operator.billing.failures["bills"] = Unavailable("reset", system="billing", operation="bills")

    for _ in range(3):
        outcome = await world.ask(_text(field="@fresh(maxAge: 9, else: STALE)"))
        assert not outcome.errors
        assert "STALE" == _shown(outcome)
        assert outcome.fresh_until is not None
        assert outcome.fresh_until < world.clock.now()
