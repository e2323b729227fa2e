"""A thousand equal questions at once that nobody has asked before: each system is asked once, whoever is asked."""

import asyncio
import itertools
import json
import os
from collections.abc import AsyncIterator, Iterator, Sequence

import pytest

from sandbox.population.numbering import LineKey
from tests.e2e.asking import Asking
from tests.e2e.replicas import Replicas, replicas

IS_SOAK = bool(os.environ.get("SWITCHBOARD_SOAK"))
AT_ONCE = 1000 if IS_SOAK else 120
ROUNDS = 5 if IS_SOAK else 2

QUESTION = """
query ($n: MSISDN!) {
  customer(by: {msisdn: $n}) { name status }
  line(by: {msisdn: $n}) { subscriber { status } network { imsi } balances { name } }
}
"""
ONCE = {
    "crm": {"GET /customer": 1},
    "billing": {"QueryCustomerInfo": 1},
    "hss": {"Get": 1},
    "recharge": {"GetBalanceAndDate": 1},
}
LONG_S = 30
"""Longer than a thousand questions take on a busy machine: how long is not what is tried here."""


@pytest.fixture(scope="module")
def three() -> Iterator[Replicas]:
    """What is expensive is marked as such, and kept for a minute, also that something is not known."""
    # A Redis that a busy machine keeps from answering in time counts as away, and whoever has none asks for itself.
    settings = {"SERVER__DEADLINE_S": str(LONG_S), "CACHE__REDIS__TIMEOUT_S": "2"}
    for system, operations in ONCE.items():
        guard = f"SYSTEMS__{system.upper()}__GUARD"
        settings |= {f"{guard}__EXPENSIVE": json.dumps([*operations]), f"{guard}__FRESH_S": '{"*": 60}'}
        settings |= {f"{guard}__NEGATIVE_S": '{"*": 60}', f"{guard}__TIMEOUT_S": str(LONG_S)}
    with replicas(settings) as found:
        yield found


@pytest.fixture
async def asking() -> AsyncIterator[Asking]:
    async with Asking() as found:
        yield found


def _numbers() -> Iterator[str]:
    """A line that nobody has asked about yet, of the province whose systems are counted."""
    for customer in itertools.count(300):
        number = LineKey(customer, 0).msisdn
        if number.startswith("9996"):
            yield number


NUMBERS = _numbers()


async def _at_once(three: Replicas, asking: Asking, urls: Sequence[str]) -> None:
    """
    Everybody asks about the same line, and is told the same; each system is asked once.

    On a machine so busy that Redis was lost, once more for each loss.
    """
    number = next(NUMBERS)
    three.operator.forget_calls()
    asked = (asking.ask(urls[place % len(urls)], QUESTION, {"n": number}) for place in range(AT_ONCE))
    answers = await asyncio.gather(*asked)

    assert "errors" not in answers[0]
    assert answers[0]["data"]["customer"]["name"]
    assert not [answer for answer in answers if answer != answers[0]]
    most = 1 + (0 if IS_SOAK else three.losses)
    calls = three.operator.calls()
    assert {system: [*each] for system, each in ONCE.items()} == {system: [*each] for system, each in calls.items()}
    assert max(count for each in calls.values() for count in each.values()) <= most


@pytest.mark.parametrize("_", range(ROUNDS))
async def test_through_one_gateway_each_system_is_asked_once(three: Replicas, asking: Asking, _: int) -> None:
    await _at_once(three, asking, three.urls[:1])


@pytest.mark.parametrize("_", range(ROUNDS))
async def test_through_three_replicas_what_is_expensive_is_asked_once(three: Replicas, asking: Asking, _: int) -> None:
    await _at_once(three, asking, three.urls)
