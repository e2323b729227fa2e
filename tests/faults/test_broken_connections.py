"""Connections that are refused, reset, cut or stalled: what is asked again, how often, and that no part is taken for the whole."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.everything import SYSTEMS
from tests.faults.asking import CALLS, FIELDS, FULL, Asked, ask, codes, numbers, steadily, until
from tests.faults.conftest import SpoiltGateway, use_every_session
from tests.faults.proxy import NetworkFault

COUNT, PER_S = (300, 10) if FULL else (40, 20)
SHARE = 0.1
BREAKING = [NetworkFault.RESET, NetworkFault.RESET_INSIDE, NetworkFault.CUT, NetworkFault.RESET_AFTER]
STOPPING = [NetworkFault.STALL, NetworkFault.HALF_CLOSE]
GONE = {"UPSTREAM_UNAVAILABLE"}


def _sent(gateway: SpoiltGateway) -> dict[str, int]:
    return {name: sum(calls.values()) for name, calls in gateway.calls().items()}


@pytest.mark.parametrize("fault", BREAKING, ids=lambda fault: fault.name.lower())
async def test_where_a_tenth_of_the_answers_breaks_each_question_is_sent_little_more_than_once(
    spoilt_gateway: SpoiltGateway, fault: NetworkFault
) -> None:
    gateway = spoilt_gateway
    await asyncio.to_thread(use_every_session, gateway)
    for system in SYSTEMS:
        gateway.suffer(system, fault, share=SHARE)

    asked = await steadily(gateway, COUNT, per_s=PER_S)

    sent, spoilt = _sent(gateway), {system: gateway.proxies.spoilt(system) for system in SYSTEMS}
    whole = sum(not each.errors for each in asked) / COUNT
    print(fault.name, {"whole": whole, "codes": codes(asked), "sent": sent, "spoilt": spoilt})  # noqa: T201 - figures
    for system in SYSTEMS:
        # Each that broke was asked at most once more, so nothing is asked behind anybody's back; and where the answer
        # was whole before the connection broke there is nothing to ask again. (A reset takes away what has come and
        # was not read, which a busy machine may do too late.)
        again = 0 if FULL and fault is NetworkFault.RESET_AFTER else spoilt[system]
        assert sent[system] <= COUNT * CALLS[system] + again
    assert set(codes(asked)) <= GONE or not FULL
    # Two of five are lost where nothing is asked again. What a busy machine has no time for is not lost by breaking.
    broken = sum(bool(GONE & {*each.errors.values()}) for each in asked)
    assert broken <= (COUNT // 10 if FULL else COUNT // 4)
    if FULL:
        assert whole >= 0.9
        assert all(sent[system] <= 1.2 * COUNT * CALLS[system] for system in SYSTEMS)


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_connection_that_the_system_closes_while_it_is_unused_costs_nothing(
    spoilt_gateway: SpoiltGateway, system: str
) -> None:
    gateway, every = spoilt_gateway, numbers()
    gateway.suffer(system, NetworkFault.CLOSED_IDLE)
    # Those that others left open are closed when they have been used once.
    for _ in range(200):
        if _closed(gateway, every, system):
            break
    before = gateway.proxies.accepted(system)
    gateway.forget_calls()

    asked = [_asked_and_closed(gateway, every, system) for _ in range(10)]

    assert not any(each.errors for each in asked)
    assert gateway.proxies.accepted(system) >= before + 10
    well = sum(gateway.calls()[system].values())
    gateway.heal()
    gateway.forget_calls()
    again = [ask(gateway, every) for _ in range(10)]
    assert not any(each.errors for each in again)
    # A question that goes out while its connection is being closed is asked again, and only that one.
    assert well <= 1.5 * sum(gateway.calls()[system].values())


def _closed(gateway: SpoiltGateway, every: Iterator[str], system: str) -> bool:
    """Ask, and tell whether no connection is left soon after."""
    ask(gateway, every)
    time.sleep(0.06)
    return not gateway.proxies.open(system)


def _asked_and_closed(gateway: SpoiltGateway, every: Iterator[str], system: str) -> Asked:
    """Ask, and wait until the system has closed a connection more, and closes no other."""
    before = _ended(gateway, system)
    asked = ask(gateway, every)
    until(lambda: _ended(gateway, system) > before, within_s=30)
    ended = 0
    while ended != (ended := _ended(gateway, system)):
        time.sleep(0.06)
    return asked


def _ended(gateway: SpoiltGateway, system: str) -> int:
    return gateway.proxies.accepted(system) - gateway.proxies.open(system)


@pytest.mark.parametrize("fault", STOPPING, ids=lambda fault: fault.name.lower())
@pytest.mark.parametrize("system", SYSTEMS)
def test_an_answer_that_stops_half_way_is_no_answer_and_its_connection_is_not_used_again(
    spoilt_gateway: SpoiltGateway, system: str, fault: NetworkFault
) -> None:
    gateway, every = spoilt_gateway, numbers()
    gateway.suffer(system, fault)

    stopped = ask(gateway, every)

    assert FIELDS[system] == set(stopped.errors)
    # No value is made of the half that came.
    assert all(_at(stopped.answer["data"], path) is None for path in FIELDS[system])
    before = gateway.proxies.accepted(system)
    gateway.heal()
    # The old connection is stopped for good: whoever asked over it would wait in vain.
    assert not ask(gateway, every).errors
    assert gateway.proxies.accepted(system) > before


def _at(data: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        data = None if data is None else data[step]
    return data
