"""Which keys of an issuer may verify, and by what."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.access.tokens.keys import KeysError, keys_of
from gateway.access.tokens.signatures import Algorithm
from gateway.access.tokens.token import KeyName
from tests.gateway.access.issuing import ec_jwk, ed_jwk, jwks, rsa_jwk, rsa_key

RSA = rsa_jwk(rsa_key(), kid="one")


def test_a_key_verifies_by_the_one_algorithm_that_its_issuer_is_trusted_with():
    keys = keys_of(jwks(RSA, ec_jwk(kid="two"), ed_jwk(kid="three")), algorithms=["PS256", "ES256", "Ed25519"])

    assert [("one", "PS256"), ("two", "ES256"), ("three", "Ed25519")] == [
        (each.kid, each.verifier.algorithm) for each in keys.every
    ]
    assert keys.find(KeyName("one", "PS256")) is keys.every[0].verifier
    assert keys.find(KeyName("one", "RS256")) is None
    assert keys.find(KeyName("nobody", "PS256")) is None


def test_a_key_that_names_its_algorithm_verifies_by_no_other():
    keys = keys_of(jwks(RSA | {"alg": "PS256"}), algorithms=["RS256", "PS256"])

    assert keys.find(KeyName("one", "PS256"))
    assert keys.find(KeyName("one", "RS256")) is None


def test_a_token_without_a_name_is_verified_where_one_key_alone_can_be_meant():
    other = rsa_jwk(rsa_key(name="two"), kid="two")

    assert keys_of(jwks(RSA, ec_jwk()), algorithms=["RS256", "ES256"]).find(KeyName(None, "RS256"))
    assert keys_of(jwks(RSA, other), algorithms=["RS256"]).find(KeyName(None, "RS256")) is None


@pytest.mark.parametrize(
    "key",
    [
        RSA | {"use": "enc"},
        RSA | {"key_ops": ["sign"]},
        RSA | {"alg": "RS512"},
        RSA | {"kty": "EC"},
        RSA | {"n": 5},
        RSA | {"n": "!"},
        rsa_jwk(rsa_key(1024)),
        RSA | {"e": "AQ"},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "one"},
        {"kty": "RSA"},
        {},
        ec_jwk(crv="secp256k1"),
        ec_jwk(y="AAAA"),
    ],
)
def test_what_is_no_public_key_for_signatures_or_too_weak_is_passed_over(key):
    algorithms: list[Algorithm] = ["RS256", "ES256"]

    with pytest.raises(KeysError, match="has no key for ES256, RS256"):
        keys_of(jwks(key), algorithms=algorithms)
    assert 1 == len(keys_of(jwks(key, rsa_jwk(rsa_key(), kid="good")), algorithms=algorithms).every)


def test_where_it_is_not_said_by_which_of_two_algorithms_a_key_verifies_it_is_passed_over():
    with pytest.raises(KeysError, match="no key"):
        keys_of(jwks(RSA), algorithms=["RS256", "PS256"])


def test_of_two_keys_of_one_name_neither_is_taken():
    with pytest.raises(KeysError, match="one kid"):
        keys_of(jwks(RSA, rsa_jwk(rsa_key(name="two"), kid="one")), algorithms=["RS256"])


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"keys": 1}', b'{"keys": [1]}', b"\xff", b'{"keys":[],"keys":[]}']
)
def test_what_is_no_set_of_keys_is_refused(body):
    with pytest.raises(KeysError):
        keys_of(body, algorithms=["RS256"])


@given(
    st.dictionaries(
        st.sampled_from(["kty", "n", "e", "crv", "x", "y", "alg", "kid", "use", "key_ops"]),
        st.text() | st.none() | st.integers(),
    )
)
def test_whatever_an_issuer_publishes_is_read_or_refused(key):
    with contextlib.suppress(KeysError):
        keys_of(json.dumps({"keys": [key]}).encode(), algorithms=["RS256", "ES256", "Ed25519"])
