"""An issuer whose keys change, who is away, slow or talks nonsense: who is believed meanwhile, and how often it is asked."""

import asyncio
import datetime as dt

import pytest

from gateway.access.tokens.claims import TokenError, Trust, Undecided
from gateway.access.tokens.fetching import FetchError
from gateway.access.tokens.issuer import WAIT_S, Issuer
from gateway.access.tokens.signatures import Verifier
from tests.connectors.support import FixedClock, Reports
from tests.gateway.access.issuing import AUDIENCE, ISSUER, NOW, jwks, rsa_jwk, rsa_key, token

OLD, NEW = rsa_jwk(rsa_key(), kid="one"), rsa_jwk(rsa_key(name="two"), kid="two")


def by_new_key(**claims: str) -> str:
    return token(header={"kid": "two"}, key=rsa_key(name="two"), text=None, **claims)


class Published:
    """What an issuer publishes, and how."""

    def __init__(self, body: bytes) -> None:
        self.body: bytes | Exception = body
        self.takes_s = 0.0
        self.fetches = 0

    async def fetch(self) -> bytes:
        self.fetches += 1
        await asyncio.sleep(self.takes_s)
        if isinstance(self.body, Exception):
            raise self.body
        return self.body


class Trying:
    """An issuer with a clock that stands still."""

    def __init__(self, body: bytes) -> None:
        self.published, self.report = Published(body), Reports()
        self.clock = FixedClock(dt.datetime.fromtimestamp(NOW, dt.UTC))
        self.issuer = Issuer(
            Trust(issuer=ISSUER, audience=AUDIENCE),
            self.published.fetch,
            algorithms=["RS256"],
            keep_s=3600,
            clock=self.clock,
            report=self.report,
        )

    async def believes(self, written: str) -> bool:
        try:
            await self.issuer.believed(written)
        except (TokenError, Undecided):
            return False
        return True

    async def believes_soon(self, written: str) -> bool:
        """Once what is under way has come to its end."""
        await self.believes(written)
        await asyncio.sleep(0.01)
        return await self.believes(written)


@pytest.fixture
def trying() -> Trying:
    return Trying(jwks(OLD))


async def test_a_token_is_believed_and_the_keys_are_fetched_once(trying: Trying) -> None:
    many = await asyncio.gather(*(trying.believes(token()) for _ in range(50)))

    assert all(many)
    assert 1 == trying.published.fetches


async def test_what_is_remembered_expires(trying: Trying) -> None:
    assert await trying.believes(token())
    trying.clock.advance(304)
    assert await trying.believes_soon(token())
    trying.clock.advance(2)
    assert not await trying.believes(token())


async def test_a_token_is_verified_once(trying: Trying, monkeypatch: pytest.MonkeyPatch) -> None:
    verifications = []
    real = Verifier.accepts

    def accepts(verifier: Verifier, signature: bytes, message: bytes) -> bool:
        verifications.append(message)
        return real(verifier, signature, message)

    monkeypatch.setattr(Verifier, "accepts", accepts)

    assert all([await trying.believes(written) for written in [token()] * 50])
    assert 1 == len(verifications)


async def test_a_new_key_serves_as_soon_as_somebody_comes_with_it(trying: Trying) -> None:
    await trying.believes(token())
    trying.published.body = jwks(OLD, NEW)
    trying.clock.advance(30)

    assert await trying.believes(by_new_key())
    assert 2 == trying.published.fetches


async def test_a_token_by_a_withdrawn_key_is_forgotten_within_a_minute(trying: Trying) -> None:
    assert await trying.believes(token())
    trying.published.body = jwks(NEW)
    trying.clock.advance(46)

    assert not await trying.believes_soon(token())


async def test_what_was_believed_by_a_key_is_not_believed_by_another_one_of_its_name(trying: Trying) -> None:
    assert await trying.believes(token())
    trying.published.body = jwks(rsa_jwk(rsa_key(name="two"), kid="one"))
    trying.clock.advance(46)

    assert not await trying.believes_soon(token())


async def test_nobody_is_believed_by_a_key_that_was_withdrawn_an_hour_ago(trying: Trying) -> None:
    assert await trying.believes(token(exp=NOW + 9000))
    trying.published.body = jwks(NEW)
    trying.clock.advance(3000)

    assert not await trying.believes(token(exp=NOW + 9000))


async def test_two_hundred_invented_keys_are_a_few_fetches(trying: Trying) -> None:
    for number in range(200):
        assert not await trying.believes(token(header={"kid": f"k{number}"}))
        trying.clock.advance(0.1)

    assert trying.published.fetches <= 3
    assert await trying.believes(token())


@pytest.mark.parametrize("body", [FetchError("it is away"), b"<html>", b'{"keys": []}', b"{" * 9000])
async def test_an_issuer_that_is_away_or_talks_nonsense_costs_nobody_known_anything(
    trying: Trying, body: bytes | Exception
) -> None:
    assert await trying.believes(token())
    right, trying.published.body = trying.published.body, body

    trying.clock.advance(100)
    assert await trying.believes_soon(token())
    trying.clock.advance(100)
    assert await trying.believes_soon(token())
    assert ["issuer_keys_not_fetched"] == [event for event, _ in trying.report.events]

    trying.published.body = right
    trying.clock.advance(30)
    assert await trying.believes_soon(token())
    assert "issuer_keys_fetched_again" == trying.report.events[-1][0]


async def test_an_issuer_that_hangs_holds_nobody_for_a_second(trying: Trying) -> None:
    assert await trying.believes(token())
    trying.published.takes_s = 60
    trying.clock.advance(50)

    async with asyncio.timeout(0.2):
        assert await trying.believes(token()), "young enough not to wait at all"
    trying.clock.advance(50)
    async with asyncio.timeout(WAIT_S + 0.3):
        assert await trying.believes(token())
    await trying.issuer.aclose()


async def test_whoever_leaves_takes_nobodys_keys_along(trying: Trying) -> None:
    trying.published.takes_s = 0.05
    first = asyncio.create_task(trying.believes(token()))
    second = asyncio.create_task(trying.believes(token()))
    await asyncio.sleep(0.01)
    first.cancel()

    assert await second
    assert 1 == trying.published.fetches


async def test_without_keys_nobody_is_believed() -> None:
    silent = Trying(b"")
    silent.published.body = FetchError("it is away")

    with pytest.raises(Undecided) as caught:
        await silent.issuer.believed(token())
    assert 10 == caught.value.retry_after_s


async def test_what_is_no_token_asks_the_issuer_nothing(trying: Trying) -> None:
    for written in ("", "a.b.c", "\ud800", token(header={"typ": "JWT"})):
        assert not await trying.believes(written)

    assert 0 == trying.published.fetches


async def test_no_more_tokens_are_remembered_than_there_is_room_for(
    trying: Trying, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.access.tokens.issuer._MOST_TOKENS", 3)
    for number in range(9):
        assert await trying.believes(token(jti=f"t-{number}"))

    assert 3 == len(trying.issuer._believed)
