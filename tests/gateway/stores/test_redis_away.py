"""A Redis that is away, hangs, refuses or comes back: no error, nothing old, and every drop is told in the end."""

import asyncio
import time

import pytest

from tests.bars import bar
from tests.gateway.stores.redis_server import RedisServer, needs_redis, running
from tests.gateway.stores.replicas import Replica, eventually, replica

pytestmark = needs_redis


async def test_a_server_that_is_not_there_is_an_empty_store_at_once(server: RedisServer) -> None:
    server.kill()

    async with replica(server.settings) as found:
        assert not found.link.is_there
        await found.keep("a", 1, "line:1")
        assert 1 == await found.find("a")
        began = time.perf_counter()
        for _ in range(100):
            assert await found.find("b") is None
        took_s = time.perf_counter() - began

    assert took_s < bar(0.05)
    assert [("redis_away", {"why": "ConnectionRefusedError", "do": "Correct url, or let this machine reach it."})] == (
        found.report.events
    )


async def test_going_and_coming_are_one_line_each(server: RedisServer, one: Replica) -> None:
    server.kill()
    await one.find("a")
    await one.until_there(there=False)
    await asyncio.sleep(1.2)
    await server.start()
    await one.until_there()

    assert ["redis_there", "redis_away", "redis_there"] == [event for event, _ in one.report.events]
    assert [True, False, True] == [level for n, level in enumerate(one.levels) if n == 0 or one.levels[n - 1] != level]


async def test_a_server_that_answers_nothing_costs_one_wait_and_then_none(server: RedisServer, one: Replica) -> None:
    server.hold()
    began = time.perf_counter()
    assert await one.find("a") is None
    first_s = time.perf_counter() - began
    began = time.perf_counter()
    for number in range(50):
        assert await one.find(f"b{number}") is None
    others_s = time.perf_counter() - began
    server.go_on()

    assert first_s < bar(0.15 + 0.1)
    assert others_s < bar(0.05)


async def test_a_drop_that_redis_could_not_be_told_is_told_when_it_is_back(server: RedisServer, one: Replica) -> None:
    async with replica(server.settings) as other:
        await one.keep("a", "the old owner", "line:1")
        assert "the old owner" == await other.find("a")
        server.hold()
        await one.store.drop(["line:1"])
        server.go_on()
        await one.until_there()

        assert await one.find("a") is None

        async def is_gone() -> bool:
            return other.link.is_there and await other.find("a") is None

        await eventually(is_gone, seconds=8)
        assert not one.far._owed


async def test_what_is_owed_is_not_given_before_it_is_told(server: RedisServer, one: Replica, other: Replica) -> None:
    await other.keep("a", "the old owner", "line:1")
    await other.keep("b", "another line", "line:2")
    one.far._owe(["line:1"])

    assert await one.find("a") is None
    assert "another line" == await one.find("b")


async def test_what_is_owed_anew_while_it_is_being_told_is_still_owed(
    one: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_goes_on, never = asyncio.Event(), asyncio.Event()
    waits = iter([first_goes_on])

    async def drop(_: object) -> None:
        await next(waits, never).wait()

    monkeypatch.setattr(one.link, "drop", drop)
    first = asyncio.create_task(one.far.drop(["line:1"]))
    await asyncio.sleep(0)
    second = asyncio.create_task(one.far.drop(["line:1"]))
    await asyncio.sleep(0)

    first_goes_on.set()
    await first
    second.cancel()
    await asyncio.wait([second])

    assert ["line:1"] == list(one.far._owed)


async def test_with_too_much_owed_everything_is_dropped(
    server: RedisServer, one: Replica, other: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.stores.redis.MAX_OWED", 3)
    await other.keep("a", 1, "line:9")
    server.hold()
    await one.store.drop([f"line:{number}" for number in range(5)])
    assert one.far._owes_all
    server.go_on()

    async def is_gone() -> bool:
        return other.link.is_there and one.link.is_there and not one.far._owes_all and await other.find("a") is None

    await eventually(is_gone, seconds=8)
    assert "" == server.cli("KEYS", "*:value:*")


async def test_a_cut_subscription_empties_what_is_near(server: RedisServer, one: Replica, other: Replica) -> None:
    await one.keep("a", 1, "line:1")
    first = await other.store.get("a")
    server.cli("CLIENT", "KILL", "TYPE", "pubsub")

    async def is_another() -> bool:
        found = await other.store.get("a")
        return found is not None and found is not first

    await eventually(is_another)


async def test_what_a_restarted_server_brings_back_from_its_disk_is_not_given() -> None:
    async with running("--appendonly", "no") as server, replica(server.settings) as one:
        await one.keep("a", "the old owner", "line:1")
        server.cli("SAVE")
        await one.store.drop(["line:1"])
        server.kill()
        await one.until_there(there=False)
        await server.start()
        await one.until_there()

        assert "" != server.cli("KEYS", "*:value:a")
        assert await one.find("a") is None


async def test_a_wrong_password_is_told_and_hurts_nobody() -> None:
    async with running("--requirepass", "right") as server:
        async with replica(server.settings_with(password="file:" + str(_written(server, "wrong")))) as found:
            await found.keep("a", 1)
            assert 1 == await found.find("a")
            assert not found.link.is_there
            assert [("redis_away", {"why": "AuthenticationError", "do": "Correct username and password."})] == (
                found.report.events
            )
        async with replica(server.settings_with(password="file:" + str(_written(server, "right")))) as found:
            assert found.link.is_there


def _written(server: RedisServer, text: str) -> object:
    path = server.folder / text
    path.write_text(text)
    return path
