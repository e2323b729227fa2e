"""Floods of one client (FAULTS 9, 18 of the demand): it is told to wait, in words that its media type has, and others are not."""

import asyncio
import datetime as dt
import re
import threading
import time
from typing import Any

import httpx
import pytest

from tests.bars import bar
from tests.conftest import PLAIN
from tests.security.access.world import AGENT, FRAUD, GIVEN, Asker, World, client, codes

FLOODER, SLOW = Asker("flooder", purpose=FRAUD), Asker("slow", purpose=FRAUD)
WHO = {"query": f'{{ customer(by: {{id: "{GIVEN}"}}) {{ name bills {{ totalCount }} }} }}'}


async def _together(world: World, asked: list[tuple[Asker, dict[str, str]]]) -> list[tuple[httpx.Response, float]]:
    async with httpx.AsyncClient(
        base_url=str(world.http.base_url),
        trust_env=False,
        verify=PLAIN,
        timeout=30,
        limits=httpx.Limits(max_connections=20),
    ) as http:

        async def one(who: Asker, headers: dict[str, str]) -> tuple[httpx.Response, float]:
            before = time.perf_counter()
            response = await http.post("/graphql", json=WHO, headers={**world.headers(who), **headers})
            return world.noted(response), time.perf_counter() - before

        return list(await asyncio.gather(*(one(*each) for each in asked)))


async def test_a_flood_of_one_partner_is_refused_and_slows_nobody_else(world: World) -> None:
    over = threading.Event()

    def asked_meanwhile() -> list[tuple[httpx.Response, float]]:
        found = []
        with client(world.gateway) as http:
            while not over.is_set():
                before = time.perf_counter()
                response = http.post("/graphql", json=WHO, headers=world.headers(AGENT))
                found.append((response, time.perf_counter() - before))
        return found

    asking = asyncio.create_task(asyncio.to_thread(asked_meanwhile))
    flood = [response for response, _ in await _together(world, [(FLOODER, {})] * 400)]
    over.set()
    agents = await asking

    assert len(agents) >= 5
    assert {200} == {response.status_code for response, _ in agents}
    assert not any("errors" in response.json() for response, _ in agents)
    assert max(took for _, took in agents) < bar(1.0)
    assert {429} <= {response.status_code for response in flood} <= {200, 429}
    assert sum(response.status_code == 429 for response in flood) > 200


@pytest.mark.parametrize("media_type", ["application/json", "application/graphql-response+json"])
async def test_whoever_has_asked_too_much_is_told_when_to_come_back(world: World, media_type: str) -> None:
    found = await _together(world, [(FLOODER, {"Accept": media_type})] * 40)

    response = next(each for each, _ in found if each.status_code == 429)
    (error,) = response.json()["errors"]
    assert response.headers["content-type"].startswith(media_type)
    assert "RATE_LIMITED" == error["extensions"]["code"]
    assert 0 < error["extensions"]["retryAfterMs"] <= int(response.headers["Retry-After"]) * 1000
    assert "data" not in response.json()
    assert "no-store" == response.headers["Cache-Control"]


async def test_no_more_of_one_client_are_under_way_than_it_may(world: World) -> None:
    world.gateway.fault("crm", "slow", ms=500)
    try:
        found = await _together(world, [(SLOW, {"Cache-Control": "no-cache"})] * 12)
    finally:
        world.gateway.heal()

    statuses = [response.status_code for response, _ in found]
    refused = [response for response, _ in found if response.status_code == 429]
    assert (2, 10) == (statuses.count(200), len(refused))
    assert {'"concurrent";r=0'} == {each.headers["RateLimit"] for each in refused}
    assert max(took for response, took in found if response.status_code == 429) < bar(0.4)


@pytest.mark.parametrize(
    "text",
    [
        "{ customers(by: [KEYS]) { bills(first: 200) { nodes { lines { amount { amount } } } } } }",
        "{ customers(by: [KEYS]) { lines(first: 200) { nodes { recharges(first: 200) { totalCount } } } } }",
        "{ a: customers(by: [KEYS]) { payments(first: 200) { nodes { amount { amount } } } } b: customers(by: [KEYS]) { name } }",
    ],
)
def test_what_would_cost_too_much_is_refused_before_anybody_is_asked(world: World, text: str) -> None:
    keys = ", ".join(f'{{id: "{1_000_000 + number}"}}' for number in range(50))
    world.gateway.forget_calls()

    answer: Any = world.ask(SLOW, text.replace("KEYS", keys))

    assert (["TOO_COSTLY"], False, {}) == (codes(answer), "data" in answer, world.gateway.calls())


def test_what_is_left_is_read_in_the_answer_as_in_its_headers(world: World) -> None:
    who = Asker("metered", purpose=FRAUD)
    text = "{ viewer { budget { costPerMinute costLeft costWholeAt concurrent concurrentLeft } } }"
    response = world.post(who, text)
    found, headers = response.json()["data"]["viewer"]["budget"], response.headers
    estimate, actual = map(int, re.findall("[0-9]+", headers["X-Cost"]))

    assert f'"cost";q={found["costPerMinute"]};' in headers["RateLimit-Policy"]
    assert f'"concurrent";q={found["concurrent"]};' in headers["RateLimit-Policy"]
    # The headers know what it did cost; within, that is what it was estimated at.
    (left,) = re.findall(r'"cost";r=([0-9]+)', headers["RateLimit"])
    assert int(found["costLeft"]) + estimate - actual == pytest.approx(int(left), abs=1)
    assert f'"concurrent";r={found["concurrentLeft"]}' in headers["RateLimit"]
    whole_at = dt.datetime.fromisoformat(found["costWholeAt"])
    assert -5 < (whole_at - dt.datetime.now(dt.UTC)).total_seconds() < 60
    assert "no-store" == headers["Cache-Control"]


def test_who_is_not_limited_reads_of_no_limit(world: World) -> None:
    shop = world.ask(Asker("shop", purpose=FRAUD), "{ viewer { budget { costPerMinute costLeft concurrent } } }")
    assert {"costPerMinute": None, "costLeft": None, "concurrent": "100"} == shop["data"]["viewer"]["budget"]
    assert {"budget": None} == world.ask(AGENT, "{ viewer { budget { costLeft } } }")["data"]["viewer"]
