"""A gateway that wants to know who asks, in front of an issuer over HTTP: who is answered, who is not, and what is fetched."""

import base64
import contextlib
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import PLAIN, RunningGateway, running
from tests.e2e.login import AUDIENCE, ISSUER, Login, bearer, right
from tests.gateway.access.issuing import encoded, jwks, rsa_jwk, rsa_key

QUERY = {"query": "{ __typename }"}
SHOP_PAGES = "https://shop.example"
METADATA = "/.well-known/oauth-protected-resource"


@pytest.fixture(scope="module")
def login() -> Iterator[Login]:
    found = Login()
    yield found
    found.close()


@pytest.fixture(scope="module")
def gateway(login: Login) -> Iterator[RunningGateway]:
    introspection = {
        "url": f"{login.url}/introspect",
        "client_id": "graph",
        "client_secret": "env:TEST_INTROSPECTION_SECRET",
        "timeout_s": 0.5,
        "keep_s": 30,
    }
    access = {
        "audience": AUDIENCE,
        "issuers": [{"issuer": ISSUER, "jwks_url": f"{login.url}/keys", "introspection": introspection}],
        "client_certificate": {"trusted_proxies": ["127.0.0.1"]},
        "clients": {"desk": {"class": "agent"}, "shop": {"class": "partner", "origins": [SHOP_PAGES]}},
    }
    with contextlib.ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TEST_INTROSPECTION_SECRET", "graph-s3cret")
            patch.setenv("SWITCHBOARD_ACCESS", json.dumps(access))
            found = stack.enter_context(running())
        yield found


@pytest.fixture
def asking(gateway: RunningGateway) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=gateway.url.removesuffix("/graphql"), trust_env=False, verify=PLAIN, timeout=30
    ) as found:
        yield found


def test_a_registered_client_with_a_token_is_answered(asking: httpx.Client, login: Login) -> None:
    for client in ("desk", "shop"):
        response = asking.post("/graphql", json=QUERY, headers=bearer(right(client_id=client)))
        assert (200, {"data": {"__typename": "Query"}}) == (response.status_code, response.json())

    assert ["/keys"] == login.asked


def test_whoever_has_no_token_is_told_how_to_show_one_and_nothing_else(asking: httpx.Client) -> None:
    for response in (asking.post("/graphql", json=QUERY), asking.get("/graphql", params=QUERY)):
        (error,) = response.json()["errors"]
        assert 401 == response.status_code
        assert f'Bearer realm="graph", resource_metadata="{AUDIENCE}{METADATA}"' == response.headers["WWW-Authenticate"]
        assert "UNAUTHENTICATED" == error["extensions"]["code"]
        assert response.headers["X-Request-Id"] == error["extensions"]["requestId"]
        assert "no-store" == response.headers["Cache-Control"]
        assert "data" not in response.json()


def test_the_refusal_is_in_the_callers_language(asking: httpx.Client) -> None:
    response = asking.post("/graphql", json=QUERY, headers={"Accept-Language": "zh-CN"})

    assert "令牌" in response.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"exp": 1}, 401),
        ({"aud": "https://other.example"}, 401),
        ({"iss": "https://evil.example"}, 401),
        ({"scope": ["a"]}, 401),
        ({"header": {"alg": "none"}}, 401),
        ({"header": {"typ": "JWT"}}, 401),
        ({"key": rsa_key(name="another")}, 401),
        ({"client_id": "stranger"}, 403),
    ],
)
def test_a_token_that_is_not_right_is_refused(asking: httpx.Client, changes: dict[str, Any], status: int) -> None:
    response = asking.post("/graphql", json=QUERY, headers=bearer(right(**changes)))

    assert status == response.status_code
    assert "data" not in response.json()
    assert (401 == status) == ('error="invalid_token"' in response.headers.get("WWW-Authenticate", ""))


@pytest.mark.parametrize("name", ["jku", "x5u"])
def test_a_token_cannot_have_anything_fetched(asking: httpx.Client, login: Login, name: str) -> None:
    before = len(login.asked)

    response = asking.post("/graphql", json=QUERY, headers=bearer(right(header={name: f"{login.url}/evil"})))

    assert 401 == response.status_code
    assert "/evil" not in login.asked[before:]


def test_a_header_twice_is_a_bad_request(asking: httpx.Client) -> None:
    written = f"Bearer {right()}"

    response = asking.post("/graphql", json=QUERY, headers=[("Authorization", written), ("Authorization", written)])

    assert 400 == response.status_code
    assert 'error="invalid_request"' in response.headers["WWW-Authenticate"]


def about(**changes: Any) -> tuple[int, bytes]:
    """What the issuer says of an opaque token."""
    said: dict[str, Any] = {
        "active": True,
        "aud": AUDIENCE,
        "client_id": "shop",
        "sub": "very-secret-subject",
        "exp": int(time.time()) + 300,
    }
    return 200, json.dumps(said | changes).encode()


def test_about_an_opaque_token_its_issuer_is_asked_once(asking: httpx.Client, login: Login) -> None:
    login.said["opaque-1"] = about()

    assert {200} == {asking.post("/graphql", json=QUERY, headers=bearer("opaque-1")).status_code for _ in range(5)}
    assert 1 == login.asked_about.count("opaque-1")


@pytest.mark.parametrize(
    "changes",
    [
        {"active": False},
        {"aud": "https://other.example"},
        {"iss": "https://evil.example"},
        {"exp": "never"},
        {"exp": 1},
        {"client_id": ["shop"]},
        {"scope": ["a"]},
        {"cnf": {"jkt": "A" * 43}},
        {"cnf": {"other": "x"}},
        {"token_type": "refresh_token"},
    ],
)
def test_an_opaque_token_that_is_not_right_is_refused(
    asking: httpx.Client, login: Login, changes: dict[str, Any]
) -> None:
    name = secrets.token_hex(8)
    login.said[name] = about(**changes)

    response = asking.post("/graphql", json=QUERY, headers=bearer(name))

    assert (401, True) == (response.status_code, 'error="invalid_token"' in response.headers["WWW-Authenticate"])


def test_while_nobody_can_say_what_a_token_is_it_may_be_shown_again(asking: httpx.Client, login: Login) -> None:
    nothing: list[tuple[int, bytes]] = [(500, b"s3cret"), (307, b""), (200, b"<html>"), about(active="true"), (0, b"")]
    for number, answer in enumerate(nothing):
        login.said[f"nothing-{number}"] = answer
        login.said[f"right-{number}"] = about()
        response = asking.post("/graphql", json=QUERY, headers=bearer(f"nothing-{number}"))
        (error,) = response.json()["errors"]
        assert (503, "UPSTREAM_UNAVAILABLE") == (response.status_code, error["extensions"]["code"]), answer
        assert int(response.headers["Retry-After"]) * 1000 == error["extensions"]["retryAfterMs"]
        assert "WWW-Authenticate" not in response.headers
        assert 200 == asking.post("/graphql", json=QUERY, headers=bearer(f"right-{number}")).status_code

    assert 0 == login.elsewhere


def test_a_token_that_is_bound_to_a_certificate_is_believed_beside_it_alone(asking: httpx.Client) -> None:
    certificate = b"what a proxy saw"
    written = bearer(right(cnf={"x5t#S256": encoded(hashlib.sha256(certificate).digest())}))
    shown = {"Client-Cert": f":{base64.b64encode(certificate).decode()}:"}

    assert 200 == asking.post("/graphql", json=QUERY, headers=written | shown).status_code
    assert 401 == asking.post("/graphql", json=QUERY, headers=written).status_code
    assert 401 == asking.post("/graphql", json=QUERY, headers=written | {"Client-Cert": ":b3RoZXI=:"}).status_code
    twice = [*written.items(), *shown.items(), *shown.items()]
    assert 401 == asking.post("/graphql", json=QUERY, headers=twice).status_code


def test_a_page_asks_with_tokens_of_its_own_client(asking: httpx.Client) -> None:
    def status(client: str, origin: str) -> int:
        headers = {**bearer(right(client_id=client)), "Origin": origin}
        return asking.post("/graphql", json=QUERY, headers=headers).status_code

    assert [200, 403, 403] == [
        status("shop", SHOP_PAGES),
        status("desk", SHOP_PAGES),
        status("shop", "https://evil.example"),
    ]


def test_a_token_in_an_address_or_a_form_is_none(asking: httpx.Client) -> None:
    assert 401 == asking.get("/graphql", params=QUERY | {"access_token": right()}).status_code
    assert 401 == asking.post("/graphql", data={"access_token": right()}).status_code


def test_a_refused_body_does_not_spoil_the_next_question(asking: httpx.Client) -> None:
    for size in (10, 70_000, 900_000):
        refused = asking.post("/graphql", json={"query": "{ __typename } #" + "x" * size})
        answered = asking.post("/graphql", json=QUERY, headers=bearer(right()))
        assert (401, 200) == (refused.status_code, answered.status_code)


def test_health_metrics_and_the_page_want_no_token(asking: httpx.Client) -> None:
    assert 200 == asking.get("/graphql", headers={"Accept": "text/html"}).status_code
    assert [200, 200, 200] == [asking.get(path).status_code for path in ("/health/live", "/health/ready", "/metrics")]


def test_whoever_has_no_token_may_read_who_issues_them(asking: httpx.Client) -> None:
    response = asking.get(METADATA)

    assert (200, "application/json") == (response.status_code, response.headers["Content-Type"])
    assert [ISSUER] == response.json()["authorization_servers"]
    assert AUDIENCE == response.json()["resource"]


def test_no_token_and_no_subject_stands_in_the_log(gateway: RunningGateway, asking: httpx.Client) -> None:
    written = right(sub="very-secret-subject")
    asking.post("/graphql", json=QUERY, headers=bearer(written))
    asking.post("/graphql", json=QUERY, headers=bearer(written[:-3] + "abc"))
    asking.post("/graphql", json={"query": "{"}, headers=bearer(written))

    log = "".join(gateway.log.kept)
    assert "very-secret-subject" not in log
    assert written[:40] not in log
    assert "s3cret" not in log
    assert "opaque-1" not in log


def test_a_new_key_serves_when_the_issuer_has_published_it(asking: httpx.Client, login: Login) -> None:
    new = {"header": {"kid": "two"}, "key": rsa_key(name="two")}
    assert 401 == asking.post("/graphql", json=QUERY, headers=bearer(right(**new))).status_code
    login.keys = jwks(rsa_jwk(rsa_key(), kid="one"), rsa_jwk(rsa_key(name="two"), kid="two"))

    for _ in range(150):
        status = asking.post("/graphql", json=QUERY, headers=bearer(right(**new))).status_code
        if status == 200:
            break
        time.sleep(0.1)

    assert 200 == status
