"""The issuer for development: its key is one user's alone, and its tokens pass the checks of any other."""

import asyncio
import datetime as dt
import os
import pathlib
import stat

import pytest

from connectors.json import JsonObject
from gateway.access.tokens import development
from gateway.access.tokens.claims import AccessToken, Confirmation, TokenError, Trust
from gateway.access.tokens.fetching import FetchError
from gateway.access.tokens.issuer import Issuer
from gateway.access.tokens.thumbprint import thumbprint
from tests.connectors.support import FixedClock, Reports
from tests.gateway.access.issuing import AUDIENCE, NOW, ec_jwk

JKT = "A" * 43


def issued(path: pathlib.Path, *, lifetime_s: float = 60, **more: object) -> str:
    return development.issued(
        development.key_in(path),
        audience=AUDIENCE,
        client_id="shop",
        subject="u-1",
        scopes=["customer:read", "dpv:Marketing"],
        now=NOW,
        lifetime_s=lifetime_s,
        more=more,
    )


async def believed(written: str, path: pathlib.Path, *, later_s: float = 0) -> AccessToken:
    issuer = Issuer(
        Trust(issuer=development.ISSUER, audience=AUDIENCE, customer_claims={"shop": "account"}),
        development.published_by(path),
        algorithms=[development.ALGORITHM],
        keep_s=60,
        clock=FixedClock(dt.datetime.fromtimestamp(NOW + later_s, dt.UTC)),
        report=Reports(),
    )
    return await issuer.believed(written)


@pytest.fixture
def path(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "state" / "development-issuer.pem"


async def test_its_token_is_believed_and_says_what_it_was_to_say(path: pathlib.Path) -> None:
    found = await believed(issued(path, account="c-7", cnf={"jkt": JKT}), path)

    assert ("shop", "u-1", "c-7", NOW + 60) == (found.client_id, found.subject, found.customer, found.expires_at)
    assert frozenset({"customer:read", "dpv:Marketing"}) == found.scopes
    assert Confirmation(key=JKT) == found.confirmation


async def test_nothing_that_is_added_can_stand_for_who_issued_it_or_for_how_long(path: pathlib.Path) -> None:
    written = issued(path, iss="https://login.example", exp=NOW * 2, account="c-7")

    assert NOW + 60 == (await believed(written, path)).expires_at


async def test_it_expires(path: pathlib.Path) -> None:
    with pytest.raises(TokenError, match="expired"):
        await believed(issued(path, account="c-7"), path, later_s=66)


async def test_a_token_by_another_key_is_not_believed(path: pathlib.Path, tmp_path: pathlib.Path) -> None:
    with pytest.raises(TokenError):
        await believed(issued(tmp_path / "other.pem", account="c-7"), path)


def test_the_key_is_made_once_and_only_its_owner_may_read_it(path: pathlib.Path) -> None:
    first, second = (development.key_in(path).private_numbers() for _ in range(2))

    assert first == second
    assert (0o600, 0o700) == (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode))
    assert [path] == list(path.parent.iterdir())


async def test_all_who_are_the_first_have_one_key(path: pathlib.Path) -> None:
    every = await asyncio.gather(*(asyncio.to_thread(development.key_in, path) for _ in range(8)))

    assert 1 == len({each.private_numbers().private_value for each in every})


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_key_that_others_may_read_or_change_is_refused(path: pathlib.Path, mode: int) -> None:
    development.key_in(path)
    path.chmod(mode)

    with pytest.raises(development.KeyFileError, match="not this user's alone; remove it"):
        development.key_in(path)


def test_a_key_elsewhere_behind_a_link_is_refused(path: pathlib.Path) -> None:
    development.key_in(path)
    link = path.with_name("link.pem")
    link.symlink_to(path)

    with pytest.raises(development.KeyFileError, match="cannot be kept"):
        development.key_in(link)


@pytest.mark.parametrize("text", [b"", b"nonsense", b"-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"])
def test_a_file_that_holds_no_key_is_told_without_what_it_holds(path: pathlib.Path, text: bytes) -> None:
    path.parent.mkdir()
    path.touch(mode=0o600)
    path.write_bytes(text)

    with pytest.raises(development.KeyFileError, match="holds no key"):
        development.key_in(path)


async def test_where_nothing_can_be_kept_the_issuer_is_away(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(FetchError, match="cannot be kept"):
        await development.published_by(tmp_path / "file" / "key.pem")()


async def test_what_is_published_holds_nothing_private(path: pathlib.Path) -> None:
    published = await development.published_by(path)()

    assert b'"d"' not in published
    assert b"PRIVATE" not in published


def test_a_thumbprint_is_that_of_the_standard() -> None:
    # RFC 7638, 3.1.
    n = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3ok"
        "njhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu"
        "6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8a"
        "wapJzKnqDKgw"
    )
    key = JsonObject({"kty": "RSA", "n": n, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"})

    assert "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs" == thumbprint(key)


def test_what_is_said_beside_a_key_does_not_change_its_thumbprint() -> None:
    assert thumbprint(JsonObject(ec_jwk())) == thumbprint(JsonObject(ec_jwk(kid="two", use="sig")))
    with pytest.raises(ValueError, match="kty"):
        thumbprint(JsonObject({"kty": "oct", "k": "AAAA"}))


def test_the_file_is_the_gateways_own_user_s(path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    development.key_in(path)
    uid = os.geteuid()
    monkeypatch.setattr("os.geteuid", lambda: uid + 1)

    with pytest.raises(development.KeyFileError, match="not this user's alone"):
        development.key_in(path)
