"""Callers that say how long they wait and what they want to know, against a gateway with a slow system behind it."""

import os
import time
from typing import Any

import httpx
import pytest

from sandbox.population.numbering import LineKey
from tests.conftest import PLAIN, RunningGateway

IS_SOAK = bool(os.environ.get("SWITCHBOARD_SOAK"))
WITHIN_S = 0.3 if IS_SOAK else 1.2
"""Less than the 1.8 s that the gateway waits for a system by itself."""

LATE_S = 0.1 if IS_SOAK else 5.0
_FIELDS = """
  line(by: {msisdn: $n}) { subscriber { status } network { imsi } balances { name source { system freshness } } }
"""
BY_DIRECTIVE = f"query Snapshot($n: MSISDN!) @within(ms: {WITHIN_S * 1000:.0f}) {{ {_FIELDS} }}"
BY_HEADER = f"query Snapshot($n: MSISDN!) {{ {_FIELDS} }}"


def _asked(
    gateway: RunningGateway, query: str, *, number: str = "", headers: dict[str, str] | None = None, **body: Any
) -> tuple[httpx.Response, float]:
    variables = {"n": number or gateway.stories()["unexplained-charge"]["msisdn"]}
    with httpx.Client(trust_env=False, verify=PLAIN, timeout=30) as client:
        began = time.monotonic()
        answer = client.post(gateway.url, json={"query": query, "variables": variables, **body}, headers=headers)
        return answer, time.monotonic() - began


@pytest.mark.parametrize(
    ("query", "headers", "customers"),
    [(BY_DIRECTIVE, None, (151, 152, 153)), (BY_HEADER, {"X-Deadline-Ms": f"{WITHIN_S * 1000:.0f}"}, (161, 162, 163))],
    ids=["directive", "header"],
)
def test_a_snapshot_comes_in_time_with_the_healthy_parts(
    running_gateway: RunningGateway, query: str, headers: dict[str, str] | None, customers: tuple[int, ...]
) -> None:
    # About somebody else each time: the calls that nobody waits for any more go on, and others may join them.
    numbers = [LineKey(customer, 0).msisdn for customer in customers]
    wholes = [_asked(running_gateway, BY_HEADER, number=number)[0] for number in numbers]
    assert not [whole for whole in wholes if "errors" in whole.json()]
    running_gateway.fault("billing", "slow", ms=30_000)

    asked = [_asked(running_gateway, query, number=number, headers=headers) for number in numbers]

    # The machine may be busy: one of three in time is enough.
    (found, seconds), whole = min(zip(asked, wholes, strict=True), key=lambda each: each[0][1])
    answer = found.json()
    assert answer["data"]["line"]["subscriber"] is None
    assert answer["data"]["line"]["network"] == whole.json()["data"]["line"]["network"]
    assert answer["data"]["line"]["balances"] == whole.json()["data"]["line"]["balances"]
    (error,) = answer["errors"]
    assert ("DEADLINE", ["line", "subscriber"]) == (error["extensions"]["code"], error["path"])
    assert found.headers["cache-control"] == "no-store"
    assert WITHIN_S - 0.01 < seconds < WITHIN_S + LATE_S


def test_a_live_answer_says_where_it_came_from_and_is_not_kept(running_gateway: RunningGateway) -> None:
    found, _ = _asked(running_gateway, BY_HEADER, extensions={"sources": True})

    sources = found.json()["extensions"]["sources"]
    assert {"billing", "hss", "recharge"} == {each["system"] for each in sources}
    assert {"LIVE"} == {each["freshness"] for each in sources}
    assert running_gateway.stories()["unexplained-charge"]["msisdn"] not in str(sources)
    assert "no-store" == found.headers["cache-control"]
