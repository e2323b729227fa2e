"""A gateway that is hardly asked: a system was away, and the first question after it came back is whole."""

import asyncio

import pytest

from tests.e2e.everything import SYSTEMS
from tests.faults.asking import ask, is_open, numbers, steadily
from tests.faults.conftest import SpoiltGateway

WHOLE_AGAIN_S = 6.0


@pytest.mark.parametrize("system", [SYSTEMS[0], *(pytest.param(name, marks=pytest.mark.soak) for name in SYSTEMS[1:])])
async def test_the_first_question_after_an_outage_is_whole_though_nobody_has_asked_since(
    spoilt_gateway: SpoiltGateway, system: str
) -> None:
    gateway, every = spoilt_gateway, numbers()
    gateway.fault(system, "off")
    while not await asyncio.to_thread(is_open, gateway, system):
        await steadily(gateway, 20, per_s=50, every=every)
    gateway.heal()
    await asyncio.sleep(WHOLE_AGAIN_S)

    asked = [await asyncio.to_thread(ask, gateway, every) for _ in range(3)]
    assert [{}, {}, {}] == [each.errors for each in asked]
