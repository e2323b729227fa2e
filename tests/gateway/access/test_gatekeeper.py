"""Who may ask, and what those read who may not."""

import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.terms import Criticality
from gateway.access.gatekeeper import AccessRefused, Gatekeeper
from gateway.access.issuer import Issuer
from gateway.access.issuers import Issuers
from gateway.access.settings import AccessSettings
from gateway.access.token import Trust
from tests.connectors.support import FixedClock, Reports
from tests.gateway.access.issuing import AUDIENCE, ISSUER, NOW, jwks, rsa_jwk, rsa_key, token


def gatekeeper() -> Gatekeeper:
    async def fetch() -> bytes:
        return jwks(rsa_jwk(rsa_key(), kid="one"))

    issuer = Issuer(
        Trust(issuer=ISSUER, audience=AUDIENCE),
        fetch,
        algorithms=["RS256"],
        keep_s=60,
        clock=FixedClock(dt.datetime.fromtimestamp(NOW, dt.UTC)),
        report=Reports(),
    )
    return Gatekeeper(Issuers([issuer]), {"desk": Criticality.AGENT, "shop": Criticality.PARTNER})


async def refusal(authorization: str | None) -> AccessRefused:
    with pytest.raises(AccessRefused) as caught:
        await gatekeeper().caller(authorization)
    return caught.value


@pytest.mark.parametrize(("client", "criticality"), [("desk", Criticality.AGENT), ("shop", Criticality.PARTNER)])
async def test_a_registered_client_is_of_the_class_that_it_was_registered_with(
    client: str, criticality: Criticality
) -> None:
    caller = await gatekeeper().caller(f"Bearer {token(client_id=client)}")

    assert (client, "u-1", criticality) == (caller.client_id, caller.subject, caller.criticality)
    assert frozenset({"customer:read", "bill:read"}) == caller.scopes
    assert "u-1" not in repr(caller)


@pytest.mark.parametrize("authorization", [None, "Basic dXNlcjpw", "DPoP abc"])
async def test_of_whoever_has_not_said_who_asks_nothing_is_wrong(authorization: str | None) -> None:
    denied = await refusal(authorization)

    assert (401, "UNAUTHENTICATED", 'Bearer realm="graph"') == (denied.status, denied.code, denied.challenge)


async def test_a_header_that_cannot_be_read_is_a_bad_request() -> None:
    denied = await refusal("Bearer a, Bearer b")

    assert (400, "BAD_INPUT") == (denied.status, denied.code)
    assert denied.challenge is not None
    assert denied.challenge.startswith('Bearer realm="graph", error="invalid_request"')


@pytest.mark.parametrize(
    ("claims", "why"), [({"exp": NOW - 60}, "it has expired"), ({"aud": "x"}, "it is for another audience")]
)
async def test_a_token_that_is_not_believed_is_told_why(claims: dict[str, Any], why: str) -> None:
    denied = await refusal(f"Bearer {token(**claims)}")

    assert (401, "UNAUTHENTICATED") == (denied.status, denied.code)
    assert f'Bearer realm="graph", error="invalid_token", error_description="{why}"' == denied.challenge


@pytest.mark.parametrize("client", ["Desk", "desk ", "des", "desks", "desk\x00"])
async def test_a_client_that_nobody_has_registered_is_told_no_more(client: str) -> None:
    denied = await refusal(f"Bearer {token(client_id=client)}")

    assert (denied.status, denied.challenge) in {(403, None), (401, denied.challenge)}


ISSUERS = [{"issuer": ISSUER, "jwks_url": "https://login.example/keys?v=1"}]
RIGHT: dict[str, Any] = {
    "audience": AUDIENCE,
    "issuers": ISSUERS,
    "clients": {"desk": {"class": "agent"}},
}


def test_settings_that_say_what_has_to_be_said_are_enough() -> None:
    found = AccessSettings.model_validate(RIGHT)

    assert ["RS256"] == found.issuers[0].algorithms
    assert "agent" == found.clients["desk"].class_


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"issuers": []}, "at least 1"),
        ({"clients": {}}, "at least 1"),
        ({"clients": {"desk": {}}}, "class"),
        ({"clients": {"desk": {"class": "vip"}}}, "agent"),
        ({"clients": {"": {"class": "agent"}}}, "at least 1"),
        ({"audience": ""}, "at least 1"),
        ({"audience": 'https://a"b'}, "pattern"),
        ({"audience": "https://a b"}, "pattern"),
        ({"issuers": [{"issuer": ISSUER, "jwks_url": "http://login.example/keys"}]}, "use https"),
        ({"issuers": [{"issuer": ISSUER, "jwks_url": "https://u:p@login.example/keys"}]}, "leave them out"),
        ({"issuers": [{"issuer": ISSUER, "jwks_url": "https://a.example/", "algorithms": ["HS256"]}]}, "RS256"),
        ({"issuers": [{"issuer": ISSUER, "jwks_url": "https://a.example/", "algorithms": ["none"]}]}, "RS256"),
        ({"issuers": [ISSUERS[0], ISSUERS[0]]}, "one name"),
    ],
)
def test_settings_with_which_nobody_or_anybody_could_ask_are_refused(change: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        AccessSettings.model_validate(RIGHT | change)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_an_issuer_on_this_machine_needs_no_tls(host: str) -> None:
    AccessSettings.model_validate(RIGHT | {"issuers": [{"issuer": ISSUER, "jwks_url": f"http://{host}:1/keys"}]})
