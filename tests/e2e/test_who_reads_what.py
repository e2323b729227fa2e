"""Every coordinate, every audience, with and without each scope: what comes is what the reviewed table says, over HTTP."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import PLAIN, RunningGateway, running
from tests.e2e.login import AUDIENCE, ISSUER, Login, bearer, right
from tests.e2e.matrix import AUDIENCES, SCOPES, TABLE, paths, question, values

UNMASKED = ["unmasked:personal", "unmasked:sensitive"]
CLIENTS = {"partner": "shop", "self_care": "app", "agent": "desk", "operator": "platform"}
PURPOSE = "dpv:FraudPreventionAndDetection"
STORIES = ("unexplained-charge", "vip-outage", "two-provinces", "data-nearly-used")
OF_THE_MOMENT = {"Source.ageSeconds", "Source.fetchedAt", "Source.freshness"}
OF_EACH_PARTNER = ("id", "cursor", "startCursor", "endCursor")
"""Ids are a partner's own, and name the same thing to nobody else."""

OF_THE_CALLER = ("Viewer.", "ViewerBudget.")


class Everyone:
    """A gateway with a client of each audience, and what is to be known of some people."""

    def __init__(self, gateway: RunningGateway, http: httpx.Client) -> None:
        self._http = http
        self.gateway = gateway
        self.refused: list[str] = []
        """All refusals, as they were written."""

        stories = gateway.stories()
        self.numbers = [_number(stories[each]["question"]) for each in STORIES]
        self._tokens: dict[str, str] = {}
        self.customers = {each: self._customer(each) for each in self.numbers}
        self._known: dict[str, tuple[str, list[Any]]] = {}

    def ask(self, audience: str, text: str, *, scopes: list[str], msisdn: str) -> dict[str, Any]:
        said: dict[str, Any] = {"client_id": CLIENTS[audience], "scope": " ".join(scopes)}
        if audience == "self_care":
            said["customer_number"] = self.customers[msisdn]
        if audience == "partner":
            said["scope"] += f" {PURPOSE}"
        response = self._http.post("/graphql", json={"query": text}, headers=bearer(self._token(said)))
        found: dict[str, Any] = response.json()
        if "errors" in found:
            self.refused.append(response.text)
        return found

    def metrics(self) -> str:
        return self._http.get("/metrics").text

    def canaries(self) -> set[str]:
        """What identifies those who were asked about: all values that have a mask, in clear, and long enough to find."""
        masked = [each for each in COORDINATES if TABLE[each].mask]
        found = {str(value) for each in masked for value in self.known(each)[1] if len(str(value)) > 6}
        return found | set(self.numbers)

    def _token(self, said: dict[str, Any]) -> str:
        # Signing takes longer than everything else.
        key = repr(said)
        if key not in self._tokens:
            self._tokens[key] = right(**said)
        return self._tokens[key]

    def known(self, coordinate: str) -> tuple[str, list[Any]]:
        """Somebody for whom there is something at *coordinate*, and all that is there, as an operator sees it in clear."""
        if coordinate not in self._known:
            path = paths(lambda _: True)[coordinate]
            for msisdn in self.numbers:
                answer = self.ask("operator", question(path, msisdn), scopes=[*SCOPES, *UNMASKED], msisdn=msisdn)
                assert "errors" not in answer, (coordinate, answer)
                self._known[coordinate] = (msisdn, values(answer["data"], path))
                if self._known[coordinate][1]:
                    break
        return self._known[coordinate]

    def _customer(self, msisdn: str) -> str:
        text = f'{{ customer(by: {{msisdn: "{msisdn}"}}) {{ customerNumber }} }}'
        token = right(client_id="platform", scope=" ".join([*SCOPES, *UNMASKED]))
        answer = self._http.post("/graphql", json={"query": text}, headers=bearer(token)).json()
        number: str = answer["data"]["customer"]["customerNumber"]
        return number


def _number(text: str) -> str:
    found: str = text.partition('msisdn: "')[2].partition('"')[0]
    return found


@pytest.fixture(scope="module")
def everyone() -> Iterator[Everyone]:
    login = Login()
    clients: dict[str, Any] = {client: {"class": "agent", "audience": audience} for audience, client in CLIENTS.items()}
    clients["app"]["customer_claim"] = "customer_number"
    # What consent does is tried in a test of its own.
    # So much that there is something to read of it, and nobody is refused.
    clients["platform"] |= {"demand": {"cost_per_minute": 10**9, "concurrent": 1000}}
    clients["shop"] |= {"legal_grounds": {PURPOSE: "contract"}, "demand": {"cost_per_minute": "unlimited"}}
    access = {
        "audience": AUDIENCE,
        "issuers": [{"issuer": ISSUER, "jwks_url": f"{login.url}/keys"}],
        "clients": clients,
    }
    with contextlib.ExitStack() as stack:
        stack.callback(login.close)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SWITCHBOARD_ACCESS", json.dumps(access))
            patch.setenv("SWITCHBOARD_SERVER__ADMISSION__ENABLED", "false")
            gateway = stack.enter_context(running())
        http = stack.enter_context(
            httpx.Client(base_url=gateway.url.removesuffix("/graphql"), trust_env=False, verify=PLAIN, timeout=30)
        )
        yield Everyone(gateway, http)


def _there(audience: str) -> dict[str, tuple[str, ...]]:
    return paths(lambda coordinate: TABLE[coordinate].seen[audience] != "-")


COORDINATES = [each for each in TABLE if not each.split(".")[1].startswith("_") and not each.startswith("_")]


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("coordinate", COORDINATES)
def test_a_field_is_seen_as_the_table_says(everyone: Everyone, coordinate: str, audience: str) -> None:
    row, ways = TABLE[coordinate], _there(audience)
    seen = row.seen[audience]
    path = ways.get(coordinate) or paths(lambda _: True)[coordinate]
    msisdn, clear = everyone.known(coordinate)

    answer = everyone.ask(audience, question(path, msisdn), scopes=SCOPES, msisdn=msisdn)

    if seen == "-" or coordinate not in ways:
        assert ["BAD_INPUT"] == [each["extensions"]["code"] for each in answer["errors"]]
        assert "data" not in answer
        return
    assert "errors" not in answer
    found = values(answer["data"], path)
    if seen == "masked":
        assert not set(map(str, found)) & set(map(str, clear))
        assert row.mask == "hidden" or len(found) >= 1 or not clear
    elif coordinate not in OF_THE_MOMENT and not coordinate.startswith(OF_THE_CALLER) and audience != "partner":
        assert _sorted(clear) <= _sorted(found) if path != paths(lambda _: True)[coordinate] else clear == found
    elif clear and not coordinate.startswith(OF_THE_CALLER):
        assert found


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("coordinate", [each for each in COORDINATES if TABLE[each].scopes])
def test_without_one_of_its_scopes_a_field_is_refused(everyone: Everyone, coordinate: str, audience: str) -> None:
    ways = _there(audience)
    if TABLE[coordinate].seen[audience] == "-" or coordinate not in ways:
        return
    msisdn, clear = everyone.known(coordinate)
    for missing in TABLE[coordinate].scopes:
        scopes = [each for each in SCOPES if each != missing]

        answer = everyone.ask(audience, question(ways[coordinate], msisdn), scopes=scopes, msisdn=msisdn)

        assert {"FORBIDDEN"} == {each["extensions"]["code"] for each in answer["errors"]}
        assert all(
            [missing] in each["extensions"]["requiredScopes"]
            or any(missing in every for every in each["extensions"]["requiredScopes"])
            for each in answer["errors"]
        )
        assert not values(answer["data"], ways[coordinate])
        assert not any(str(each) in json.dumps(answer) for each in clear if isinstance(each, str) and len(each) > 6)


def test_the_table_is_of_this_graph_and_most_of_it_is_seen_with_something_in_it(everyone: Everyone) -> None:
    empty = [each for each in COORDINATES if not everyone.known(each)[1]]

    assert set(COORDINATES) == set(paths(lambda _: True))
    assert len(empty) <= 12, empty


def test_nothing_of_anybody_is_left_in_refusals_log_and_metrics(everyone: Everyone) -> None:
    """The last one: what all others have left behind."""
    canaries = everyone.canaries()
    left = "\n".join([*everyone.refused, *everyone.gateway.log.kept, everyone.metrics()])

    assert len(canaries) > 30
    assert len(everyone.refused) > 10
    assert not {each for each in canaries if each in left}


def _sorted(found: list[Any]) -> list[str]:
    return sorted({json.dumps(each, sort_keys=True) for each in found})
