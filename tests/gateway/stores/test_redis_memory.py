"""A Redis that forgets what it likes, or has no memory left: nothing is given that a drop would have missed."""

import pytest

from gateway.stores.envelope import headed, parted
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
