"""A Redis that forgets what it likes, or has no memory left: nothing is given that a drop would have missed."""

import pytest
from redis import exceptions

from gateway.stores.envelope import headed, parted
from gateway.stores.redis_link import Away
from gateway.stores.redis_trouble import trouble
from gateway.stores.sealing import Sealed
from tests.gateway.stores.redis_server import RedisServer, needs_redis
from tests.gateway.stores.replicas import Replica, replica

pytestmark = needs_redis


async def test_a_drop_that_finds_no_set_of_its_tag_is_heeded_all_the_same(
    server: RedisServer, one: Replica, other: Replica
) -> None:
    await one.keep("a", "the old owner", "line:1", "system:crm")
    server.cli("DEL", one.link._tag("line:1"))

    await one.store.drop(["line:1"])

    assert await one.find("a") is None
    assert await other.find("a") is None


@pytest.mark.parametrize("lost", ["line:1", "system:crm"])
async def test_a_value_that_one_of_its_tags_has_lost_is_not_given_and_goes(
    lost: str, server: RedisServer, one: Replica, other: Replica
) -> None:
    await one.keep("a", 1, "line:1", "system:crm")
    await one.keep("b", 2, "line:2")
    server.cli("DEL", one.link._tag(lost))
    await one.keep("c", 3, lost)

    assert await other.find("a") is None
    assert [2, 3] == [await other.find("b"), await other.find("c")]
    assert "0" == server.cli("EXISTS", f"{one.link._value}:a")


async def test_what_is_kept_again_is_given_again(server: RedisServer, one: Replica, other: Replica) -> None:
    await one.keep("a", 1, "line:1")
    server.cli("DEL", one.link._tag("line:1"))

    await one.keep("a", 2, "line:1")

    assert 2 == await other.find("a")


async def test_a_sealed_value_cannot_be_given_other_tags(server: RedisServer) -> None:
    async with replica(server.settings, sealing=Sealed([b"a key that is long enough"])) as found:
        await found.keep("a", 1, "line:1")
        assert 1 == await found.find_far("a")
        value = await found.link.get("a")
        assert value is not None
        tags, sealed = parted(value) or ((), b"")
        assert ("line:1",) == tags

        await found.link._client.set(f"{found.link._value}:a", headed([], sealed))

        assert await found.find_far("a") is None


@pytest.mark.parametrize("garbage", [b"", b"garbage", b"{}\n", b"[[]]\n", b"null\n", b"[1]\n", b'["a"'])
async def test_what_does_not_begin_with_tags_is_nothing(garbage: bytes, one: Replica) -> None:
    await one.link._client.set(f"{one.link._value}:a", garbage)

    assert await one.find_far("a") is None
    assert one.link.is_there


@pytest.mark.parametrize("why", ["it is too long", "nobody can write it", "there is no memory"])
async def test_where_redis_does_not_take_an_answer_the_older_one_does_not_come_back(
    why: str, server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with replica(server.settings_with(max_value_bytes=1024)) as found:
        await found.keep("a", "old", "line:1")
        if why == "nobody can write it":
            monkeypatch.setattr(found.codes, "encode", lambda _: None)
        if why == "there is no memory":
            _fill(server)
        await found.keep("a", "x" * 2000 if why == "it is too long" else "new", "line:1")

        assert await found.find_far("a") is None
        assert "0" == server.cli("EXISTS", f"{found.link._value}:a")
        assert found.link.is_there


async def test_where_redis_could_not_be_told_of_an_answer_the_older_one_does_not_come_back(
    one: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    await one.keep("a", "old", "line:1")
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(one.link, "keep", _away)
        await one.keep("a", "new", "line:1")
    assert await one.find_far("a") is None

    await one.keep("a", "newer", "line:1")

    assert "newer" == await one.find_far("a")


async def test_so_many_answers_of_which_it_could_not_be_told_are_known_and_no_more(
    one: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.stores.redis.MAX_NEWER", 3)
    monkeypatch.setattr(one.link, "keep", _away)

    for number in range(5):
        await one.keep(f"k{number}", number)

    assert ["k2", "k3", "k4"] == list(one.far._newer)


async def test_without_memory_for_a_lease_everybody_has_one(server: RedisServer, one: Replica) -> None:
    _fill(server)

    first, second = await one.leases.take("a", ttl_s=5), await one.leases.take("a", ttl_s=5)

    assert first is not None
    assert second is not None
    await first.release()
    assert one.link.is_there


async def test_without_memory_a_session_goes_on_and_gives_what_is_there(server: RedisServer, one: Replica) -> None:
    await one.keep("a", 1, "line:1")
    _fill(server)

    await one.link._look_at_clock()

    assert 1 == await one.find_far("a")
    await one.store.drop(["line:1"])
    assert await one.find_far("a") is None
    assert not one.far._owed


def test_full_memory_is_told_as_such() -> None:
    assert "allkeys-lru" in trouble(exceptions.OutOfMemoryError()).do


def _fill(server: RedisServer) -> None:
    server.cli("CONFIG", "SET", "maxmemory-policy", "noeviction")
    server.cli("CONFIG", "SET", "maxmemory", "1mb")


async def _away(*_: object, **__: object) -> bool:
    raise Away
