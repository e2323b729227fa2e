"""A partner and the customers of the pretend operator, each with an agreement of their own: who may be read about, and when."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import PLAIN, RunningGateway, running
from tests.e2e.login import AUDIENCE, ISSUER, Login, bearer, right
from tests.e2e.matrix import SCOPES as SCOPES_OF_THE_GRAPH
from tests.e2e.matrix import TABLE, paths, question, values

FRAUD, MARKETING, SERVICE = "dpv:FraudPreventionAndDetection", "dpv:DirectMarketing", "dpv:ServiceProvision"
SCOPES = "customer:read line:read party:read billing:read balance:read"
GIVEN = 40
NOT_GIVEN = {
    "withdrawn": 42,
    "expired": 43,
    "not begun": 44,
    "another purpose": 45,
    "another party": 46,
    "nothing": 47,
    "nobody": 999_999,
}
"""Customers of the pretend operator by what they have agreed to with partner A about fraud (`sandbox.consent.seeds`)."""


class Partner:
    def __init__(self, gateway: RunningGateway, http: httpx.Client) -> None:
        self.gateway = gateway
        self._http = http
        self._numbers: dict[int, str] = {}
        self._tokens: dict[tuple[str, str], str] = {}

    def ask(self, text: str, *, purpose: str = FRAUD, client: str = "shop", scopes: str = SCOPES) -> dict[str, Any]:
        said = (client, f"{scopes} {purpose}".strip())
        if said not in self._tokens:
            self._tokens[said] = right(client_id=client, scope=said[1])
        response = self._http.post("/graphql", json={"query": text}, headers=bearer(self._tokens[said]))
        assert 200 == response.status_code, response.text
        found: dict[str, Any] = response.json()
        return found

    def number(self, customer: int) -> str:
        """The number of one of the customer's lines."""
        if customer not in self._numbers:
            text = f'{{ customer(by: {{id: "{1_000_000 + customer}"}}) {{ lines {{ nodes {{ msisdn }} }} }} }}'
            found = self.ask(text, client="desk", purpose="")["data"]["customer"]["lines"]["nodes"]
            self._numbers[customer] = found[0]["msisdn"]
        return self._numbers[customer]

    def about(self, customer: int, **more: Any) -> dict[str, Any]:
        return self.ask(f'{{ customer(by: {{id: "{1_000_000 + customer}"}}) {{ name status }} }}', **more)


def codes(answer: dict[str, Any]) -> list[str]:
    return [each["extensions"]["code"] for each in answer.get("errors", [])]


@pytest.fixture(scope="module")
def partner() -> Iterator[Partner]:
    login = Login()
    shop = {"class": "partner", "party": "partner-a", "demand": {"cost_per_minute": "unlimited"}}
    access = {
        "audience": AUDIENCE,
        "issuers": [{"issuer": ISSUER, "jwks_url": f"{login.url}/keys"}],
        "clients": {
            "shop": shop,
            "other": {"class": "partner", "party": "partner-b"},
            "court": {"class": "partner", "legal_grounds": {MARKETING: "legal_obligation"}},
            "desk": {"class": "agent", "audience": "agent"},
        },
    }
    with contextlib.ExitStack() as stack:
        stack.callback(login.close)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SWITCHBOARD_ACCESS", json.dumps(access))
            gateway = stack.enter_context(running())
        http = stack.enter_context(
            httpx.Client(base_url=gateway.url.removesuffix("/graphql"), trust_env=False, verify=PLAIN, timeout=30)
        )
        yield Partner(gateway, http)


def test_of_whoever_has_agreed_it_is_answered_and_masked(partner: Partner) -> None:
    answer = partner.about(GIVEN)

    assert [] == codes(answer)
    assert "***" in answer["data"]["customer"]["name"]


@pytest.mark.parametrize("customer", NOT_GIVEN.values(), ids=NOT_GIVEN)
def test_of_all_others_nothing_and_all_alike(partner: Partner, customer: int) -> None:
    """Not even whether there is such a customer: who could ask for that could make lists of customers."""
    answer = partner.about(customer)

    assert ["CONSENT_REQUIRED"] == codes(answer)
    assert {"customer": None} == answer["data"]
    assert {"message", "locations", "path", "extensions"} == set(answer["errors"][0])


@pytest.mark.parametrize(
    ("client", "purpose", "customer", "code"),
    [
        ("shop", MARKETING, GIVEN, "CONSENT_REQUIRED"),
        ("shop", MARKETING, NOT_GIVEN["another purpose"], None),
        ("other", FRAUD, GIVEN, "CONSENT_REQUIRED"),
        ("other", FRAUD, NOT_GIVEN["another party"], None),
        ("other", SERVICE, GIVEN, None),
        ("shop", SERVICE, GIVEN, "CONSENT_REQUIRED"),
        ("court", MARKETING, NOT_GIVEN["nothing"], None),
        ("court", FRAUD, NOT_GIVEN["nothing"], "CONSENT_REQUIRED"),
        ("shop", "", GIVEN, "FORBIDDEN"),
        ("shop", f"{FRAUD} {MARKETING}", GIVEN, "FORBIDDEN"),
        ("desk", "", NOT_GIVEN["nothing"], None),
    ],
)
def test_it_counts_for_whom_and_for_what(
    partner: Partner, client: str, purpose: str, customer: int, code: str | None
) -> None:
    answer = partner.about(customer, client=client, purpose=purpose)

    assert [code] * (code is not None) == codes(answer)
    assert (answer["data"]["customer"] is None) is (code is not None)


def test_lines_are_whoever_has_agreed_for_them(partner: Partner) -> None:
    def line(customer: int) -> dict[str, Any]:
        return partner.ask(f'{{ line(by: {{msisdn: "{partner.number(customer)}"}}) {{ id msisdn }} }}')

    given, withdrawn = line(GIVEN), line(NOT_GIVEN["withdrawn"])

    assert "****" in given["data"]["line"]["msisdn"]
    assert (["CONSENT_REQUIRED"], {"line": None}) == (codes(withdrawn), withdrawn["data"])


@pytest.mark.parametrize(
    "coordinate", [each for each in TABLE if TABLE[each].seen["partner"] != "-" and TABLE[each].scopes]
)
def test_every_field_needs_it(partner: Partner, coordinate: str) -> None:
    ways = paths(lambda each: TABLE[each].seen["partner"] != "-")
    if coordinate not in ways:
        return
    scopes = " ".join(SCOPES_OF_THE_GRAPH)
    for who, expected in ((GIVEN, set()), (NOT_GIVEN["withdrawn"], {"CONSENT_REQUIRED"})):
        answer = partner.ask(question(ways[coordinate], partner.number(who)), scopes=scopes)
        assert expected == set(codes(answer)), who
        assert not expected or not values(answer["data"], ways[coordinate])
    answer = partner.ask(question(ways[coordinate], partner.number(GIVEN)), scopes=scopes, purpose=MARKETING)
    assert {"CONSENT_REQUIRED"} == set(codes(answer))


def test_nobody_is_asked_for_the_data_of_whoever_has_not_agreed(partner: Partner) -> None:
    partner.gateway.forget_calls()

    text = f'{{ customer(by: {{id: "{1_000_000 + 50}"}}) {{ bills {{ totalCount }} accounts {{ name }} }} }}'
    assert ["CONSENT_REQUIRED"] == codes(partner.ask(text))

    assert not {name for name in partner.gateway.calls() if name.startswith(("billing", "recharge", "hss"))}


def test_while_nobody_can_say_it_is_an_error_of_the_system(partner: Partner) -> None:
    partner.gateway.fault("consent", "503")
    try:
        answer = partner.about(48)
    finally:
        partner.gateway.heal()

    assert answer["data"]["customer"] is None
    assert codes(answer)[0].startswith("UPSTREAM")


def test_ids_are_a_partners_own(partner: Partner) -> None:
    text = f'{{ customer(by: {{id: "{1_000_000 + GIVEN}"}}) {{ id customerNumber }} }}'
    mine = partner.ask(text)["data"]["customer"]
    agents = partner.ask(text, client="desk", purpose="")["data"]["customer"]

    assert mine["id"] != agents["id"]
    assert mine["customerNumber"].startswith("p")
    again = partner.ask(f'{{ customer(by: {{id: "{mine["id"]}"}}) {{ id }} }}')
    assert mine["id"] == again["data"]["customer"]["id"]
    strange = partner.ask(f'{{ customer(by: {{id: "{mine["id"]}"}}) {{ id }} }}', client="other", purpose=SERVICE)
    assert ["BAD_INPUT"] == codes(strange)
