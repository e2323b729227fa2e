"""A withdrawn consent and three whole gateways: all refuse at once when the hub tells one of them, else within a minute."""

import contextlib
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox.consent.seeds import agreement_id
from tests.bars import bar
from tests.conftest import PLAIN
from tests.e2e.login import AUDIENCE, ISSUER, Login, bearer, right
from tests.e2e.replicas import Replicas, replicas

PURPOSE = "dpv:FraudPreventionAndDetection"
SECRET = "a secret of tests that is long enough"
BASE = "/tmf-api/privacyManagement/v4"
FRESH_S = 50


class Three:
    """Three gateways behind which one consent system tells one of them what changes."""

    def __init__(self, gateways: Replicas) -> None:
        self.gateways = gateways
        self._http = httpx.Client(trust_env=False, verify=PLAIN, timeout=30)
        self._token = bearer(right(client_id="shop", scope=f"customer:read {PURPOSE}"))

    def codes(self, customer: int) -> list[str | None]:
        """What each of them says about a customer: a code, or None where it answers."""
        text = f'{{ customer(by: {{id: "{1_000_000 + customer}"}}) {{ status }} }}'
        return [self._code(url, text) for url in self.gateways.urls]

    def change(self, customer: int, status: str) -> None:
        """The customer withdraws, or agrees again."""
        self._consent("PATCH", f"/partyPrivacyAgreement/{agreement_id(customer, 0)}", {"status": status})

    def register(self, gateway: str) -> None:
        """Have the consent system's hub tell that gateway."""
        self._consent("POST", "/hub", {"callback": f"{gateway.removesuffix('/graphql')}/events/tmf/{SECRET}"})

    def close(self) -> None:
        self._http.close()

    def _consent(self, method: str, path: str, body: dict[str, Any]) -> None:
        port = self.gateways.operator.ports["consent"]
        auth = ("switchboard", "pretend-consent-password")
        answer = self._http.request(method, f"http://127.0.0.1:{port}{BASE}{path}", json=body, auth=auth)
        assert answer.is_success, answer.text

    def _code(self, url: str, text: str) -> str | None:
        answer = self._http.post(url, json={"query": text}, headers=self._token).json()
        codes = [each["extensions"]["code"] for each in answer.get("errors", [])]
        return codes[0] if codes else None


@contextlib.contextmanager
def gateways_of(*, told: bool) -> Iterator[Three]:
    login = Login()
    access = {
        "audience": AUDIENCE,
        "issuers": [{"issuer": ISSUER, "jwks_url": f"{login.url}/keys"}],
        "clients": {"shop": {"class": "partner", "party": "partner-a"}},
    }
    settings = {
        "ACCESS": json.dumps(access),
        "EVENTS__SECRET": "env:EVENTS_SECRET",
        "SYSTEMS__CONSENT__GUARD__FRESH_S": json.dumps({"GET /partyPrivacyAgreement": FRESH_S}),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVENTS_SECRET", SECRET)
        with replicas(settings, customers=200) as gateways:
            found = Three(gateways)
            if told:
                found.register(gateways.urls[1])
            yield found
            found.close()
    login.close()


@pytest.fixture(scope="module")
def three() -> Iterator[Three]:
    with gateways_of(told=True) as found:
        yield found


def test_all_of_them_refuse_when_the_hub_has_told_one(three: Three) -> None:
    for customer in (40, 41, 48):
        assert [None] * 3 == three.codes(customer)
        assert [None] * 3 == three.codes(customer)

        three.change(customer, "rejected")
        began = time.monotonic()
        while three.codes(customer) != ["CONSENT_REQUIRED"] * 3:
            assert time.monotonic() - began < bar(1.0)
        took = time.monotonic() - began

        print(f"refused by all three after {took * 1000:.0f} ms")  # noqa: T201 - figures to read
        three.change(customer, "validated")
        while three.codes(customer) != [None] * 3:
            assert time.monotonic() - began < bar(3.0)


@pytest.mark.soak
def test_all_of_them_refuse_within_a_minute_when_nobody_tells() -> None:
    with gateways_of(told=False) as three:
        assert [None] * 3 == three.codes(40)
        three.change(40, "rejected")
        began = time.monotonic()
        assert [None] * 3 == three.codes(40)

        while three.codes(40) != ["CONSENT_REQUIRED"] * 3:
            assert time.monotonic() - began < 60
            time.sleep(0.2)

        print(f"refused by all three after {time.monotonic() - began:.0f} s")  # noqa: T201 - figures to read
