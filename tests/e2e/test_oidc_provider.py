"""Tokens of an OpenID provider that is not ours, over HTTP: what it issues by its own defaults is believed, and no more."""

import contextlib
import json
import pathlib
import subprocess
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import PLAIN, RunningGateway, running
from tests.e2e.node import LOCKED, installed, need_node
from tests.ports import free_port

PACKAGE = pathlib.Path(__file__).parent / "oidc"
RESOURCE = "https://graph.operator.example"
_START_S = 60
_LIFE_S = 600


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
    access = {
        "audience": RESOURCE,
        "issuers": [{"issuer": metadata["issuer"], "jwks_url": metadata["jwks_uri"]}],
        "clients": {"desk": {"class": "agent"}},
    }
    with contextlib.ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SWITCHBOARD_ACCESS", json.dumps(access))
            found = stack.enter_context(running())
        yield found


def issued(provider: str, client: str, **asked: str) -> dict[str, Any]:
    """What the provider's token endpoint answers *client*."""
    form = {"grant_type": "client_credentials", "scope": "customer:read"} | asked
    response = httpx.post(
        f"{provider}/token", data=form, auth=(client, f"{client}-secret"), trust_env=False, verify=PLAIN, timeout=30
    )
    found: dict[str, Any] = response.json()
    return found


def ask(gateway: RunningGateway, token: str) -> httpx.Response:
    return httpx.post(
        gateway.url,
        json={"query": "{ __typename }"},
        headers={"Authorization": f"Bearer {token}"},
        trust_env=False,
        verify=PLAIN,
        timeout=30,
    )


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
