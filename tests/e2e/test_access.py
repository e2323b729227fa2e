"""A gateway that wants to know who asks, in front of an issuer over HTTP: who is answered, who is not, and what is fetched."""

import contextlib
import http.server
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import PLAIN, RunningGateway, running
from tests.gateway.access.issuing import jwks, rsa_jwk, rsa_key, token

ISSUER, AUDIENCE = "https://login.operator.example", "https://graph.operator.example"
QUERY = {"query": "{ __typename }"}
METADATA = "/.well-known/oauth-protected-resource"


class Login:
    """An issuer's keys over HTTP, and every path that somebody asked for."""

    def __init__(self) -> None:
        self.keys = jwks(rsa_jwk(rsa_key(), kid="one"))
        self.asked: list[str] = []
        login = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                login.asked.append(self.path)
                self.send_response(200)
                self.send_header("Content-Length", str(len(login.keys)))
                self.end_headers()
                self.wfile.write(login.keys)

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def login() -> Iterator[Login]:
    found = Login()
    yield found
    found.close()


@pytest.fixture(scope="module")
def gateway(login: Login) -> Iterator[RunningGateway]:
    access = {
        "audience": AUDIENCE,
        "issuers": [{"issuer": ISSUER, "jwks_url": f"{login.url}/keys"}],
        "clients": {"desk": {"class": "agent"}, "shop": {"class": "partner"}},
    }
    with contextlib.ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SWITCHBOARD_ACCESS", json.dumps(access))
            found = stack.enter_context(running())
        yield found


@pytest.fixture
def asking(gateway: RunningGateway) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=gateway.url.removesuffix("/graphql"), trust_env=False, verify=PLAIN, timeout=30
    ) as found:
        yield found


def right(**changes: Any) -> str:
    now = int(time.time())
    said: dict[str, Any] = {"iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + 300} | changes
    return token(**said)


def bearer(written: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {written}"}


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
