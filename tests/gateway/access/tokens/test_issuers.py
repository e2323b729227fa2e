"""Several issuers: each verifies its own tokens and nobody else's."""

import datetime as dt

import pytest

from gateway.access.tokens.claims import TokenError, Trust
from gateway.access.tokens.issuer import Issuer
from gateway.access.tokens.issuers import Issuers
from tests.connectors.support import FixedClock, Reports
from tests.gateway.access.issuing import AUDIENCE, ISSUER, NOW, jwks, rsa_jwk, rsa_key, token

OTHER = "https://other.example"


class Asked:
    def __init__(self, name: str, key: str) -> None:
        self.fetches = 0
        self._body = jwks(rsa_jwk(rsa_key(name=key), kid="one"))
        self.issuer = Issuer(
            Trust(issuer=name, audience=AUDIENCE),
            self._fetch,
            algorithms=["RS256"],
            keep_s=60,
            clock=FixedClock(dt.datetime.fromtimestamp(NOW, dt.UTC)),
            report=Reports(),
        )

    async def _fetch(self) -> bytes:
        self.fetches += 1
        return self._body


async def test_each_verifies_its_own_and_not_what_says_it_is_the_others() -> None:
    ours, theirs = Asked(ISSUER, "one"), Asked(OTHER, "two")
    issuers = Issuers([ours.issuer, theirs.issuer])
    right = token(iss=OTHER, key=rsa_key(name="two"))

    assert ISSUER == (await issuers.believed(token())).issuer
    assert OTHER == (await issuers.believed(right)).issuer
    for written in (token(iss=OTHER), token(key=rsa_key(name="two"))):
        with pytest.raises(TokenError, match="signature"):
            await issuers.believed(written)
    await issuers.aclose()


@pytest.mark.parametrize("names", [[ISSUER], [ISSUER, OTHER]])
async def test_a_stranger_is_refused_and_nobody_is_asked_on_its_word(names: list[str]) -> None:
    asked = [Asked(name, "one") for name in names]
    issuers = Issuers([each.issuer for each in asked])

    with pytest.raises(TokenError):
        await issuers.believed(token(iss="https://evil.example", key=rsa_key(name="two")))
    with pytest.raises(TokenError):
        await issuers.believed("nonsense")

    assert sum(each.fetches for each in asked) <= (1 if len(names) == 1 else 0)
