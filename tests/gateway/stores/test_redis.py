"""Answers in a real Redis: kept, dropped on every replica, never an error, and nothing from before a drop."""

import asyncio

import pytest

from connectors.guard import Answer
from gateway.stores.redis_link import RedisLink
from gateway.stores.sealing import Sealed
from tests.bars import bar
from tests.gateway.stores.redis_server import RedisServer, needs_redis
from tests.gateway.stores.replicas import CLOCK, Replica, eventually, replica

pytestmark = needs_redis


async def test_what_one_replica_keeps_another_finds(one: Replica, other: Replica) -> None:
    await one.keep("a", {"amount": "12.50"}, "line:1")

    assert {"amount": "12.50"} == await other.find("a")
    assert await other.find("b") is None


async def test_what_came_from_far_is_the_same_object_from_then_on(one: Replica, other: Replica) -> None:
    await one.keep("a", 1, "line:1")

    first = await other.store.get("a")

    assert first is not None
    assert first is await other.store.get("a")
    assert 1 == other.codes.decoded


async def test_a_thousand_that_ask_at_once_are_one_question_to_redis(one: Replica, other: Replica) -> None:
    await one.keep("a", 1)

    found = await asyncio.gather(*(other.store.get("a") for _ in range(1000)))

    assert 1 == len({id(each) for each in found})
    assert 1 == other.codes.decoded


async def test_what_one_replica_drops_is_gone_on_every_other(one: Replica, other: Replica) -> None:
    await one.keep("a", 1, "line:1", "system:crm")
    await one.keep("b", 2, "line:2", "system:crm")
    assert [1, 2] == [await other.find("a"), await other.find("b")]

    await one.store.drop(["line:1"])

    assert await one.find("a") is None

    async def is_gone() -> bool:
        return await other.find("a") is None

    await eventually(is_gone)
    assert 2 == await other.find("b")


async def test_what_was_asked_before_a_drop_is_not_kept_after_it_by_anybody(one: Replica, other: Replica) -> None:
    asked_at = CLOCK.monotonic()
    await asyncio.sleep(0.03)
    await one.store.drop(["line:1"])

    await other.keep("a", "the old owner", "line:1", asked_at=asked_at)
    await other.keep("b", "somebody else", "line:2", asked_at=asked_at)

    assert await one.find_far("a") is None
    assert "somebody else" == await one.find_far("b")


async def test_what_is_asked_after_a_drop_is_kept(one: Replica, other: Replica) -> None:
    await one.store.drop(["line:1"])
    await asyncio.sleep(0.03)

    await other.keep("a", "the new owner", "line:1")

    assert "the new owner" == await one.find("a")


async def test_an_answer_that_a_held_up_server_takes_late_is_judged_by_when_it_was_asked_for(
    server: RedisServer, one: Replica
) -> None:
    """
    The command sits in the server's socket while it does nothing; "so long ago" alone would be wrong by then.
    """
    keep = one.link._keep
    begun = one.link.far_s(CLOCK.monotonic())
    assert begun is not None
    await one.store.drop(["line:1"])
    names = [f"{one.link._value}:a", one.link._dropped, one.link._tag("line:1")]

    _, is_kept = await keep(keys=names, args=[int(begun * 1000), 0, 1000, b"x", "line:1"])

    assert 0 == is_kept


@pytest.mark.parametrize(("asked_ago_ms", "is_kept"), [(59_000, 1), (61_000, 0)])
async def test_what_was_asked_longer_ago_than_drops_are_remembered_is_not_kept(
    asked_ago_ms: int, is_kept: int, server: RedisServer, one: Replica
) -> None:
    """
    The command may sit in the server's socket for a minute, or in that of a machine on the way.
    """
    server.cli("ZADD", one.link._dropped, "1", "")
    begun = one.link.far_s(CLOCK.monotonic())
    assert begun is not None
    names = [f"{one.link._value}:a", one.link._dropped, one.link._tag("line:1")]

    told = await one.link._keep(keys=names, args=[int(begun * 1000) - asked_ago_ms, 0, 1000, b"x", "line:1"])

    assert is_kept == told[1]


async def test_with_the_record_of_drops_lost_nothing_is_kept_that_was_asked_before(
    server: RedisServer, one: Replica
) -> None:
    asked_at = CLOCK.monotonic()
    await asyncio.sleep(0.05)
    server.cli("DEL", one.link._dropped)

    await one.far.set("a", Answer(1, CLOCK.now()), ttl_s=9, asked_at=CLOCK.monotonic(), tags=["line:1"])
    assert await one.find_far("a") is None
    await one.keep("a", 1, "line:1", asked_at=asked_at)
    assert await one.find_far("a") is None

    await asyncio.sleep(0.03)
    await one.keep("a", 2, "line:1")
    assert 2 == await one.find_far("a")


async def test_an_answer_ends_when_its_time_is_over(one: Replica, other: Replica) -> None:
    await one.keep("a", 1, ttl_s=0.3)
    assert 1 == await other.find("a")

    await asyncio.sleep(0.32)

    assert await other.find("a") is None
    assert await one.find("a") is None


async def test_an_answer_is_as_old_by_the_interval_clock_of_who_finds_it_as_of_who_kept_it(
    one: Replica, other: Replica
) -> None:
    """
    So a replica whose calendar is set back does not take it for younger.
    """
    answer = Answer(1, CLOCK.now(), got_at=CLOCK.monotonic() - 40)
    await one.far.set("a", answer, ttl_s=60, asked_at=CLOCK.monotonic(), tags=["line:1"])
    await one.keep("b", 2)

    found, unknown = await other.far.find("a"), await other.far.find("b")

    assert found is not None
    assert found.answer.got_at is not None
    assert abs(CLOCK.monotonic() - found.answer.got_at - 40) < bar(0.3)
    assert unknown is not None
    assert unknown.answer.got_at is None


async def test_a_tag_holds_no_more_than_what_lives(server: RedisServer, one: Replica) -> None:
    await one.keep("long", 1, "system:crm", ttl_s=30)
    for number in range(20):
        await one.keep(f"short{number}", 1, "system:crm", ttl_s=0.05)
    await asyncio.sleep(0.1)
    await one.keep("longest", 1, "system:crm", ttl_s=60)

    tag = one.link._tag("system:crm")

    assert "2" == server.cli("ZCARD", tag)
    assert 59 <= int(server.cli("TTL", tag)) <= 60


async def test_a_whole_system_is_dropped_in_one_go(server: RedisServer, one: Replica) -> None:
    for first in range(0, 2500, 50):
        # Not all at once: what would wait for longer than Redis may take is not kept there.
        await asyncio.gather(*(one.keep(f"k{first + number}", number, "system:crm") for number in range(50)))
    assert 1000 < int(server.cli("ZCARD", one.link._tag("system:crm")))

    await one.store.drop(["system:crm"])

    assert "" == server.cli("KEYS", "*:value:*")
    assert "" == server.cli("KEYS", "*:tag:*")


async def test_a_cancelled_caller_leaves_no_answer_to_the_next(one: Replica, other: Replica) -> None:
    """
    A client of Redis that leaves a reply unread gives it to whoever asks next.
    """
    for number in range(50):
        await one.keep(f"k{number}", number)

    async def ask(number: int) -> None:
        assert await other.find_far(f"k{number}") in {None, number}

    for turn in range(40):
        tasks = [asyncio.create_task(ask(number)) for number in range(50)]
        await asyncio.sleep(turn * 0.0001)
        for task in tasks[::3]:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            assert outcome is None or isinstance(outcome, asyncio.CancelledError)
    assert other.link.is_there


async def test_a_value_that_is_not_ours_is_nothing(server: RedisServer, one: Replica) -> None:
    await one.keep("a", 1)
    other = f"{one.link._value}:b"
    server.cli("COPY", f"{one.link._value}:a", other)
    server.cli("SET", f"{one.link._value}:c", "garbage")

    assert await one.find_far("b") is None
    assert await one.find_far("c") is None
    assert 1 == await one.find_far("a")


async def test_news_that_are_not_ours_are_nothing(server: RedisServer, one: Replica) -> None:
    for text in ("garbage", "{}", '["line:1", 2]', "null"):
        server.cli("PUBLISH", "switchboard:changes", text)
    await one.keep("a", 1)
    await asyncio.sleep(0.05)

    assert 1 == await one.find("a")
    assert one.link.is_there


async def test_a_long_value_is_kept_in_the_process_only(server: RedisServer) -> None:
    async with replica(server.settings_with(max_value_bytes=1024)) as found:
        await found.keep("a", "x" * 2000)

        assert "x" * 2000 == await found.find("a")
        assert await found.find_far("a") is None


async def test_with_its_memory_full_redis_is_still_there_and_drops(server: RedisServer, one: Replica) -> None:
    await one.keep("a", 1, "line:1")
    server.cli("CONFIG", "SET", "maxmemory", "1")
    await one.keep("b", 2, "line:2")
    assert await one.find_far("b") is None
    assert one.link.is_there

    await one.store.drop(["line:1"])
    server.cli("CONFIG", "SET", "maxmemory", "0")

    async def is_told() -> bool:
        return one.link.is_there and not one.far._owed

    await eventually(is_told, seconds=8)
    assert await one.find("a") is None


async def test_encrypted_values_show_nothing_and_open_under_their_own_name_only(server: RedisServer) -> None:
    old, new = b"an old key that is long enough", b"a new key that is long enough"
    async with (
        replica(server.settings, sealing=Sealed([old])) as first,
        replica(server.settings, sealing=Sealed([new, old])) as second,
        replica(server.settings, sealing=Sealed([new])) as third,
    ):
        await first.keep("a", "Kyoko Tanaka", "line:1")
        raw = server.cli("GET", f"{first.link._value}:a")
        server.cli("COPY", f"{first.link._value}:a", f"{first.link._value}:b")

        assert "Tanaka" not in raw
        assert "Kyoko Tanaka" == await second.find("a")
        assert await third.find("a") is None
        assert await second.find("b") is None


async def test_closing_leaves_no_task_and_no_connection(server: RedisServer) -> None:
    before = asyncio.all_tasks()
    async with replica(server.settings) as found:
        await found.keep("a", 1)
        assert isinstance(found.link, RedisLink)

    assert before == asyncio.all_tasks()
    await asyncio.sleep(0.05)
    assert 1 == len(server.cli("CLIENT", "LIST").splitlines())
