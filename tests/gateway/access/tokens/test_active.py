"""What issuers say of tokens, rightly, wrongly and in every type that it should not have."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.access.tokens.active import AnswerError, read_answer
from gateway.access.tokens.claims import Confirmation, Trust
from tests.gateway.access.issuing import AUDIENCE, ISSUER, NOW

TRUST = Trust(issuer=ISSUER, audience=AUDIENCE, customer_claims={"app": "account"}, case_claims={"office": "ticket"})
SAID: dict[str, Any] = {
    "active": True,
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": "u-1",
    "client_id": "desk",
    "scope": "customer:read dpv:Marketing",
    "exp": NOW + 300,
}
JKT = "A" * 43


def body(**changes: Any) -> bytes:
    return json.dumps({name: value for name, value in (SAID | changes).items() if value is not ...}).encode()


def read(said: bytes, *, status: int = 200, trust: Trust = TRUST):
    return read_answer(status, said, trust, now=NOW)


def test_an_active_token_is_believed_and_says_what_a_signed_one_would():
    found = read(body(cnf={"jkt": JKT}, token_type="DPoP")).token

    assert found is not None
    assert (ISSUER, "u-1", "desk", NOW + 300) == (found.issuer, found.subject, found.client_id, found.expires_at)
    assert frozenset({"customer:read", "dpv:Marketing"}) == found.scopes
    assert Confirmation(key=JKT) == found.confirmation
    assert "u-1" not in repr(found)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": ...},
        {"scope": ...},
        {"token_type": "bearer"},
        {"aud": ["x", AUDIENCE]},
        {"nbf": NOW},
        {"iat": NOW - 9},
        {"jti": 5},
    ],
)
def test_what_the_standard_leaves_out_may_be_left_out(changes):
    assert read(body(**changes)).token is not None


def test_a_token_on_nobodys_behalf_is_on_its_clients():
    found = read(body(sub=...)).token

    assert found is not None
    assert "desk" == found.subject


@pytest.mark.parametrize("active", [1, 0, "true", "false", "", None, [], {}, [True], {"active": True}, ...])
def test_active_is_true_or_false_and_nothing_that_stands_for_it(active):
    with pytest.raises(AnswerError, match="active"):
        read(body(active=active))


@pytest.mark.parametrize("said", [b'{"active": false}', body(active=False)])
def test_one_that_is_not_active_is_not_believed_whatever_else_is_said(said):
    assert (None, "it is not active") == (read(said).token, read(said).why)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"iss": "https://evil.example"}, "another issuer"),
        ({"iss": None}, "iss"),
        ({"iss": [ISSUER]}, "iss"),
        ({"aud": ...}, "aud"),
        ({"aud": "https://other.example"}, "another audience"),
        ({"aud": {AUDIENCE: 1}}, "aud"),
        ({"aud": [AUDIENCE, 1]}, "aud"),
        ({"exp": ...}, "exp"),
        ({"exp": str(NOW + 300)}, "exp"),
        ({"exp": True}, "exp"),
        ({"exp": None}, "exp"),
        ({"exp": NOW - 60}, "expired"),
        ({"nbf": NOW + 60}, "not valid yet"),
        ({"nbf": "0"}, "nbf"),
        ({"iat": NOW + 60}, "not valid yet"),
        ({"iat": None}, "iat"),
        ({"client_id": ...}, "client_id"),
        ({"client_id": 5}, "client_id"),
        ({"client_id": "c" * 257}, "client_id"),
        ({"sub": 5}, "sub"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "sub"),
        ({"scope": ["customer:read"]}, "scope"),
        ({"scope": None}, "scope"),
        ({"scope": "a  b"}, "scope"),
        ({"token_type": "refresh_token"}, "another type"),
        ({"token_type": "N_A"}, "another type"),
        ({"token_type": 5}, "token_type"),
        ({"token_type": "DPoP"}, "another type"),
        ({"cnf": {}}, "cnf"),
        ({"cnf": None}, "cnf"),
        ({"cnf": "x"}, "cnf"),
        ({"cnf": {"jkt": None}}, "cnf"),
        ({"cnf": {"jkt": JKT, "kid": "x"}}, "not known here"),
        ({"cnf": {"jkt": JKT + "A"}}, "no SHA-256"),
        ({"cnf": {"jkt": "A" * 42 + "B"}}, "no SHA-256"),
        ({"cnf": {"x5t#S256": 5}}, "no SHA-256"),
        ({"client_id": "app"}, "names no customer"),
        ({"client_id": "app", "account": 7}, "names no customer"),
        ({"client_id": "office"}, "names no case"),
        ({"client_id": "office", "ticket": ["T-1"]}, "names no case"),
    ],
)
def test_a_claim_that_is_missing_wrong_or_of_another_type_is_refused(changes, why):
    found = read(body(**changes))

    assert found.token is None
    assert why in found.why


def test_the_customer_is_read_from_the_claim_of_its_client():
    found = read(body(client_id="app", account="c-7")).token

    assert found is not None
    assert "c-7" == found.customer
    assert "c-7" not in repr(found)
    assert found.case is None


def test_the_case_is_read_from_the_claim_of_its_client():
    found = read(body(client_id="office", ticket="T-4711")).token

    assert found is not None
    assert ("T-4711", None) == (found.case, found.customer)
    assert "T-4711" not in repr(found)


@pytest.mark.parametrize("status", [201, 204, 301, 302, 401, 403, 404, 429, 500, 503])
def test_another_status_says_nothing_of_the_token(status):
    with pytest.raises(AnswerError, match=str(status)):
        read(body(), status=status)


def test_a_token_that_the_issuer_will_not_look_at_is_not_believed():
    assert read(b'{"error": "unsupported_token_type"}', status=400).token is None
    for said in (b'{"error": "invalid_client"}', b'{"error": "invalid_request"}', b"<html>", b'{"error": 5}', b""):
        with pytest.raises(AnswerError):
            read(said, status=400)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b"true",
        b'"active"',
        b"{",
        b"\xff",
        b'{"active": true, "active": false}',
        b"{" * 9000,
    ],
)
def test_an_answer_with_two_readings_or_none_says_nothing(said):
    with pytest.raises(AnswerError):
        read(said)


@given(
    st.dictionaries(
        st.sampled_from([*SAID, "cnf", "nbf", "token_type"]),
        st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.text(max_size=3), max_size=2),
    )
)
def test_whatever_an_issuer_says_is_believed_or_refused(changes):
    try:
        found = read(body(**changes))
    except AnswerError:
        return
    assert (found.token is None) == bool(found.why)
    assert found.token is None or (found.token.expires_at > NOW - 5 and found.token.issuer == ISSUER)
