"""The row of a check about the Redis that replicas share."""

import datetime as dt
import pathlib
from collections.abc import AsyncIterator

import pytest

from gateway.check import State, check
from gateway.check.redis import rows
from tests.gateway.stores.redis_server import RedisServer, needs_redis, running

pytestmark = needs_redis

NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
async def server() -> AsyncIterator[RedisServer]:
    async with running("--requirepass", "right", "--maxmemory", "8mb", "--maxmemory-policy", "allkeys-lru") as found:
        (found.folder / "right").write_text("right")
        (found.folder / "wrong").write_text("wrong")
        yield found


async def test_without_redis_in_the_settings_there_is_no_row() -> None:
    assert [] == await rows(None, where="x", now=NOW)


async def test_one_that_answers_and_forgets_by_itself_is_well(server: RedisServer) -> None:
    settings = server.settings_with(password=f"file:{server.folder}/right")

    (found,) = await rows(settings, where="x", now=NOW)

    assert (State.OK, "redis", "It answers.") == (found.state, found.what, found.why)
    assert found.took_ms is not None


async def test_a_wrong_password_is_told_as_one(server: RedisServer) -> None:
    settings = server.settings_with(password=f"file:{server.folder}/wrong")

    (found,) = await rows(settings, where="x", now=NOW)

    assert State.ERROR is found.state
    assert "does not let us in" in found.why
    assert "`password`" in found.do


async def test_one_that_is_not_there_is_told(server: RedisServer) -> None:
    server.kill()

    (found,) = await rows(server.settings, where="x", now=NOW)

    assert State.ERROR is found.state
    assert "cannot be reached" in found.why


async def test_one_that_answers_nothing_is_given_up(server: RedisServer) -> None:
    server.hold()

    (found,) = await rows(server.settings, where="x", now=NOW)

    assert State.ERROR is found.state
    assert found.took_ms is not None
    assert found.took_ms < 3000


@pytest.mark.parametrize("options", [(), ("--maxmemory", "8mb", "--maxmemory-policy", "noeviction")])
async def test_one_that_fills_up_is_a_warning(options: tuple[str, ...]) -> None:
    async with running(*options) as server:
        (found,) = await rows(server.settings, where="x", now=NOW)

    assert State.WARNING is found.state
    assert "allkeys-lru" in found.do


async def test_a_check_of_settings_has_the_row(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY_SECRET", "a secret of tests that is long enough")
    path = tmp_path / "switchboard.toml"
    async with running() as server:
        path.write_text(
            '[numbering]\ncountry_code = "999"\nnational_lengths = [8]\n'
            f'[cache.redis]\nurl = "unix://{server.socket}"\nkey_secret = "env:KEY_SECRET"\n'
        )
        found = [each for each in await check(path) if each.what == "redis"]

    assert [(State.WARNING, f"{path}: cache.redis")] == [(each.state, each.where) for each in found]
