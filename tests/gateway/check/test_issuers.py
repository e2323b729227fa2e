"""The rows of a check about issuers of access tokens."""

import contextlib
import datetime as dt
import pathlib
from collections.abc import AsyncIterator

import pytest

from gateway.access.settings import AccessSettings
from gateway.check import State, check
from gateway.check.issuers import rows
from tests.gateway.access.issuing import ec_jwk, jwks, rsa_jwk, rsa_key
from tests.gateway.access.tokens.test_fetching import answer, serving

NOW = dt.datetime.now(dt.UTC)


def settings(url: str, **changes: object) -> AccessSettings:
    issuer = {"issuer": "https://login.example", "jwks_url": url, "timeout_s": 0.5} | changes
    return AccessSettings.model_validate({"audience": "x", "issuers": [issuer], "clients": {"a": {"class": "agent"}}})


@contextlib.asynccontextmanager
async def publishing(body: bytes, *, status: str = "200 OK") -> AsyncIterator[str]:
    async with serving(answer(body, status=status)) as (source, _):
        yield str(source._url)


async def test_without_issuers_in_the_settings_there_is_no_row() -> None:
    assert [] == await rows(None, where="x", now=NOW, timeout_s=1)


async def test_one_that_tells_keys_which_serve_is_well() -> None:
    async with publishing(jwks(rsa_jwk(rsa_key(), kid="one"), ec_jwk(kid="two"))) as url:
        (found,) = await rows(settings(url, algorithms=["RS256", "ES256"]), where="f: access", now=NOW, timeout_s=5)

    assert (State.OK, "issuer", "It tells 2 keys that serve (ES256, RS256).") == (found.state, found.what, found.why)
    assert "f: access.issuers.0.jwks_url" == found.where
    assert found.took_ms is not None


@pytest.mark.parametrize(
    ("body", "status", "why"),
    [
        (b"", "404 Not Found", "Its keys do not come: it answered 404."),
        (b"<html>", "200 OK", "What it publishes does not serve: it is not a JWK set"),
        (jwks(ec_jwk()), "200 OK", "What it publishes does not serve: it has no key for RS256."),
    ],
)
async def test_one_that_tells_none_is_told(body: bytes, status: str, why: str) -> None:
    async with publishing(body, status=status) as url:
        (found,) = await rows(settings(url), where="x", now=NOW, timeout_s=5)

    assert State.ERROR is found.state
    assert found.why.startswith(why)
    assert "`jwks_url`" in found.do


async def test_one_that_is_not_there_is_told() -> None:
    async with publishing(b"") as url:
        pass

    (found,) = await rows(settings(url), where="x", now=NOW, timeout_s=5)

    assert "cannot be asked" in found.why


async def test_certificates_that_cannot_be_read_are_told(tmp_path: pathlib.Path) -> None:
    authorities = tmp_path / "authorities.pem"
    authorities.write_text("nothing")

    found = await rows(
        settings("https://localhost:9/", tls={"ca_file": str(authorities)}), where="x", now=NOW, timeout_s=5
    )

    assert [State.ERROR] == [each.state for each in found]
    assert "tls" in found[0].where


async def test_the_whole_check_asks_them(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "switchboard.toml"
    async with publishing(jwks(rsa_jwk(rsa_key()))) as url:
        file.write_text(f"""
[numbering]
country_code = "999"
national_lengths = [8]
[access]
audience = "x"
[[access.issuers]]
issuer = "y"
jwks_url = "{url}"
[access.clients]
a = {{ class = "agent" }}
""")
        found = await check(file)

    assert [State.OK] == [each.state for each in found if each.what == "issuer"]


def asked(url: str) -> AccessSettings:
    introspection = {"url": url, "client_id": "graph", "client_secret": "env:PATH", "timeout_s": 0.5}
    found = settings(url, introspection=introspection).model_dump(by_alias=True)
    found["issuers"][0] |= {"jwks_url": None}
    return AccessSettings.model_validate(found)


@pytest.mark.parametrize(
    ("body", "status", "state", "why"),
    [
        (b'{"active": false}', "200 OK", State.OK, "It says what tokens are."),
        (b"", "401 No", State.ERROR, "It does not say what tokens are: it answered 401."),
        (b'{"active": "no"}', "200 OK", State.ERROR, "whether a token is active"),
    ],
)
async def test_one_that_is_asked_about_tokens_is_asked_about_one_of_nobody(
    body: bytes, status: str, state: State, why: str
) -> None:
    async with publishing(body, status=status) as url:
        (found,) = await rows(asked(url), where="f: access", now=NOW, timeout_s=5)

    assert (state, "f: access.issuers.0.introspection") == (found.state, found.where)
    assert why in found.why


def development(path: pathlib.Path) -> AccessSettings:
    found = {"audience": "x", "development": {"key_file": str(path)}, "clients": {"a": {"class": "agent"}}}
    return AccessSettings.model_validate(found)


async def test_the_issuer_for_development_is_a_warning_and_its_key_is_not_made(tmp_path: pathlib.Path) -> None:
    (found,) = await rows(development(tmp_path / "key.pem"), where="f: access", now=NOW, timeout_s=1)

    assert (State.WARNING, "f: access.development") == (found.state, found.where)
    assert "production" in found.do
    assert not (tmp_path / "key.pem").exists()


async def test_a_key_for_development_that_others_may_read_is_an_error(tmp_path: pathlib.Path) -> None:
    (tmp_path / "key.pem").touch(mode=0o644)

    (found,) = await rows(development(tmp_path / "key.pem"), where="f: access", now=NOW, timeout_s=1)

    assert State.ERROR is found.state
    assert "Remove it" in found.do
