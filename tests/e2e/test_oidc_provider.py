"""Tokens of an OpenID provider that is not ours, over HTTP: what it issues by its own defaults is believed, and no more."""

import contextlib
import json
import pathlib
import secrets
import subprocess
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import PLAIN, RunningGateway, running
from tests.e2e.node import LOCKED, installed, need_node
from tests.gateway.access.issuing import encoded
from tests.gateway.access.proving import private_jwk, proof
from tests.ports import free_port

PACKAGE = pathlib.Path(__file__).parent / "oidc"
RESOURCE = "https://graph.operator.example"
_START_S = 60
_LIFE_S = 600
GRAPH = f"{RESOURCE}/graphql"
KEEP_S = 1.0


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The issuer's address."""
    need_node()
    folder = installed(*(PACKAGE / name for name in (*LOCKED, "server.mjs")))
    with subprocess.Popen(
        ["node", "server.mjs", str(free_port()), RESOURCE],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    ) as process:
        end = threading.Timer(_LIFE_S, process.kill)
        end.start()
        try:
            assert process.stdout is not None
            line = next((line for line in process.stdout if line.startswith("listening at ")), None)
            assert line is not None, "it did not start"
            yield line.removeprefix("listening at ").strip()
        finally:
            end.cancel()
            process.kill()


@pytest.fixture(scope="module")
def gateway(provider: str) -> Iterator[RunningGateway]:
    metadata = httpx.get(f"{provider}/.well-known/openid-configuration", trust_env=False, timeout=_START_S).json()
    introspection = {
        "url": metadata["introspection_endpoint"],
        "client_id": "graph",
        "client_secret": "env:TEST_INTROSPECTION_SECRET",
        "keep_s": KEEP_S,
    }
    access = {
        "audience": RESOURCE,
        "issuers": [
            {"issuer": metadata["issuer"], "jwks_url": metadata["jwks_uri"], "introspection": introspection},
        ],
        "dpop": {"url": GRAPH},
        "clients": {"desk": {"class": "agent"}, "opaque": {"class": "partner"}},
    }
    with contextlib.ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TEST_INTROSPECTION_SECRET", "graph-secret")
            patch.setenv("SWITCHBOARD_ACCESS", json.dumps(access))
            found = stack.enter_context(running())
        yield found


def issued(provider: str, client: str, *, dpop: str | None = None, **asked: str) -> dict[str, Any]:
    """What the provider's token endpoint answers *client*."""
    form = {"grant_type": "client_credentials", "scope": "customer:read"} | asked
    found: dict[str, Any] = sent(f"{provider}/token", client, form, dpop=dpop).json()
    return found


def sent(url: str, client: str, form: dict[str, str], *, dpop: str | None = None) -> httpx.Response:
    headers = {} if dpop is None else {"DPoP": dpop}
    return httpx.post(
        url, data=form, auth=(client, f"{client}-secret"), headers=headers, trust_env=False, verify=PLAIN, timeout=30
    )


def ask(gateway: RunningGateway, token: str, *proofs: str, scheme: str = "Bearer") -> httpx.Response:
    headers = [("Authorization", f"{scheme} {token}"), *(("DPoP", each) for each in proofs)]
    return httpx.post(
        gateway.url, json={"query": "{ __typename }"}, headers=headers, trust_env=False, verify=PLAIN, timeout=30
    )


def proof_of(token: str, **claims: Any) -> str:
    """A proof for the graph, by a clock that is right, and each another one."""
    right: dict[str, Any] = {"iat": int(time.time()), "jti": secrets.token_hex(8), "htu": GRAPH}
    return proof(token, **(right | claims))


@pytest.fixture(scope="module")
def bound(provider: str) -> str:
    """A token that is bound to the key of the proofs."""
    found = issued(provider, "desk", dpop=proof_of("", htu=f"{provider}/token", ath=...))
    assert "DPoP" == found["token_type"]
    return str(found["access_token"])


def test_its_access_token_is_believed(gateway: RunningGateway, provider: str) -> None:
    response = ask(gateway, issued(provider, "desk")["access_token"])

    assert (200, {"data": {"__typename": "Query"}}) == (response.status_code, response.json())


def test_of_a_client_that_it_knows_and_we_do_not_nothing_is_answered(gateway: RunningGateway, provider: str) -> None:
    response = ask(gateway, issued(provider, "stranger")["access_token"])

    assert (403, "FORBIDDEN") == (response.status_code, response.json()["errors"][0]["extensions"]["code"])


def test_its_token_for_another_resource_is_refused(gateway: RunningGateway, provider: str) -> None:
    token = issued(provider, "desk", resource="https://other.operator.example")["access_token"]

    response = ask(gateway, token)

    assert 401 == response.status_code
    assert "another audience" in response.headers["WWW-Authenticate"]


def test_its_opaque_token_is_believed_until_it_is_revoked(gateway: RunningGateway, provider: str) -> None:
    token = issued(provider, "opaque")["access_token"]
    assert "." not in token
    assert 200 == ask(gateway, token).status_code

    assert 200 == sent(f"{provider}/token/revocation", "opaque", {"token": token}).status_code

    time.sleep(KEEP_S)
    response = ask(gateway, token)
    assert (401, True) == (response.status_code, "it is not active" in response.headers["WWW-Authenticate"])


def test_an_opaque_token_that_it_never_issued_is_refused(gateway: RunningGateway) -> None:
    assert 401 == ask(gateway, secrets.token_urlsafe(32)).status_code


def test_its_opaque_token_for_another_resource_is_refused(gateway: RunningGateway, provider: str) -> None:
    token = issued(provider, "opaque", resource="https://other.operator.example")["access_token"]

    assert "another audience" in ask(gateway, token).headers["WWW-Authenticate"]


def test_its_token_that_is_bound_to_a_key_is_its_holders(gateway: RunningGateway, bound: str) -> None:
    assert 200 == ask(gateway, bound, proof_of(bound), scheme="DPoP").status_code
    assert 200 == ask(gateway, bound, proof_of(bound, htu=f"{GRAPH}?a=1"), scheme="DPoP").status_code


def test_its_opaque_token_that_is_bound_to_a_key_is_its_holders(gateway: RunningGateway, provider: str) -> None:
    token = issued(provider, "opaque", dpop=proof_of("", htu=f"{provider}/token", ath=...))["access_token"]

    assert 200 == ask(gateway, token, proof_of(token), scheme="DPoP").status_code
    assert 401 == ask(gateway, token).status_code


def test_a_stolen_token_or_proof_is_worth_nothing(gateway: RunningGateway, bound: str) -> None:
    used = proof_of(bound)
    assert 200 == ask(gateway, bound, used, scheme="DPoP").status_code
    head, claims, _ = proof_of(bound).split(".")
    refused = {
        "replayed": [used],
        "for another address": [proof_of(bound, htu="https://evil.example/graphql")],
        "for another method": [proof_of(bound, htm="GET")],
        "for another token": [proof_of("another")],
        "old": [proof_of(bound, iat=int(time.time()) - 61)],
        "of the future": [proof_of(bound, iat=int(time.time()) + 60)],
        "by another key": [proof_of(bound, algorithm="EdDSA")],
        "with a private key": [proof_of(bound, header={"jwk": private_jwk()})],
        "unsigned": [proof_of(bound, header={"alg": "none"})],
        "signed by a secret": [proof_of(bound, header={"alg": "HS256"})],
        "cut": [f"{head}.{claims}."],
        "altered": [f"{head}.{claims}.{encoded(bytes(64))}"],
        "oversized": [proof_of(bound, more="x" * 5000)],
        "two": [proof_of(bound), proof_of(bound)],
        "none": [],
    }
    for what, proofs in refused.items():
        response = ask(gateway, bound, *proofs, scheme="DPoP")
        assert 401 == response.status_code, what
        assert response.headers["WWW-Authenticate"].startswith('DPoP realm="graph", error="invalid_dpop_proof"'), what
        assert "data" not in response.json()
    assert 401 == ask(gateway, bound).status_code
    assert 401 == ask(gateway, bound, proof_of(bound)).status_code


def test_nothing_of_tokens_or_proofs_stands_in_the_log(gateway: RunningGateway, bound: str) -> None:
    ask(gateway, bound, proof_of(bound, htu="https://evil.example/s3cret"), scheme="DPoP")

    log = "".join(gateway.log.kept)
    assert bound[:40] not in log
    assert "s3cret" not in log
    assert "graph-secret" not in log
