"""Who may ask, and what those read who may not."""

import base64
import datetime as dt
import hashlib
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.terms import Criticality
from gateway.access.gatekeeper import AccessRefused, Caller, gatekeeper
from gateway.access.presented import Presented
from gateway.access.settings import AccessSettings
from gateway.overrides.bans import Bans
from gateway.overrides.override import Entry, Revoked, Suspended
from tests.connectors.support import FixedClock, Reports
from tests.gateway.access.issuing import AUDIENCE, ISSUER, NOW, encoded, jwks, rsa_jwk, rsa_key, token
from tests.gateway.access.proving import JKT, URL, proof

ISSUERS = [{"issuer": ISSUER, "jwks_url": "https://login.example/keys?v=1"}]
HERE = [{"issuer": name, "jwks_url": "http://127.0.0.1:1/keys"} for name in (ISSUER, "https://other.example")]
RIGHT: dict[str, Any] = {"audience": AUDIENCE, "issuers": ISSUERS, "clients": {"desk": {"class": "agent"}}}
CLIENTS: dict[str, Any] = {
    "desk": {"class": "agent", "audience": "agent"},
    "shop": {"class": "partner", "scopes": ["customer:read"], "purposes": ["dpv:Marketing"]},
    "app": {"class": "self_care", "audience": "self_care", "customer_claim": "account"},
    "other": {"class": "agent", "issuer": "https://other.example"},
}
CERTIFICATE = b"a certificate"
X5T = encoded(hashlib.sha256(CERTIFICATE).digest())
CLIENT_CERT = f":{base64.b64encode(CERTIFICATE).decode()}:"
METADATA = ', resource_metadata="https://graph.example/.well-known/oauth-protected-resource"'
BOUND: dict[str, Any] = {"cnf": {"jkt": JKT}}
HOLDERS = {"dpop": {"url": URL}, "client_certificate": {"trusted_proxies": ["127.0.0.1"]}}


def at(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


class Trying:
    """A gatekeeper with a clock that stands still, and keys that can be away."""

    def __init__(
        self,
        *,
        holders: bool = True,
        keys: bytes | None = None,
        suspended: Collection[str] = (),
        revoked: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        self.clock = FixedClock(dt.datetime.fromtimestamp(NOW, dt.UTC))
        self.keys = jwks(rsa_jwk(rsa_key(), kid="one")) if keys is None else keys
        settings = AccessSettings.model_validate(
            {**RIGHT, "clients": CLIENTS, "issuers": HERE, **(HOLDERS if holders else {})}
        )
        bans = Bans()
        said = [
            *(Suspended(client=each) for each in suspended),
            *(Revoked(client=each, issued_before=at(before)) for each, before in revoked.items()),
        ]
        bans.set(Entry(override=each, by="alice", why="INC-1", since=self.clock.now()) for each in said)
        self.gatekeeper = gatekeeper(settings, clock=self.clock, report=Reports(), bans=bans)
        for issuer in self.gatekeeper.issuers._by_name.values():
            issuer._fetch = self._fetch  # type: ignore[attr-defined]

    async def _fetch(self) -> bytes:
        return self.keys

    async def caller(self, authorization: str | None, **more: Any) -> Caller:
        return await self.gatekeeper.caller(Presented(authorization=authorization, **more))

    async def refusal(self, authorization: str | None, **more: Any) -> AccessRefused:
        with pytest.raises(AccessRefused) as caught:
            await self.caller(authorization, **more)
        return caught.value


async def refusal(authorization: str | None, *, holders: bool = False, **more: Any) -> AccessRefused:
    return await Trying(holders=holders).refusal(authorization, **more)


@pytest.mark.parametrize(("client", "criticality"), [("desk", Criticality.AGENT), ("shop", Criticality.PARTNER)])
async def test_a_registered_client_is_of_the_class_that_it_was_registered_with(
    client: str, criticality: Criticality
) -> None:
    caller = await Trying().caller(f"Bearer {token(client_id=client, scope='customer:read')}")

    assert (client, "u-1", criticality) == (caller.client_id, caller.subject, caller.criticality)
    assert frozenset({"customer:read"}) == caller.scopes
    assert "u-1" not in repr(caller)


async def test_a_caller_is_all_that_its_token_and_its_registration_say() -> None:
    found = await Trying().caller(f"Bearer {token(client_id='app', account='c-7', scope='bill:read dpv:Billing')}")

    assert (ISSUER, "self_care", "c-7", NOW + 300) == (found.issuer, found.audience, found.customer, found.expires_at)
    assert (frozenset({"bill:read"}), frozenset({"dpv:Billing"})) == (found.scopes, found.purposes)
    assert "c-7" not in repr(found)


async def test_what_a_client_may_never_use_is_ignored_to_the_letter() -> None:
    asked = "customer:read customer:read:all bill:read dpv:Marketing dpv:MarketingAndMore"
    found = await Trying().caller(f"Bearer {token(client_id='shop', scope=asked)}")

    assert (frozenset({"customer:read"}), frozenset({"dpv:Marketing"})) == (found.scopes, found.purposes)
    assert frozenset({"dpv:MarketingAndMore"}) == found.other_purposes, "it was named all the same"
    assert "partner" == found.audience


@pytest.mark.parametrize("client", ["shop", "desk"])
async def test_what_a_token_names_beside_its_purpose_makes_it_another_caller(client: str) -> None:
    trying = Trying()
    one, two = [
        await trying.caller(f"Bearer {token(client_id=client, scope=f'customer:read dpv:Marketing{more}')}")
        for more in ("", " DPV:x")
    ]

    assert one != two
    assert 2 == len({one, two})


@pytest.mark.parametrize("account", [..., None, "", 7, ["c-7"], "c" * 257])
async def test_a_token_that_has_to_name_its_customer_and_does_not_is_refused(account: Any) -> None:
    denied = await refusal(f"Bearer {token(client_id='app', account=account)}")

    assert 401 == denied.status
    assert "names no customer" in str(denied.challenge)


async def test_one_issuer_cannot_speak_for_the_clients_of_another() -> None:
    denied = await refusal(f"Bearer {token(client_id='other')}")

    assert 401 == denied.status
    assert "another issuer" in str(denied.challenge)
    assert await Trying().caller(f"Bearer {token(client_id='other', iss='https://other.example')}")


async def test_while_nobody_can_say_whether_a_token_is_right_it_is_not_the_tokens_fault() -> None:
    denied = await Trying(keys=b"nonsense").refusal(f"Bearer {token()}")

    assert (503, "UPSTREAM_UNAVAILABLE", None, 10) == (
        denied.status,
        denied.code,
        denied.challenge,
        denied.retry_after_s,
    )


class TestBoundToAKey:
    async def test_its_holder_shows_it_once_with_each_proof(self) -> None:
        trying, written = Trying(), token(**BOUND)

        assert await trying.caller(f"DPoP {written}", dpop=proof(written))
        assert await trying.caller(f"DPoP {written}", dpop=proof(written, jti="p-2"))
        again = await trying.refusal(f"DPoP {written}", dpop=proof(written))
        assert (401, "UNAUTHENTICATED") == (again.status, again.code)
        assert str(again.challenge).startswith('DPoP realm="graph", error="invalid_dpop_proof"')
        assert 'algs="ES256 ' in str(again.challenge)

    @pytest.mark.parametrize("more", [{}, {"dpop": "x"}, {"dpop": None}])
    async def test_nobody_else_shows_it_without_a_proof(self, more: dict[str, Any]) -> None:
        written = token(**BOUND)
        bearer = await refusal(f"Bearer {written}", holders=True, **more)
        dpop = await refusal(f"DPoP {written}", holders=True, **more)

        assert (401, 401) == (bearer.status, dpop.status)
        assert str(bearer.challenge).startswith('Bearer realm="graph", error="invalid_token"')
        assert "invalid_dpop_proof" in str(dpop.challenge)

    async def test_as_bearer_not_even_its_holder_shows_it(self) -> None:
        written = token(**BOUND)

        assert 401 == (await refusal(f"Bearer {written}", holders=True, dpop=proof(written))).status

    async def test_a_token_that_is_not_bound_cannot_be_shown_as_if_it_were(self) -> None:
        written = token()
        denied = await refusal(f"DPoP {written}", holders=True, dpop=proof(written))

        assert 'error="invalid_token"' in str(denied.challenge)
        assert "bound to no key" in str(denied.challenge)

    async def test_a_thief_with_a_key_of_its_own_is_refused(self) -> None:
        written = token(**BOUND)
        denied = await refusal(f"DPoP {written}", holders=True, dpop=proof(written, algorithm="EdDSA"))

        assert "by another key" in str(denied.challenge)

    async def test_a_refused_proof_is_not_used_up(self) -> None:
        trying, written = Trying(), token(**BOUND)
        head, claims, signature = proof(written).split(".")
        assert 401 == (await trying.refusal(f"DPoP {written}", dpop=proof(written), method="GET")).status
        forged = f"{head}.{claims}.{signature[::-1]}"
        assert 401 == (await trying.refusal(f"DPoP {written}", dpop=forged)).status

        assert await trying.caller(f"DPoP {written}", dpop=proof(written))

    async def test_of_an_unbelieved_token_no_proof_is_looked_at(self) -> None:
        written = token(key=rsa_key(name="two"), **BOUND)
        denied = await refusal(f"DPoP {written}", holders=True, dpop=proof(written))

        assert 'DPoP realm="graph", error="invalid_token"' in str(denied.challenge)

    async def test_where_proofs_are_not_set_up_it_is_refused_and_the_scheme_unknown(self) -> None:
        written = token(**BOUND)

        assert 'error="invalid_token"' in str((await refusal(f"Bearer {written}")).challenge)
        assert f'Bearer realm="graph"{METADATA}' == (await refusal(f"DPoP {written}", dpop=proof(written))).challenge


class TestBoundToACertificate:
    async def test_it_is_believed_on_the_word_of_a_trusted_proxy(self) -> None:
        written = token(cnf={"x5t#S256": X5T})

        assert await Trying().caller(f"Bearer {written}", certificate=CLIENT_CERT, peer="127.0.0.1")

    @pytest.mark.parametrize(
        "more",
        [
            {},
            {"peer": "127.0.0.1"},
            {"certificate": CLIENT_CERT},
            {"certificate": CLIENT_CERT, "peer": "10.0.0.7"},
            {"certificate": f"{CLIENT_CERT},{CLIENT_CERT}", "peer": "127.0.0.1"},
            {"certificate": ":b3RoZXI=:", "peer": "127.0.0.1"},
        ],
    )
    async def test_nobody_else_shows_it(self, more: dict[str, Any]) -> None:
        denied = await refusal(f"Bearer {token(cnf={'x5t#S256': X5T})}", holders=True, **more)

        assert 401 == denied.status
        assert "another certificate" in str(denied.challenge)

    async def test_where_no_proxy_is_trusted_nobody_shows_it(self) -> None:
        more: dict[str, Any] = {"certificate": CLIENT_CERT, "peer": "127.0.0.1"}

        assert 401 == (await refusal(f"Bearer {token(cnf={'x5t#S256': X5T})}", **more)).status

    async def test_bound_to_both_it_wants_both(self) -> None:
        written = token(cnf={"x5t#S256": X5T, "jkt": JKT})
        certificate: dict[str, Any] = {"certificate": CLIENT_CERT, "peer": "127.0.0.1"}

        assert await Trying().caller(f"DPoP {written}", dpop=proof(written), **certificate)
        assert 401 == (await refusal(f"DPoP {written}", holders=True, dpop=proof(written))).status
        assert 401 == (await refusal(f"Bearer {written}", holders=True, **certificate)).status

    async def test_a_certificate_nobody_asked_for_changes_nothing(self) -> None:
        assert await Trying().caller(f"Bearer {token()}", certificate="nonsense", peer="127.0.0.1")


@pytest.mark.parametrize(
    "cnf", [{}, None, [], "x", {"kid": "a"}, {"jwk": {}}, {"jkt": JKT, "x": 1}, {"jkt": 5}, {"x5t#S256": "short"}]
)
async def test_a_token_that_is_bound_as_nobody_knows_is_refused(cnf: Any) -> None:
    assert 401 == (await refusal(f"Bearer {token(cnf=cnf)}", holders=True)).status


@pytest.mark.parametrize("authorization", [None, "Basic dXNlcjpw", "DPoP abc"])
async def test_of_whoever_has_not_said_who_asks_nothing_is_wrong(authorization: str | None) -> None:
    denied = await refusal(authorization)

    assert (401, "UNAUTHENTICATED", f'Bearer realm="graph"{METADATA}') == (denied.status, denied.code, denied.challenge)


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
    assert f'Bearer realm="graph", error="invalid_token", error_description="{why}"{METADATA}' == denied.challenge


@pytest.mark.parametrize("client", ["Desk", "desk ", "des", "desks", "desk\x00"])
async def test_a_client_that_nobody_has_registered_is_told_no_more(client: str) -> None:
    denied = await refusal(f"Bearer {token(client_id=client)}")

    assert (denied.status, denied.challenge) in {(403, None), (401, denied.challenge)}


def introspecting(**changes: Any) -> dict[str, Any]:
    """An issuer that is asked about its tokens."""
    asked = {"url": "https://login.example/introspect", "client_id": "graph", "client_secret": "env:PATH"} | changes
    return {"issuers": [{"issuer": ISSUER, "introspection": asked}]}


def test_an_issuer_may_be_asked_about_its_tokens_instead() -> None:
    found = AccessSettings.model_validate(RIGHT | introspecting()).issuers[0]

    assert found.jwks_url is None
    assert found.introspection is not None
    assert 10 == found.introspection.keep_s


def test_settings_that_say_what_has_to_be_said_are_enough() -> None:
    found = AccessSettings.model_validate(RIGHT)

    assert ["RS256"] == found.issuers[0].algorithms
    assert "agent" == found.clients["desk"].class_


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"issuers": []}, "nobody issues tokens"),
        ({"development": {}}, "leave development out in production"),
        ({"development": {"key": "x"}}, "development.key"),
        ({"clients": {"desk": {"class": "agent", "issuer": "https://other.example"}}}, "none of the issuers"),
        ({"clients": {"desk": {"class": "agent", "audience": "vip"}}}, "audience"),
        ({"clients": {"desk": {"class": "agent", "scopes": ["a b"]}}}, "no scope"),
        ({"clients": {"desk": {"class": "agent", "scopes": ["dpv:Marketing"]}}}, "into `purposes`"),
        ({"clients": {"desk": {"class": "agent", "purposes": ["Marketing"]}}}, "begins with dpv:"),
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
        ({"dpop": {}}, "url"),
        ({"dpop": {"url": "http://graph.example/graphql"}}, "travel in the clear"),
        ({"dpop": {"url": f"{URL}?a=1"}}, "leave them out"),
        ({"dpop": {"url": "https://u:p@graph.example/graphql"}}, "without user and password"),
        ({"client_certificate": {"trusted_proxies": []}}, "at least 1"),
        ({"client_certificate": {"trusted_proxies": ["proxy.example"]}}, "no address or network"),
        ({"client_certificate": {"trusted_proxies": ["10.0.0.1/8"]}}, "no address or network"),
        ({"issuers": [{"issuer": ISSUER}]}, "add jwks_url, introspection, or both"),
        (introspecting(url="http://login.example/introspect"), "use https"),
        (introspecting(client_secret="s3cret"), "a secret is named, not written here"),
        (introspecting(keep_s=61), "less than or equal to 60"),
        (introspecting(keep_s=-1), "greater than or equal to 0"),
        (introspecting(client_id=""), "at least 1"),
    ],
)
def test_settings_with_which_nobody_or_anybody_could_ask_are_refused(change: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        AccessSettings.model_validate(RIGHT | change)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_an_issuer_on_this_machine_needs_no_tls(host: str) -> None:
    AccessSettings.model_validate(RIGHT | {"issuers": [{"issuer": ISSUER, "jwks_url": f"http://{host}:1/keys"}]})


async def test_a_client_that_is_suspended_is_refused_whatever_its_token_says() -> None:
    trying = Trying(suspended={"desk"})
    refusal = await trying.refusal(f"Bearer {token(client_id='desk')}")

    assert (403, "FORBIDDEN", None) == (refusal.status, refusal.code, refusal.challenge)
    assert "shop" == (await trying.caller(f"Bearer {token(client_id='shop')}")).client_id
    # Nobody learns of it who could not ask anyway.
    assert 401 == (await trying.refusal(f"Bearer {token(client_id='desk', exp=1)}")).status


async def test_a_token_that_was_revoked_is_not_believed_and_says_so_as_the_standard_has_it() -> None:
    trying = Trying(revoked={"desk": NOW - 10})
    olds: list[dict[str, Any]] = [{"iat": NOW - 11}, {"iat": NOW - 11, "nbf": NOW}]
    for old in olds:
        refusal = await trying.refusal(f"Bearer {token(client_id='desk', **old)}")
        assert (401, "UNAUTHENTICATED") == (refusal.status, refusal.code)
        assert 'error="invalid_token", error_description="it was revoked"' in (refusal.challenge or "")

    assert "desk" == (await trying.caller(f"Bearer {token(client_id='desk', iat=NOW - 10)}")).client_id
    assert "shop" == (await trying.caller(f"Bearer {token(client_id='shop', iat=NOW - 11)}")).client_id
