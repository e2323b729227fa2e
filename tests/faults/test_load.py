"""A steady load while one of four systems has stopped answering: who does not need it does not notice, the others get what is kept."""

import asyncio
import collections
import dataclasses
import os
import statistics
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox.population.numbering import LineKey
from sandbox.population.provinces import Province
from tests.conftest import PLAIN, RunningGateway, running

FULL = bool(os.environ.get("SWITCHBOARD_SOAK"))
RATE = 10 if FULL else 20
"""Questions a second, half of them needing the system."""

WELL_S, ILL_S = (60, 300) if FULL else (3, 10)
SETTLED_S = 10 if FULL else 6
"""The breaker is open by then: it takes twenty failures, each as long as the system may take."""

_FIRST = (LineKey(number, 0) for number in range(20, 62))
LINES = [key.msisdn for key in _FIRST if key.province is Province.MAINLAND][:40]
"""Numbers that the mainland's billing system knows of, which is the one that stops: the islands have their own."""

TO_OPEN = 20 + 16
"""Failures until the breaker opens, and the calls that are under way by then."""

APART_S = 2.0
"""Probes are no closer together."""

NEEDS_IT = "query ($n: MSISDN!) { line(by: {msisdn: $n}) { subscriber { status source { freshness } } } }"
NEEDS_IT_NOT = "query ($n: MSISDN!) { line(by: {msisdn: $n}) { network { imsi } balances { name } } }"


@pytest.fixture(scope="module")
def keeping() -> Iterator[RunningGateway]:
    """A gateway that keeps what billing says for a second, and for an hour where billing does not answer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWITCHBOARD_SYSTEMS__BILLING__GUARD__FRESH_S", '{"*": 1}')
        patch.setenv("SWITCHBOARD_SYSTEMS__BILLING__GUARD__STALE_S", '{"*": 3600}')
        if not FULL:
            # A busy machine has time left when the system has had its own.
            patch.setenv("SWITCHBOARD_SERVER__DEADLINE_S", "20")
        with running() as gateway:
            yield gateway


@dataclasses.dataclass(frozen=True)
class Asked:
    """One question: when it was put, in seconds from the beginning, how long it took, and what came."""

    at_s: float
    took_s: float
    needs_it: bool
    answer: dict[str, Any]


async def _steadily(gateway: RunningGateway, seconds: float) -> list[Asked]:
    """Questions at a steady rate, whether or not those before them have been answered."""
    began = time.monotonic()
    async with httpx.AsyncClient(
        timeout=30, trust_env=False, verify=PLAIN, limits=httpx.Limits(max_connections=200)
    ) as client:

        async def one(number: int) -> Asked:
            await asyncio.sleep(number / RATE)
            needs_it = bool(number % 2)
            variables = {"n": LINES[number // 2 % len(LINES)]}
            put = time.monotonic()
            body = {"query": NEEDS_IT if needs_it else NEEDS_IT_NOT, "variables": variables}
            response = await client.post(gateway.url, json=body)
            took_s = time.monotonic() - put
            assert 200 == response.status_code
            return Asked(put - began, took_s, needs_it, response.json())

        return await asyncio.gather(*(one(number) for number in range(int(seconds * RATE))))


def _p99(asked: list[Asked], *, needs_it: bool) -> float:
    return statistics.quantiles([each.took_s for each in asked if each.needs_it is needs_it], n=100)[98]


def _freshness(answer: dict[str, Any]) -> str:
    found: str = answer["data"]["line"]["subscriber"]["source"]["freshness"]
    return found


async def test_one_dead_system_costs_its_neighbours_nothing_and_is_answered_for_from_what_is_kept(
    keeping: RunningGateway,
) -> None:
    await _steadily(keeping, 2 * len(LINES) / RATE)
    well = await _steadily(keeping, WELL_S)
    assert not [each for each in well if "errors" in each.answer]
    keeping.forget_calls()
    keeping.fault("billing", "slow", ms=30_000)

    ill = await _steadily(keeping, ILL_S)

    sent = sum(keeping.calls()["billing"].values())
    settled = [each for each in ill if each.at_s > SETTLED_S]
    given = collections.Counter(_freshness(each.answer) for each in settled if each.needs_it)
    figures = {
        "sent to it": sent,
        "p99 without it, ms": (_ms(_p99(well, needs_it=False)), _ms(_p99(ill, needs_it=False))),
        "p99 with it, ms": (_ms(_p99(well, needs_it=True)), _ms(_p99(settled, needs_it=True))),
        "given": dict(given),
    }
    print(figures)  # noqa: T201 - figures to read
    assert not [each for each in ill if "errors" in each.answer]
    assert given.keys() == {"STALE"}
    assert sent <= TO_OPEN + ILL_S / APART_S
    if FULL:
        assert _p99(ill, needs_it=False) <= 1.2 * _p99(well, needs_it=False) + 0.010
        assert _p99(settled, needs_it=True) <= 1.2 * _p99(well, needs_it=True) + 0.010


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
