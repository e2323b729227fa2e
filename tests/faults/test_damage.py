"""
Answers damaged between a system and the gateway, a thousand for each dialect: an error, or what the system said (row 6).

What TLS carries cannot be changed without being noticed. Below, the damage is done before TLS, by a system or a proxy that
is broken itself: pieces that are lost or doubled, noise, and bits that are turned over. Two kinds of damage may leave a
sound document that says something else, and no reader could know. One is a single bit within a value; what is told of those
is that nothing but such a value ever differs. The other is a lost piece for which the length was made to fit, and that began
and ended at the same place of two elements or records: the answer is poorer then, or, in a dialect that says nothing twice,
one record has parts of two. Which damage each check sees is tried in tests/connectors/answers and beside the other dialects.
"""

import asyncio
import itertools
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import PLAIN
from tests.faults.asking import FULL, numbers
from tests.faults.conftest import SpoiltGateway
from tests.faults.proxy import NetworkFault

SEEN = [NetworkFault.GARBAGE, NetworkFault.FLIPPED, NetworkFault.DOUBLED, NetworkFault.LOST, NetworkFault.TAMPERED]
EACH = 200 if FULL else 12
"""Answers that are spoilt in each way: with the five ways a thousand, or sixty."""

CUSTOMERS = 20
AT_ONCE = 4
DIALECTS = {
    "tmf": ("crm", "customer(by: {msisdn: $n}) { customerNumber name status statusReason party { name } }"),
    "cbs": (
        "billing",
        """
        line(by: {msisdn: $n}) { subscriber { status paymentMode activatedAt offerings { offeringId primary status } } }
        customer(by: {msisdn: $n}) { bills(first: 12) { nodes {
          billNumber issuedAt amount { amount currency } openAmount { amount } lines { category amount { amount } }
        } } }
        """,
    ),
    "cai3g": (
        "hss",
        "line(by: {msisdn: $n}) { network { imsi locked barring { outgoing roaming } services { name state } apns } }",
    ),
    "ucip": (
        "recharge",
        """
        line(by: {msisdn: $n}) {
          balances { name money { amount currency } quantity { value unit } validFor { end } }
          prepaidAccount { serviceClass activatedAt }
        }
        """,
    ),
    "acctmgr": (
        "recharge",
        """
        line(by: {msisdn: $n}) {
          recharges(first: 20) { totalCount nodes { rechargedAt amount { amount currency } balanceAfter { amount } result } }
        }
        """,
    ),
}


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    match value:
        case dict():
            for name, each in value.items():
                yield from _leaves(each, (*path, name))
        case list():
            yield (*path, "length"), len(value)
            for number, each in enumerate(value):
                yield from _leaves(each, (*path, number))
        case _:
            yield path, value


_Difference = tuple[tuple[Any, ...], Any, Any]
"""Where it is, what would have been right, and what came."""


def _differences(right: dict[str, Any], answer: dict[str, Any]) -> list[_Difference]:
    """Where *answer* says something else than is *right* and no error tells that it is missing."""
    lost = {tuple(error["path"]) for error in answer.get("errors", ())}
    told, found = dict(_leaves(right["data"])), dict(_leaves(answer["data"]))
    return [
        (path, told.get(path), found.get(path))
        for path in {**told, **found}
        if told.get(path) != found.get(path) and not any(path[: len(each)] == each for each in lost)
    ]


def _is_poorer(right: Any, found: Any) -> bool:
    """Whether *found* says nothing that *right* does not say."""
    match right, found:
        case _, None:
            return True
        case dict(), dict():
            return all(_is_poorer(right[name], found[name]) for name in found)
        case list(), list():
            rest = iter(right)
            return all(any(_is_poorer(one, each) for one in rest) for each in found)
        case _:
            return bool(right == found)


class _Asking:
    """Asks about some customers in turn, a few at once."""

    def __init__(self, gateway: SpoiltGateway, dialect: str) -> None:
        self.system, fields = DIALECTS[dialect]
        self.gateway = gateway
        self._query = f"query ($n: MSISDN!) {{ {fields} }}"
        self._client = httpx.AsyncClient(timeout=30, trust_env=False, verify=PLAIN)
        self.right: dict[str, dict[str, Any]] = {}
        self.poorer = 0

    async def ask(self, number: str) -> dict[str, Any]:
        response = await self._client.post(self.gateway.url, json={"query": self._query, "variables": {"n": number}})
        assert 200 == response.status_code
        answer: dict[str, Any] = response.json()
        return answer

    async def learn(self) -> None:
        for number in itertools.islice(numbers(), CUSTOMERS):
            self.right[number] = await self.ask(number)
            assert "errors" not in self.right[number], self.right[number]["errors"]

    async def suffer(
        self, fault: NetworkFault, *, at_once: int = AT_ONCE
    ) -> tuple[list[tuple[list[_Difference], int]], int]:
        """
        What differs in each answer with something wrong, after so many spoilt ones, and how many had an error.

        Of SHORTENED answers those that are only poorer are counted apart.
        """
        every = itertools.cycle(self.right)
        # Of several calls in a row the later ones are met only where the earlier ones are left alone.
        self.gateway.suffer(self.system, fault, share=0.5)
        wrong: list[tuple[list[_Difference], int]] = []
        lost = self.poorer = 0
        while (before := self.gateway.proxies.spoilt(self.system)) < EACH:
            asked = [next(every) for _ in range(at_once)]
            answers = await asyncio.gather(*map(self.ask, asked))
            spoilt = self.gateway.proxies.spoilt(self.system) - before
            for number, answer in zip(asked, answers, strict=True):
                differences = _differences(self.right[number], answer)
                lost += "errors" in answer
                if not differences:
                    continue
                if fault is NetworkFault.SHORTENED and _is_poorer(self.right[number]["data"], answer["data"]):
                    self.poorer += 1
                else:
                    wrong.append((differences, spoilt))
        self.gateway.heal()
        return wrong, lost

    async def aclose(self) -> None:
        await self._client.aclose()


@pytest.fixture
async def asking(undefended_gateway: SpoiltGateway, request: pytest.FixtureRequest) -> Any:
    found = _Asking(undefended_gateway, request.param)
    try:
        await found.learn()
        yield found
    finally:
        await found.aclose()


@pytest.mark.parametrize("asking", DIALECTS, indirect=True)
async def test_a_damaged_answer_is_an_error_or_says_what_the_system_said(asking: _Asking) -> None:
    for fault in SEEN:
        wrong, lost = await asking.suffer(fault)

        assert not wrong, fault
        assert lost, fault


@pytest.mark.parametrize("asking", DIALECTS, indirect=True)
async def test_an_answer_that_was_shortened_is_an_error_or_poorer(
    asking: _Asking, request: pytest.FixtureRequest
) -> None:
    wrong, lost = await asking.suffer(NetworkFault.SHORTENED)

    print(asking.system, {"errors": lost, "poorer": asking.poorer, "mixed": len(wrong)})  # noqa: T201 - figures
    assert lost
    assert asking.poorer <= 1 + EACH // 50
    assert len(wrong) <= (1 + EACH // 100 if "acctmgr" in request.node.callspec.id else 0)


@pytest.mark.parametrize("asking", DIALECTS, indirect=True)
async def test_a_single_bit_that_no_reader_can_see_changes_nothing_but_the_value_it_is_in(asking: _Asking) -> None:
    wrong, lost = await asking.suffer(NetworkFault.FLIPPED_ONE, at_once=1)

    print(asking.system, {"errors": lost, "other values": len(wrong)})  # noqa: T201 - figures
    for differences, bits in wrong:
        # A question may ask the system more than once.
        assert len(differences) <= bits
        for path, told, found in differences:
            # Of a date that means "never" one bit makes a date.
            assert told is None or found is None or type(told) is type(found), path
            assert "length" != path[-1]
