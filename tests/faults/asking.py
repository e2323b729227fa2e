"""What tests of faults share: questions about many customers, at a steady rate, and waiting until all is well."""

import asyncio
import collections
import dataclasses
import itertools
import os
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from sandbox.population.numbering import LineKey
from tests.conftest import PLAIN, RunningGateway

FULL = bool(os.environ.get("SWITCHBOARD_SOAK"))
WHOLE_AGAIN_S = 6.0 if FULL else 60.0
BUSY_S = 0.0 if FULL else 60.0
"""More time for a machine that has other things to do: what is told then is that something ends, and not when."""

MIXED = """
query Mixed($n: MSISDN!) {
  customer(by: {msisdn: $n}) { name }
  line(by: {msisdn: $n}) { subscriber { status } network { imsi } balances { name } recharges { totalCount } }
}
"""
"""Asks every system."""

FIELDS: dict[str, set[tuple[str, ...]]] = {
    "crm": {("customer",)},
    # Whose number it is is known there.
    "billing": {("customer",), ("line", "subscriber")},
    "hss": {("line", "network")},
    "recharge": {("line", "balances"), ("line", "recharges")},
}
"""What is lost of MIXED when a system is ill."""

TRANSPORTS = {"recharge": ("recharge", "recharge-history")}
"""Two systems behind one address."""

CALLS = {"crm": 1, "billing": 1, "hss": 1, "recharge": 2}
"""What MIXED asks of each system, while nothing is kept and nothing fails."""


@dataclasses.dataclass(frozen=True)
class Asked:
    """One question: how long it took, in seconds, and what came."""

    took_s: float
    answer: dict[str, Any]

    @property
    def errors(self) -> dict[tuple[str, ...], str]:
        """The code of each error by its path."""
        return {tuple(error["path"]): error["extensions"]["code"] for error in self.answer.get("errors", ())}


def numbers() -> Iterator[str]:
    """Numbers of one province, over and over, so that questions that follow each other are not one."""
    # The other province has billing and recharge systems of its own.
    return itertools.cycle([number for n in range(150) if (number := LineKey(20 + n, 0).msisdn).startswith("9996")])


async def steadily(
    gateway: RunningGateway, count: int, *, per_s: float, query: str = MIXED, every: Iterator[str] | None = None
) -> list[Asked]:
    """The outcomes of *count* questions put at a steady rate, whether or not those before them have been answered."""
    every = every or numbers()
    async with httpx.AsyncClient(
        timeout=30, trust_env=False, verify=PLAIN, limits=httpx.Limits(max_connections=300)
    ) as client:

        async def one(number: int) -> Asked:
            await asyncio.sleep(number / per_s)
            began = time.monotonic()
            response = await client.post(gateway.url, json={"query": query, "variables": {"n": next(every)}})
            took_s = time.monotonic() - began
            assert 200 == response.status_code
            return Asked(took_s, response.json())

        return await asyncio.gather(*(one(number) for number in range(count)))


def ask(gateway: RunningGateway, every: Iterator[str], query: str = MIXED) -> Asked:
    """One question and its outcome."""
    began = time.monotonic()
    answer = gateway.ask(query, n=next(every))
    return Asked(time.monotonic() - began, answer)


def until_whole(gateway: RunningGateway, *, within_s: float = WHOLE_AGAIN_S, query: str = MIXED) -> float:
    """Ask until nothing is missing; in how many seconds that was."""
    every, began = numbers(), time.monotonic()
    while ask(gateway, every, query).errors:
        assert time.monotonic() - began < within_s
        time.sleep(0.05)
    return time.monotonic() - began


def codes(asked: list[Asked]) -> dict[str, int]:
    """How often each code came."""
    return dict(collections.Counter(code for each in asked for code in each.errors.values()))


def p99(asked: list[Asked]) -> float:
    """The time in seconds that one of a hundred exceeded."""
    return statistics.quantiles([each.took_s for each in asked], n=100)[98]


def gauges(gateway: RunningGateway, name: str, system: str) -> list[float]:
    """The values of one metric of *system*, one for each set of its other labels."""
    url = httpx.URL(gateway.url).copy_with(path="/metrics")
    lines = httpx.get(url, timeout=30, trust_env=False, verify=PLAIN).text.splitlines()
    mine = [line for line in lines if line.startswith(name + "{") and f'system="{system}"' in line]
    return [float(line.rpartition(" ")[2]) for line in mine]


def is_open(gateway: RunningGateway, system: str) -> bool:
    """Whether every breaker before *system* is open, or about to let a probe through."""
    names = TRANSPORTS.get(system, (system,))
    return all(max(gauges(gateway, "switchboard_breaker_state", name)) > 0 for name in names)


def until(holds: Callable[[], bool], *, within_s: float) -> None:
    """Wait until something holds."""
    ends = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.05)
