"""A system that fails every call at a steady load: it is not asked to death, and it is whole again when it is well."""

import asyncio
import time

import pytest

from tests.e2e.everything import SYSTEMS
from tests.faults.asking import CALLS, FULL, WHOLE_AGAIN_S, codes, steadily, until_whole
from tests.faults.conftest import SpoiltGateway
from tests.faults.proxy import NetworkFault

COUNT, PER_S = (300, 10) if FULL else (50, 25)
SAVED = 10
"""Retries that may have been saved while all was well; one more comes back in ten seconds."""

TO_OPEN = 20 + 16
APART_S = 2.0
UPSTREAMS = {"recharge": 2}
"""Two systems, each with a budget of its own, behind one address."""

FAILING = ["503", "fault", NetworkFault.RESET]
CELLS = [
    pytest.param(
        system,
        fault,
        id=f"{system}-{fault}".replace(" ", "_"),
        marks=() if system == ("billing" if fault == "fault" else "crm") else pytest.mark.soak,
    )
    for system in SYSTEMS
    for fault in FAILING
]


async def _browned_out(gateway: SpoiltGateway, system: str, fault: str) -> tuple[int, int, float]:
    """The calls it is sent by as many questions while well and while ill, and the seconds that the latter took."""
    gateway.forget_calls()
    await steadily(gateway, COUNT, per_s=PER_S)
    well = sum(gateway.calls()[system].values())
    if isinstance(fault, NetworkFault):
        gateway.suffer(system, fault)
    else:
        gateway.fault(system, fault)
    gateway.forget_calls()
    began = time.monotonic()
    asked = await steadily(gateway, COUNT, per_s=PER_S)
    took_s = time.monotonic() - began
    ill = sum(gateway.calls().get(system, {}).values())
    # A busy machine may have had no time to ask for all of it.
    well = max(well, COUNT * CALLS[system])
    assert all(each.errors for each in asked)
    gateway.heal()
    again_s = await asyncio.to_thread(until_whole, gateway, within_s=WHOLE_AGAIN_S)
    print(system, fault, {"well": well, "ill": ill, "again": round(again_s, 2), "codes": codes(asked)})  # noqa: T201 - figures
    return well, ill, took_s


@pytest.mark.parametrize(("system", "fault"), CELLS)
async def test_without_a_breaker_the_retries_alone_add_no_tenth(
    undefended_gateway: SpoiltGateway, system: str, fault: str
) -> None:
    well, ill, took_s = await _browned_out(undefended_gateway, system, fault)

    budgets = UPSTREAMS.get(system, 1)
    assert ill <= well + budgets * (SAVED + took_s / 10 + 1)
    if FULL:
        assert ill <= 1.1 * well


@pytest.mark.parametrize(("system", "fault"), CELLS)
async def test_with_a_breaker_it_is_asked_no_more_than_it_takes_to_know(
    spoilt_gateway: SpoiltGateway, system: str, fault: str
) -> None:
    well, ill, took_s = await _browned_out(spoilt_gateway, system, fault)

    assert ill <= UPSTREAMS.get(system, 1) * (TO_OPEN + SAVED + took_s / APART_S + 1)
    if FULL:
        assert ill <= 1.1 * well
