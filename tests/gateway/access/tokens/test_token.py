"""Which tokens are believed: RFC 9068, and every way to forge one that we know of."""

import base64
import hashlib
import hmac
import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.access.tokens.claims import TokenError, Trust
from gateway.access.tokens.keys import keys_of
from gateway.access.tokens.signatures import decoded
from gateway.access.tokens.token import issuer_of, verified
from tests.gateway.access.issuing import (
    AUDIENCE,
    CLAIMS,
    ISSUER,
    NOW,
    ec_jwk,
    ed_jwk,
    encoded,
    jwks,
    rsa_jwk,
    rsa_key,
    token,
)

TRUST = Trust(issuer=ISSUER, audience=AUDIENCE)
KEYS = keys_of(
    jwks(rsa_jwk(rsa_key(), kid="one", alg="RS256"), ec_jwk(kid="two"), ed_jwk(kid="three", alg="EdDSA")),
    algorithms=["RS256", "ES256", "EdDSA"],
)


def why(written, *, keys=KEYS, now=NOW):
    """Why it is not believed."""
    with pytest.raises(TokenError) as caught:
        verified(written, keys.find, TRUST, now=now)
    return str(caught.value)


def test_a_right_token_is_believed_and_says_who_asks_and_what_for():
    found = verified(token(), KEYS.find, TRUST, now=NOW)

    assert (ISSUER, "u-1", "desk") == (found.issuer, found.subject, found.client_id)
    assert frozenset({"customer:read", "bill:read"}) == found.scopes
    assert (NOW - 10, NOW + 300) == (found.valid_from, found.expires_at)
    assert "u-1" not in repr(found)
    assert ISSUER == issuer_of(token())


@pytest.mark.parametrize(
    "written",
    [
        token(algorithm="ES256", header={"kid": "two"}),
        token(algorithm="EdDSA", header={"kid": "three"}),
        token(header={"typ": "application/at+JWT"}),
        token(header={"kid": ...}),
        token(header={"x-vendor": 1}),
        token(aud=["https://other.example", AUDIENCE]),
        token(nbf=NOW),
        token(scope=...),
        token(roles=["agent"]),
        token(iat=NOW + 4, exp=NOW + 4.5),
        token(exp=NOW - 4),
    ],
)
def test_other_ways_to_write_a_right_one(written):
    assert "u-1" == verified(written, KEYS.find, TRUST, now=NOW).subject


@pytest.mark.parametrize("typ", ["JWT", "at+jwt2", "jwt", "", 5, None, ..., "id+jwt", "dpop+jwt", "logout+jwt"])
def test_what_was_issued_for_something_else_is_no_access_token(typ):
    assert "typ" in why(token(header={"typ": typ}))


@pytest.mark.parametrize("name", ["jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "enc"])
@pytest.mark.parametrize("value", ["https://evil.example", {}, [], None, True])
def test_a_token_that_brings_its_key_or_wants_to_be_read_otherwise_is_refused(name, value):
    assert f"its header has {name}" == why(token(header={name: value}))


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "", "HS256", "RS512", "PS256", "rs256", "ES256", ..., None, 1])
def test_another_algorithm_than_that_of_the_key_is_refused(alg):
    why(token(header={"alg": alg}))


def test_the_public_key_is_no_secret_to_sign_with():
    """
    Key confusion: HS256 with what everybody can read.
    """
    said = rsa_jwk(rsa_key(), kid="one", alg="RS256")
    head = encoded(json.dumps({"typ": "at+jwt", "alg": "HS256", "kid": "one"}).encode())
    message = f"{head}.{encoded(json.dumps(CLAIMS).encode())}"
    secrets = [json.dumps(said).encode(), base64.urlsafe_b64decode(said["n"] + "=="), b""]

    for secret in secrets:
        mac = hmac.new(secret, message.encode(), hashlib.sha256).digest()
        assert "there is no key of its kid and alg" == why(f"{message}.{encoded(mac)}")


@pytest.mark.parametrize(
    "kid", ["two", "three", "../../etc/passwd", "one' OR '1'='1", "https://evil.example", "o" * 300, 1, []]
)
def test_the_name_of_a_key_finds_that_key_or_none(kid):
    why(token(header={"kid": kid}))


def test_a_signature_by_another_key_or_none_is_refused():
    head, claims, signature = token().split(".")
    other = token(jti="t-2").split(".")

    assert "signature" in why(token(key=rsa_key(name="two")))
    assert "signature" in why(f"{head}.{other[1]}.{signature}")
    assert "signature" in why(f"{head}.{claims}.{encoded(b'x')}")
    for cut in (f"{head}.{claims}.", f"{head}.{claims}", f".{claims}.{signature}", f"{head}..{signature}"):
        assert "it is not a signed token" == why(cut)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text + "=",
        lambda text: text + "\n",
        lambda text: " " + text,
        lambda text: text + ".x",
        lambda text: text.replace(".", ".\n", 1),
        lambda text: text[:-1] + "é",
        lambda _: "A" * 9000,
        lambda _: "",
        lambda _: "a.b.c.d.e",
    ],
)
def test_one_token_has_one_text(change):
    why(change(token()))


def test_bits_that_no_byte_holds_are_refused():
    head, claims, signature = token().split(".")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    # 256 bytes end in a letter of which two bits count.
    other = letters[letters.index(signature[-1]) ^ 1]

    assert "it is not base64url" == why(f"{head}.{claims}.{signature[:-1]}{other}")


def test_a_signature_has_one_length():
    """
    r and s are of fixed size (RFC 7518, 3.4): one without the zero at the head of s is another text for the same numbers.
    """
    short = next(
        (message, signature[:32] + signature[33:])
        for number in itertools.count()
        if (found := token(algorithm="ES256", header={"kid": "two"}, jti=f"t-{number}"))
        and (message := found.rpartition(".")[0])
        and (signature := decoded(found.rpartition(".")[2]))[32] == 0
    )

    assert "signature" in why(f"{short[0]}.{encoded(short[1])}")


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "https://login.example/"}, "another issuer"),
        ({"iss": ...}, "iss is missing"),
        ({"iss": [ISSUER]}, "iss"),
        ({"aud": "https://graph.example.evil"}, "another audience"),
        ({"aud": []}, "aud"),
        ({"aud": ...}, "aud"),
        ({"aud": [AUDIENCE, 1]}, "aud"),
        ({"aud": {AUDIENCE: 1}}, "aud"),
        ({"exp": NOW - 5}, "expired"),
        ({"exp": ...}, "exp"),
        ({"exp": str(NOW + 300)}, "exp"),
        ({"exp": True}, "exp"),
        ({"exp": None}, "exp"),
        ({"exp": 10**20}, "exp"),
        ({"exp": 1e300}, "its claims are no JSON"),
        ({"exp": -1}, "exp"),
        ({"iat": NOW + 6}, "not valid yet"),
        ({"iat": ...}, "iat"),
        ({"nbf": NOW + 6}, "not valid yet"),
        ({"nbf": None}, "nbf"),
        ({"nbf": "0"}, "nbf"),
        ({"sub": ...}, "sub"),
        ({"sub": ""}, "sub"),
        ({"sub": 5}, "sub"),
        ({"sub": "s" * 257}, "sub is too long"),
        ({"client_id": ...}, "client_id"),
        ({"client_id": ["desk"]}, "client_id"),
        ({"jti": ...}, "jti"),
        ({"scope": ["customer:read"]}, "scope"),
        ({"scope": {"customer:read": True}}, "scope"),
        ({"scope": None}, "scope"),
        ({"scope": ""}, "scope"),
        ({"scope": "a  b"}, "scope"),
        ({"scope": 'a"b'}, "scope"),
        ({"scope": "a\tb"}, "scope"),
    ],
)
def test_a_claim_that_is_missing_wrong_or_of_another_type_is_refused(claims, reason):
    assert reason in why(token(**claims))


def test_scopes_are_whole_words():
    assert (
        frozenset({"customer:read:all"}) == verified(token(scope="customer:read:all"), KEYS.find, TRUST, now=NOW).scopes
    )


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"null",
        b'"x"',
        b"{",
        b'{"iss": "a", "iss": "b"}',
        b"\xff\xfe",
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        json.dumps(CLAIMS).encode().replace(b'"sub": "u-1"', b'"sub": "u-2", "sub": "u-1"'),
        json.dumps(CLAIMS).encode().replace(b'"exp"', b'"exq"'),
    ],
)
def test_claims_that_can_be_read_in_two_ways_or_not_at_all_are_refused(text):
    why(token(text=text))


def test_the_reason_tells_nothing_of_the_token():
    secret = "w4nt3d"

    for name, value in {"iss": secret, "aud": secret, "scope": f'"{secret}', "sub": secret * 99, "exp": secret}.items():
        claims: dict[str, Any] = {name: value}
        assert secret not in why(token(**claims))


@given(
    st.text(max_size=200)
    | st.binary(max_size=200).map(encoded)
    | st.lists(st.binary(max_size=60).map(encoded), min_size=3, max_size=3).map(".".join)
)
def test_whatever_somebody_sends_is_refused(written):
    why(written)
    with pytest.raises(TokenError):
        issuer_of(written)


@given(
    st.integers(0, len(token()) - 1),
    st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.= \n"),
)
def test_a_letter_that_was_changed_anywhere_makes_it_another_token(at, letter):
    right = token()
    changed = right[:at] + letter + right[at + 1 :]

    if changed != right:
        why(changed)


def test_a_case_is_named_where_tokens_of_the_client_name_one() -> None:
    trust = Trust(issuer=ISSUER, audience=AUDIENCE, case_claims={"desk": "ticket"})

    assert "T-4711" == verified(token(ticket="T-4711"), KEYS.find, trust, now=NOW).case
    for wrong in ({}, {"ticket": ""}, {"ticket": 4711}):
        with pytest.raises(TokenError, match="names no case"):
            verified(token(**wrong), KEYS.find, trust, now=NOW)
