"""What callers read of their budget: headers of answers, and a 429 that says when to come back."""

import re

import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from connectors.guard.record import Record
from gateway.demand.refusal import RateLimited
from gateway.demand.settings import DemandLimits
from gateway.demand.watch import Reason
from gateway.http.budget import budget_headers, rate_limited
from gateway.http.front import Front
from gateway.http.negotiation import GRAPHQL_RESPONSE
from gateway.telemetry.requests import told
from tests.gateway.demand.support import Place
from tests.gateway.support import Answered, call

_ITEM = r'"[a-z]+"(?:;[a-z]+=(?:[0-9]+|"[a-z-]+"))*'
LIST = re.compile(rf"{_ITEM}(?:, {_ITEM})*")
"""A list of strings with parameters, as we write it (RFC 9651, 3.1)."""


async def told_of(
    place: Place, limits: DemandLimits, *, cost: int = 100, record: Record | None = None, written: int | None = None
) -> dict[str, str]:
    """The headers of the answer to one operation."""
    with await place.client(limits).admit(cost) as admission:
        admission.record, admission.written = record, written
        return {name.decode(): value.decode() for name, value in budget_headers(admission)}


async def test_an_answer_tells_its_cost_and_what_is_left():
    limits = DemandLimits(cost_per_minute=6000, burst=1000, concurrent=3)
    found = await told_of(Place(), limits, record=Record(), written=640)

    assert {
        "x-cost": "estimate=100, actual=10",
        "ratelimit-policy": '"cost";q=6000;qu="switchboard-cost";w=60, "concurrent";q=3;qu="concurrent-requests"',
        "ratelimit": '"cost";r=990;t=1, "concurrent";r=2',
    } == found
    assert LIST.fullmatch(found["ratelimit-policy"])
    assert LIST.fullmatch(found["ratelimit"])


async def test_what_is_left_is_told_with_the_time_in_which_all_of_it_is_there_again():
    place = Place()
    limits = DemandLimits(cost_per_minute=600, burst=1000)
    (await place.client(limits).admit(500)).leave()
    assert '"cost";r=400;t=60' == (await told_of(place, limits))["ratelimit"]
    assert '"cost";r=390;t=61' == (await told_of(place, limits, written=640))["ratelimit"]


@pytest.mark.parametrize(
    "limits", [DemandLimits(), DemandLimits(max_cost=500), DemandLimits(cost_per_minute=600, measure_only=True)]
)
async def test_without_a_promise_only_the_cost_is_told(limits):
    assert {"x-cost": "estimate=100"} == await told_of(Place(), limits)


LIMITS = DemandLimits(cost_per_minute=6000, concurrent=3)


async def refused(why: RateLimited, *headers: tuple[str, str]) -> tuple[Answered, Scope]:
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)
        response: Response = rate_limited(scope, why, media_type=GRAPHQL_RESPONSE)
        await response(scope, receive, send)

    return await call(Front(app), method="POST", headers=headers), seen[0]


async def test_a_spent_budget_is_a_429_with_a_time_a_code_and_a_sentence():
    answer, scope = await refused(RateLimited(Reason.BUDGET, retry_after_s=2.25, limits=LIMITS))

    assert (429, "3", "no-store") == (answer.status, answer.headers["retry-after"], answer.headers["cache-control"])
    assert '"cost";r=0;t=3' == answer.headers["ratelimit"]
    assert answer.headers["ratelimit-policy"].startswith('"cost";q=6000;')
    assert answer.headers["content-type"].startswith(GRAPHQL_RESPONSE)
    (error,) = answer.json["errors"]
    assert "You have asked as much as you may at the moment. Ask again a little later." == error["message"]
    assert {
        "code": "RATE_LIMITED",
        "requestId": answer.headers["x-request-id"],
        "retryAfterMs": 2250,
        "violatedPolicies": ["cost"],
    } == error["extensions"]
    assert ("refused", ["RATE_LIMITED"]) == (told(scope).outcome, told(scope).codes)


async def test_too_many_at_once_may_come_back_in_a_second():
    answer, _ = await refused(
        RateLimited(Reason.CONCURRENCY, retry_after_s=1.0, limits=LIMITS), ("accept-language", "zh")
    )

    assert (429, "1", '"concurrent";r=0') == (answer.status, answer.headers["retry-after"], answer.headers["ratelimit"])
    assert "您目前的请求量已达上限，请稍后再试。" == answer.json["errors"][0]["message"]
    assert ["concurrent"] == answer.json["errors"][0]["extensions"]["violatedPolicies"]


async def test_nobody_is_told_to_come_back_at_once():
    answer, _ = await refused(RateLimited(Reason.BUDGET, retry_after_s=0.001, limits=LIMITS))

    assert "1" == answer.headers["retry-after"]
    assert 1 == answer.json["errors"][0]["extensions"]["retryAfterMs"]
