"""What a token says of its scopes and purposes, written in every way that is not the right one (FAULTS 31, 44)."""

from typing import Any

import pytest

from tests.e2e.login import bearer, right
from tests.security.access.world import ALL, FRAUD, GIVEN, World, codes

WHO = f'{{ customer(by: {{id: "{GIVEN}"}}) {{ name }} }}'
BILLS = f'{{ customer(by: {{id: "{GIVEN}"}}) {{ bills {{ totalCount }} }} }}'
CLEAR = f'{{ customer(by: {{id: "{GIVEN}"}}) {{ party {{ birthDate }} }} viewer {{ unmasked }} }}'
PARTNER = " ".join((*ALL, FRAUD))


def _ask(world: World, text: str, **said: Any) -> tuple[int, Any]:
    response = world.noted(world.http.post("/graphql", json={"query": text}, headers=bearer(right(**said))))
    return response.status_code, response.json()


@pytest.mark.parametrize(
    "scope",
    [
        "customer", "customer:", "customer:rea", "customer:read:all", "customer:read.", "CUSTOMER:READ", "Customer:read",
        "customer:*", "*", "customer:read,billing:read", "billing:read,customer:read", "customer:write", "admin",
        "xcustomer:read", "customer:readx", "customer%3Aread", "urn:customer:read", "read:customer", "customer.read",
        "customer:read;billing:read", "customer:read|billing:read", "billing:read|customer:read", "openid",
    ],
)  # fmt: skip
def test_a_scope_that_only_looks_like_one_is_none(world: World, scope: str) -> None:
    status, answer = _ask(world, WHO, client_id="desk", scope=scope)

    assert (200, ["FORBIDDEN"], {"customer": None}) == (status, codes(answer), answer["data"])
    assert [["customer:read"]] == answer["errors"][0]["extensions"]["requiredScopes"]


@pytest.mark.parametrize(
    "scope",
    [
        ["customer:read"], {"customer:read": True}, True, 1, None, "", "customer:read  billing:read", " customer:read",
        "customer:read ", "customer:read\tbilling:read", "customer:read\nbilling:read", "customer:read\u00a0billing:read",
        "customer\uff1aread", "cu\u200bstomer:read", "customer:read\u0000", '"customer:read"', "customer:r\u0435ad",
    ],
)  # fmt: skip
def test_what_is_no_list_of_scopes_makes_the_token_none(world: World, scope: Any) -> None:
    status, answer = _ask(world, WHO, client_id="desk", scope=scope)

    if status == 200:
        assert {"customer": None} == answer["data"]
    else:
        assert (401, ["UNAUTHENTICATED"]) == (status, codes(answer))


@pytest.mark.parametrize(
    "claim", ["scp", "scopes", "permissions", "roles", "authorities", "groups", "Scope", "entitlements"]
)
@pytest.mark.parametrize("written", [" ".join(ALL), list(ALL)], ids=["text", "list"])
def test_scopes_in_another_claim_are_none(world: World, claim: str, written: Any) -> None:
    status, answer = _ask(world, WHO, client_id="desk", **{"scope": "openid", claim: written})

    assert (200, ["FORBIDDEN"], {"customer": None}) == (status, codes(answer), answer["data"])


def test_a_scope_said_often_is_said_once(world: World) -> None:
    status, answer = _ask(world, "{ viewer { scopes } }", client_id="desk", scope=" ".join(["customer:read"] * 50))

    assert (200, ["customer:read"]) == (status, answer["data"]["viewer"]["scopes"])


def test_ten_thousand_scopes_are_too_many_and_do_not_hold_up_others(world: World) -> None:
    for count in (100, 1000, 10_000):
        written = right(client_id="desk", scope=" ".join([*ALL, *(f"scope:{number}" for number in range(count))]))
        try:
            response = world.http.post("/graphql", json={"query": BILLS}, headers=bearer(written))
        except OSError:
            continue
        assert response.status_code in {200, 400, 401, 413, 431}
        if response.status_code == 200:
            assert "errors" not in response.json()
    assert 200 == _ask(world, "{ __typename }", client_id="desk")[0]


def test_scopes_that_mean_nothing_here_are_told_to_nobody(world: World) -> None:
    _, answer = _ask(world, "{ viewer { scopes } }", client_id="desk", scope="customer:read secret:project-x")

    assert ["customer:read"] == answer["data"]["viewer"]["scopes"]


@pytest.mark.parametrize(
    "purpose",
    [
        "dpv:fraudPreventionAndDetection", "dpv:fraudpreventionanddetection", "DPV:FraudPreventionAndDetection",
        "Dpv:FraudPreventionAndDetection", "FraudPreventionAndDetection", "dpv:", "dpv", "dpv:Purpose",
        "dpv:FraudPrevention", "dpv:FraudPreventionAndDetectionX", "dpv:FraudPreventionAndDetection#x",
        "dpv:FraudPreventionAndDetection:x", "dpv:FraudPreventionAndDetection,dpv:DirectMarketing",
        "https://w3id.org/dpv#FraudPreventionAndDetection", "purpose:FraudPreventionAndDetection",
        f"{FRAUD} dpv:DirectMarketing", f"{FRAUD} dpv:x", f"dpv:DirectMarketing {FRAUD}", "",
        f"{FRAUD} DPV:DirectMarketing", f"Dpv:x {FRAUD}",
    ],
)  # fmt: skip
def test_a_purpose_in_another_form_is_none(world: World, purpose: str) -> None:
    status, answer = _ask(world, WHO, client_id="shop", scope=" ".join((*ALL, purpose)).strip())

    assert (200, {"customer": None}) == (status, answer["data"])
    assert set(codes(answer)) <= {"FORBIDDEN", "CONSENT_REQUIRED"}


@pytest.mark.parametrize("claim", ["purpose", "purposes", "dpv", "pur", "authorization_details"])
def test_a_purpose_in_another_claim_is_none(world: World, claim: str) -> None:
    status, answer = _ask(world, WHO, **{"client_id": "shop", "scope": " ".join(ALL), claim: FRAUD})

    assert (200, ["FORBIDDEN"], {"customer": None}) == (status, codes(answer), answer["data"])


@pytest.mark.parametrize(
    "scope", ["unmasked", "unmasked:", "unmasked:*", "UNMASKED:SENSITIVE", "unmasked:sensitive:x", "unmasked:secret"]
)
def test_a_scope_that_only_looks_like_one_unmasks_nothing(world: World, scope: str) -> None:
    _, answer = _ask(world, CLEAR, client_id="desk", scope=" ".join((*ALL, scope)))

    assert (None, ["personal"]) == (
        answer["data"]["customer"]["party"]["birthDate"],
        answer["data"]["viewer"]["unmasked"],
    )


def test_for_a_purpose_nothing_is_unmasked_that_the_operator_has_not_allowed(world: World) -> None:
    for client in ("shop", "desk"):
        scope = f"{PARTNER} unmasked:personal unmasked:sensitive"
        _, answer = _ask(world, CLEAR, client_id=client, scope=scope)
        assert [] == answer["data"]["viewer"]["unmasked"]


@pytest.mark.parametrize(
    "said",
    [
        {"client_id": "DESK"},
        {"client_id": "desk "},
        {"client_id": "desk\u0000"},
        {"azp": "desk", "client_id": "nobody"},
    ],
)
def test_a_client_that_only_looks_like_one_is_none(world: World, said: dict[str, Any]) -> None:
    status, answer = _ask(world, WHO, scope=" ".join(ALL), **said)

    assert (True, False) == (status in {401, 403}, "data" in answer)


@pytest.mark.parametrize(
    "name", ["X-Client-Id", "X-Scope", "X-Audience", "X-Forwarded-User", "X-User", "X-Purpose", "X-Caller-Class"]
)
def test_no_header_says_who_asks(world: World, name: str) -> None:
    written = bearer(right(client_id="shop", scope="openid"))
    for value in ("desk", "agent", "platform", " ".join(ALL)):
        body = {"query": "{ viewer { clientId audience scopes purposes } }"}
        answer = world.http.post("/graphql", json=body, headers={**written, name: value}).json()
        assert {"clientId": "shop", "audience": "partner", "scopes": [], "purposes": []} == answer["data"]["viewer"]


@pytest.mark.parametrize(
    "header",
    [
        b"Bearer", b"Bearer ", b"Bearer  a b", b"Basic ZGVzazpkZXNr", b"bearer\t\xa0x", b"Bearer \xff\xfe", b"Token x",
        "Bearer \uff45yJ".encode(), b"Bearer eyJ\x00", b"Bearer ..", b"Bearer a.b.c", b"Bearer " + b"a" * 60_000,
        b"Bearer " + b"." * 6000, b"DPoP a.b.c", b"Bearer null", b"Bearer undefined", "Bearer е30.e30.e30".encode(),
    ],
    ids=lambda header: header[:20].decode("latin-1").encode("unicode_escape").decode(),
)  # fmt: skip
def test_an_odd_header_lets_nobody_in(world: World, header: bytes) -> None:
    try:
        response = world.http.post("/graphql", json={"query": "{ __typename }"}, headers=[(b"Authorization", header)])
    except Exception as cut:  # noqa: BLE001 - closing the connection is an answer, too.
        assert "Illegal" in str(cut) or "disconnect" in str(cut) or "reset" in str(cut), cut  # noqa: PT017
        return
    assert response.status_code in {400, 401, 431}
    assert "data" not in response.text.partition("extensions")[0]


@pytest.mark.parametrize("audience", ["desk", "shop", "app"])
def test_without_its_scope_a_field_is_refused_the_first_time_as_later_also_with_variables(
    world: World, audience: str
) -> None:
    """Types that only a withheld field's arguments have are known nonetheless: the variables are declared with them."""
    said: dict[str, Any] = {"client_id": audience, "scope": f"network:read {FRAUD}", "customer_number": GIVEN}
    for root, key, value in (
        ("customer", "CustomerKey!", {"id": GIVEN}),
        ("customers", "[CustomerKey!]!", [{"id": GIVEN}]),
        ("line", "LineKey!", {"msisdn": "99969775584"}),
    ):
        for again in range(3):
            text = f"query Q{again} ($by: {key}) {{ {root}(by: $by) {{ __typename }} viewer {{ audience }} }}"
            body = {"query": text, "variables": {"by": value}}
            answer = world.http.post("/graphql", json=body, headers=bearer(right(**said))).json()
            assert {"FORBIDDEN"} == set(codes(answer)), answer
