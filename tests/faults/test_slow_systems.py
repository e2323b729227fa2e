"""Systems that are silent or endlessly slow: their fields are lost in time, they are left alone, and nothing is left behind."""

import asyncio
import time

import pytest

from tests.e2e.everything import SYSTEMS
from tests.faults.asking import (
    BUSY_S,
    FIELDS,
    FULL,
    TRANSPORTS,
    WHOLE_AGAIN_S,
    ask,
    gauges,
    is_open,
    numbers,
    p99,
    steadily,
    until,
    until_whole,
)
from tests.faults.conftest import SpoiltGateway
from tests.faults.proxy import NetworkFault

BAR_S = 2.5
LEFT_ALONE_S = 0.05
LATE = {"UPSTREAM_TIMEOUT", "DEADLINE", "UPSTREAM_UNAVAILABLE"}
HARD_TIMEOUT_S = 1.8
APART_S = 2.0
"""Probes are no closer together."""

SLOW = (NetworkFault.BLACKHOLE, NetworkFault.LATE, NetworkFault.VERY_LATE, NetworkFault.DRIP, NetworkFault.TRICKLE)
# One fault for each system where counts are reduced; which one is of no importance.
CELLS = [
    pytest.param(
        system,
        fault,
        id=f"{system}-{fault.name.lower()}",
        marks=() if SLOW[number % len(SLOW)] is fault else pytest.mark.soak,
    )
    for number, system in enumerate(SYSTEMS)
    for fault in SLOW
]


def _in_use(gateway: SpoiltGateway, system: str) -> float:
    return sum(sum(gauges(gateway, "switchboard_places_in_use", name)) for name in TRANSPORTS.get(system, (system,)))


@pytest.mark.parametrize(("system", "fault"), CELLS)
async def test_a_slow_system_costs_its_fields_and_no_time_and_then_is_left_alone(
    spoilt_gateway: SpoiltGateway, system: str, fault: NetworkFault
) -> None:
    gateway, every = spoilt_gateway, numbers()
    gateway.suffer(system, fault)

    waiting = await steadily(gateway, 48, per_s=12)

    assert {frozenset(FIELDS[system])} == {frozenset(each.errors) for each in waiting}
    assert set().union(*(each.errors.values() for each in waiting)) <= LATE
    await asyncio.to_thread(until, lambda: is_open(gateway, system), within_s=10 + BUSY_S)
    # What had begun ends with the time that a call may take, and its connection with it.
    await asyncio.to_thread(until, lambda: not _in_use(gateway, system), within_s=HARD_TIMEOUT_S + 3 + BUSY_S)
    gateway.forget_calls()
    began = time.monotonic()
    refused = [await asyncio.to_thread(ask, gateway, every) for _ in range(100 if FULL else 10)]
    sent = sum(gateway.calls(logins=True).get(system, {}).values())
    assert {"UPSTREAM_UNAVAILABLE"} == set().union(*(each.errors.values() for each in refused))
    assert sent <= len(TRANSPORTS.get(system, (system,))) * ((time.monotonic() - began) / APART_S + 1)
    gateway.heal()
    again_s = await asyncio.to_thread(until_whole, gateway, within_s=WHOLE_AGAIN_S)
    figures = {"slowest, s": max(each.took_s for each in waiting), "p99 open, s": p99(refused), "again, s": again_s}
    print(system, fault.name, {name: round(value, 3) for name, value in figures.items()})  # noqa: T201 - figures
    if FULL:
        well = [ask(gateway, every) for _ in range(100)]
        assert max(each.took_s for each in waiting) <= BAR_S
        assert p99(refused) <= LEFT_ALONE_S + p99(well)


@pytest.mark.parametrize("fault", [NetworkFault.BLACKHOLE, NetworkFault.STALL, NetworkFault.DRIP])
async def test_no_connection_of_a_call_that_took_too_long_is_left_open(
    spoilt_gateway: SpoiltGateway, fault: NetworkFault
) -> None:
    gateway = spoilt_gateway
    gateway.suffer("crm", fault)

    await steadily(gateway, 5, per_s=10)

    await asyncio.to_thread(until, lambda: not _in_use(gateway, "crm"), within_s=HARD_TIMEOUT_S + 3 + BUSY_S)
    assert not gateway.proxies.open("crm")
