"""What an operator says at one of two replicas with two workers each, with callers at all of them: how soon all heed it."""

import asyncio
import contextlib
import dataclasses
import datetime as dt
import itertools
import json
import pathlib
import re
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Final, Self

import httpx
import pytest

from gateway.control.client import told
from gateway.trusted.digest import digest_of
from tests.conftest import PLAIN
from tests.e2e.login import AUDIENCE, ISSUER, Login, bearer, right
from tests.e2e.replicas import Replicas, replicas
from tests.gateway.stores import redis_server

pytestmark = redis_server.needs_redis

BOUND_S: Final = 1.0
"""What is promised."""

SCOPES: Final = "customer:read line:read party:read billing:read balance:read"
TEXT: Final = '{ customer(by: {id: "1000040"}) { name } }'
PLAIN_TEXT: Final = "{ __typename }"


@dataclasses.dataclass(frozen=True)
class Asked:
    """One question: when it was sent, what came of it, and which question it was."""

    at: float
    url: str
    client: str
    text: str
    status: int
    codes: tuple[str, ...]


class Callers:
    """Clients that ask all replicas all the time, each question over a new connection, so that all workers are hit."""

    def __init__(self, urls: list[str]) -> None:
        self.asked: list[Asked] = []
        self._stop = threading.Event()
        kinds = itertools.product(urls, ("shop", "desk"), (PLAIN_TEXT, TEXT))
        self._threads = [threading.Thread(target=self._ask_on, args=kind) for kind in kinds]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def since(self, at: float, **what: str) -> list[Asked]:
        return [
            each for each in list(self.asked) if each.at > at and all(getattr(each, key) == what[key] for key in what)
        ]

    def _ask_on(self, url: str, client: str, text: str) -> None:
        while not self._stop.wait(0.02):
            at = time.monotonic()
            self.asked.append(ask(url, client, text, at=at))


def ask(url: str, client: str, text: str, *, at: float = 0.0, **claims: Any) -> Asked:
    headers = bearer(right(client_id=client, scope=SCOPES, **claims))
    response = httpx.post(url, json={"query": text}, headers=headers, trust_env=False, verify=PLAIN, timeout=30)
    codes = tuple(each["extensions"]["code"] for each in response.json().get("errors", ()))
    return Asked(at, url, client, text, response.status_code, codes)


class World:
    def __init__(self, found: Replicas) -> None:
        self.replicas = found
        self.urls = found.urls

    def say(self, command: dict[str, Any], *, place: int = 0, why: str = "INC-1") -> list[dict[str, Any]]:
        path = pathlib.Path(self.replicas.folder) / f"{place}.sock"
        said = told(path, {"by": "alice", "why": why, **command})
        assert not [each for each in said if "error" in each], said
        return said

    def put(self, **override: Any) -> None:
        said = self.say({"do": "put", "override": override})
        assert [1, 2] == [each["worker"] for each in said]

    def lift(self, *key: str) -> None:
        self.say({"do": "lift", "key": key})

    def until(self, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + 10
        while not holds():
            assert time.monotonic() < end
            time.sleep(0.05)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    login = Login()
    access = {
        "audience": AUDIENCE,
        "issuers": [{"issuer": ISSUER, "jwks_url": f"{login.url}/keys"}],
        "clients": {
            "shop": {"class": "agent", "audience": "agent"},
            "desk": {"class": "agent", "audience": "agent"},
            "platform": {"class": "agent", "audience": "operator"},
        },
    }
    settings = {"ACCESS": json.dumps(access), "SERVER__WORKERS": "2", "CONTROL__API__PORT": "0"}
    with contextlib.ExitStack() as stack:
        stack.callback(login.close)
        yield World(stack.enter_context(replicas(settings, count=2, customers=1000)))


def heeded_s(callers: Callers, began: float, is_old: Callable[[Asked], bool], **what: str) -> float:
    """For how long after *began* somebody was still answered as before."""
    time.sleep(BOUND_S + 0.4)
    found = callers.since(began, **what)
    assert {each.url for each in found} == {each.url for each in callers.asked}
    assert len([each for each in found if each.at > began + BOUND_S]) > 10
    return max((each.at - began for each in found if is_old(each)), default=0.0)


def test_a_suspended_client_is_refused_everywhere_within_a_second_and_nobody_else_is(world: World) -> None:
    with Callers(world.urls) as callers:
        time.sleep(1)
        began = time.monotonic()
        world.put(kind="suspended", client="shop")
        refused_s = heeded_s(callers, began, lambda each: each.status == 200, client="shop")
        again = time.monotonic()
        world.lift("suspended", "shop")
        answered_s = heeded_s(callers, again, lambda each: each.status == 403, client="shop")

    assert refused_s < BOUND_S
    assert answered_s < BOUND_S
    desk = callers.since(0, client="desk")
    assert {(200, ())} == {(each.status, each.codes) for each in desk}
    shop = callers.since(0, client="shop")
    assert {(200, ()), (403, ("FORBIDDEN",))} == {(each.status, each.codes) for each in shop}


def test_a_system_that_is_switched_off_is_not_asked_anywhere_within_a_second(world: World) -> None:
    with Callers(world.urls) as callers:
        time.sleep(0.5)
        began = time.monotonic()
        world.put(kind="system", system="crm", state="maintenance")
        off_s = heeded_s(callers, began, lambda each: not each.codes, text=TEXT)
        again = time.monotonic()
        world.lift("system", "crm")
        on_s = heeded_s(callers, again, lambda each: bool(each.codes), text=TEXT)

    assert off_s < BOUND_S
    assert on_s < BOUND_S
    assert {(), ("MAINTENANCE",)} == {each.codes for each in callers.since(0, text=TEXT)}
    assert {(200, ())} == {(each.status, each.codes) for each in callers.since(0, text=PLAIN_TEXT)}


def test_an_operation_that_is_banned_is_refused_by_either_hash(world: World) -> None:
    text = "query Heavy { __typename }"
    for operation in (digest_of(text), digest_of("query Heavy{__typename}")):
        world.put(kind="banned", operation=operation)
        world.until(lambda: all(ask(url, "shop", text).status == 403 for url in world.urls * 4))
        assert 200 == ask(world.urls[0], "shop", "query Light { __typename }").status
        world.lift("banned", operation)
        world.until(lambda: all(ask(url, "shop", text).status == 200 for url in world.urls * 4))


def test_revoked_tokens_are_not_believed_and_new_ones_are(world: World) -> None:
    now = int(time.time())
    before = dt.datetime.fromtimestamp(now - 60, dt.UTC).isoformat()
    world.put(kind="revoked", client="shop", issued_before=before)
    world.until(lambda: all(ask(url, "shop", PLAIN_TEXT, iat=now - 100).status == 401 for url in world.urls * 4))

    assert 200 == ask(world.urls[1], "shop", PLAIN_TEXT).status
    assert 200 == ask(world.urls[1], "desk", PLAIN_TEXT, iat=now - 100).status
    world.lift("revoked", "shop")


def test_limits_change_and_go_back(world: World) -> None:
    world.put(kind="limited", client="shop", limits={"max_cost": 1})
    world.until(lambda: all(ask(url, "shop", TEXT).codes == ("TOO_COSTLY",) for url in world.urls * 4))
    (history,) = told(world.replicas.folder / "1.sock", {"do": "history"})
    version = history["answer"]["version"]
    world.say({"do": "rollback", "to": version - 1, "expected": version}, place=1)
    world.until(lambda: all(ask(url, "shop", TEXT).codes == () for url in world.urls * 4))


def freshness(url: str) -> str:
    """Whether a system was asked; each time over a new connection, so that all workers are hit."""
    text = '{ customer(by: {id: "1000040"}) { source { freshness } } }'
    headers = bearer(right(client_id="desk", scope=SCOPES))
    answer = httpx.post(url, json={"query": text}, headers=headers, trust_env=False, verify=PLAIN, timeout=30).json()
    found: str = answer["data"]["customer"]["source"]["freshness"]
    return found


def test_answers_are_kept_while_it_is_said_and_what_is_kept_is_given_no_longer_than_it_is(world: World) -> None:
    assert {"LIVE"} == {freshness(url) for url in world.urls * 4}
    world.put(kind="cache", system="crm", times={"fresh_s": 600})
    world.until(lambda: {"CACHED"} == {freshness(url) for url in world.urls * 4})
    began = time.monotonic()
    world.put(kind="cache", system="crm", times={"fresh_s": 0})
    while {"LIVE"} != {freshness(url) for url in world.urls * 4}:
        assert time.monotonic() - began < 2 * BOUND_S
    world.lift("cache", "crm")


def test_a_system_is_asked_no_more_than_is_said_by_all_together(world: World) -> None:
    world.put(kind="system_limits", system="crm", limits={"calls_per_s": 0.1, "burst": 1})
    # One bucket for all: whoever empties it, all others find it empty.
    world.until(lambda: all(ask(url, "shop", TEXT).codes == ("UPSTREAM_BUSY",) for url in world.urls * 4))
    status = told(world.replicas.folder / "0.sock", {"do": "status"})[0]["answer"]
    assert "system crm limited: calls_per_s 0.1, burst 1" in status["overrides"]["in_force"]
    assert [0.1] == [each["budget_per_s"] for each in status["load"] if each["system"] == "crm"]
    world.lift("system_limits", "crm")
    world.until(lambda: all(ask(url, "shop", TEXT).codes == () for url in world.urls * 4))


def test_an_operator_with_a_token_does_the_same_over_http(world: World) -> None:
    (line,) = [each for each in world.replicas.gateways[0].log.kept if "control_api_started" in each]
    (url,) = re.findall(r"http://[^ ]+/graphql", line)
    assert 401 == httpx.post(url, json={"query": "{ state { version } }"}, trust_env=False, verify=PLAIN).status_code

    def changed(field: str) -> None:
        headers = bearer(right(client_id="platform", scope="control:read control:write"))
        text = f'mutation {{ did: {field}(client: "shop", why: "INC-2") {{ version notHeard }} }}'
        answer = httpx.post(url, json={"query": text}, headers=headers, trust_env=False, verify=PLAIN, timeout=30)
        assert [] == answer.json()["data"]["did"]["notHeard"]

    changed("suspendClient")
    # Both workers of this replica know it as soon as it is said.
    assert {403} == {ask(world.urls[0], "shop", PLAIN_TEXT).status for _ in range(10)}
    changed("resumeClient")
    world.until(lambda: all(ask(url, "shop", PLAIN_TEXT).status == 200 for url in world.urls * 4))


def test_a_redis_that_loses_everything_is_told_what_holds(world: World) -> None:
    world.put(kind="suspended", client="shop")
    world.until(lambda: all(ask(url, "shop", PLAIN_TEXT).status == 403 for url in world.urls * 4))
    world.replicas.kill_redis()
    assert {403} == {ask(url, "shop", PLAIN_TEXT).status for url in world.urls * 4}
    assert {200} == {ask(url, "desk", PLAIN_TEXT).status for url in world.urls * 4}

    asyncio.run(world.replicas.redis.start())
    world.replicas.wait_for_redis()
    world.until(lambda: world.replicas.redis.cli("HGET", "switchboard:overrides", "stamp") != "")
    assert {403} == {ask(url, "shop", PLAIN_TEXT).status for url in world.urls * 4}
    world.lift("suspended", "shop")
    world.until(lambda: all(ask(url, "shop", PLAIN_TEXT).status == 200 for url in world.urls * 4))
