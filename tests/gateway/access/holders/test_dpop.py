"""Proofs of who holds a key: RFC 9449, 4.3, and every way that we know of to show one that is not it."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.access.holders.address import normalised
from gateway.access.holders.dpop import ALGORITHMS, ProofError, Rules, proof_id
from gateway.access.tokens.signatures import Verifier
from tests.gateway.access.issuing import NOW, ec_jwk, ed_jwk, encoded, rsa_jwk, rsa_key
from tests.gateway.access.proving import JKT, URL, private_jwk, proof, rsa_thumbprint, thumbprint

TOKEN = "the.access.token"
RULES = Rules(url=normalised(URL))


def shown(written: str | None, *, key: str = JKT, token: str = TOKEN, method: str = "POST", now: float = NOW) -> bytes:
    return proof_id(written, RULES, token=token, key=key, method=method, now=now)


def why(written: str | None, **given: Any) -> str:
    with pytest.raises(ProofError) as caught:
        shown(written, **given)
    return str(caught.value)


def test_a_right_proof_is_known_again_and_another_is_another():
    first = shown(proof(TOKEN))

    assert first == shown(proof(TOKEN))
    assert first != shown(proof(TOKEN, jti="p-2"))


def test_nobody_can_use_up_a_proof_of_anothers_key():
    assert shown(proof(TOKEN)) != shown(proof(TOKEN, algorithm="RS256"), key=rsa_thumbprint())


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "PS256", "EdDSA", "Ed25519"])
def test_ways_to_sign(algorithm):
    key = {"ES256": JKT, "RS256": rsa_thumbprint(), "PS256": rsa_thumbprint()}.get(algorithm, thumbprint(**ed_jwk()))

    assert shown(proof(TOKEN, algorithm=algorithm), key=key)


@pytest.mark.parametrize(
    "claims",
    [
        {"htu": "https://graph.example:443/graphql"},
        {"htu": "HTTPS://GRAPH.example/graphql"},
        {"htu": f"{URL}?query=1#x"},
        {"htu": "https://graph.example/a/../%67raphql"},
        {"iat": NOW - 59},
        {"iat": NOW + 5},
        {"iat": NOW + 0.5},
        {"nonce": "n", "exp": 1},
    ],
)
def test_other_ways_to_write_a_right_one(claims):
    assert shown(proof(TOKEN, **claims))


def test_none_or_more_than_one_or_a_long_one_is_refused():
    right = proof(TOKEN)

    assert "there is no DPoP header" == why(None)
    # Two lines of one name are one text (RFC 9110, 5.3).
    assert "there is more than one DPoP header" == why(f"{right},{right}")
    assert "it is too long" == why(proof(TOKEN, more="x" * 4096))
    assert "it is not a signed token" == why("")


@pytest.mark.parametrize("typ", ["JWT", "at+jwt", "dpop", "", 5, None, ...])
def test_what_is_no_proof_is_refused(typ):
    assert "typ" in why(proof(TOKEN, header={"typ": typ}))


@pytest.mark.parametrize("alg", ["none", "None", "HS256", "HS512", "RS512", "es256", "", 5, None, ..., ["ES256"]])
def test_an_algorithm_that_is_not_ours_is_refused(alg):
    assert "alg" in why(proof(TOKEN, header={"alg": alg}))


@pytest.mark.parametrize("alg", [each for each in ALGORITHMS if each != "ES256"])
def test_an_algorithm_of_another_kind_of_key_is_refused(alg):
    assert "jwk" in why(proof(TOKEN, header={"alg": alg}))


@pytest.mark.parametrize(
    "secret", [json.dumps(ec_jwk()).encode(), ec_jwk()["x"].encode(), b""], ids=["whole", "a part of it", "nothing"]
)
def test_the_public_key_is_no_secret_to_sign_with(secret):
    for alg in ("HS256", "ES256"):
        head, claims, _ = proof(TOKEN, header={"alg": alg}).split(".")
        mac = hmac.new(secret, f"{head}.{claims}".encode(), hashlib.sha256).digest()
        why(f"{head}.{claims}.{encoded(mac)}")


def test_a_proof_by_another_key_is_refused_and_its_signature_not_even_checked(monkeypatch: pytest.MonkeyPatch):
    def accepts(*_: object) -> bool:
        pytest.fail("its signature was checked")

    monkeypatch.setattr(Verifier, "accepts", accepts)

    assert "by another key" in why(proof(TOKEN, algorithm="EdDSA"))


def test_a_proof_that_names_the_right_key_and_is_signed_by_another_is_refused():
    written = proof(TOKEN, algorithm="RS256", key=rsa_key(name="two"), header={"jwk": rsa_jwk(rsa_key())})

    assert "its signature does not fit" == why(written, key=rsa_thumbprint())
    head, claims, _ = proof(TOKEN).split(".")
    for cut in (f"{head}.{claims}.", f"{head}.{claims}", f"{head}.{claims}.{encoded(bytes(64))}"):
        why(cut)


def test_a_key_with_its_private_part_is_nobodys_any_more():
    assert "its jwk holds what is private" in why(proof(TOKEN, header={"jwk": private_jwk()}))
    for name in ("d", "p", "q", "dp", "dq", "qi", "oth", "k"):
        assert "private" in why(proof(TOKEN, header={"jwk": ec_jwk(**{name: None})}))


@pytest.mark.parametrize(
    "jwk",
    [
        ...,
        None,
        "x",
        [],
        {},
        {"kty": "oct"},
        {"kty": "EC"},
        {"kty": 5},
        ec_jwk(crv="P-384"),
        ec_jwk(x="AA"),
        ec_jwk(y=5),
    ],
)
def test_what_is_no_public_key_is_refused(jwk):
    assert "jwk" in why(proof(TOKEN, header={"jwk": jwk})) or "another key" in why(proof(TOKEN, header={"jwk": jwk}))


@pytest.mark.parametrize("name", ["crit", "b64", "zip", "enc", "jku", "x5u", "x5c"])
def test_a_proof_that_wants_to_be_read_otherwise_is_refused(name):
    assert f"its header has {name}" == why(proof(TOKEN, header={name: []}))


@pytest.mark.parametrize("htm", ["GET", "post", "", "POST ", 5, None, ..., ["POST"]])
def test_a_proof_for_another_method_is_refused(htm):
    why(proof(TOKEN, htm=htm))


def test_a_proof_for_posting_does_not_serve_to_get():
    assert "another method" in why(proof(TOKEN), method="GET")


@pytest.mark.parametrize(
    "htu",
    [
        "https://evil.example/graphql",
        "https://graph.example/graphql/",
        "https://graph.example/",
        "https://graph.example",
        "http://graph.example/graphql",
        "https://graph.example:8443/graphql",
        "https://graph.example.evil/graphql",
        "https://graph.example@evil.example/graphql",
        "https://user@graph.example/graphql",
        "https://graph.example/Graphql",
        "https://graph.example//graphql",
        "https://graph.example/graphql%2F",
        "https://graph.example\\@evil.example/graphql",
        "https://graph.example/graph\tql",
        "//graph.example/graphql",
        "/graphql",
        "graphql",
        "",
        "https://[",
        "https://graph.example:x/graphql",
        "https://gräph.example/graphql",
        5,
        None,
        ...,
        [URL],
    ],
)
def test_a_proof_for_another_address_is_refused(htu):
    why(proof(TOKEN, htu=htu))


@pytest.mark.parametrize(
    "iat", [NOW - 60, NOW + 6, NOW - 10**6, NOW + 10**6, 0, -1, str(NOW), True, None, ..., [NOW], 10**20]
)
def test_a_proof_of_another_time_is_refused(iat):
    why(proof(TOKEN, iat=iat))


def test_a_proof_for_another_token_or_for_none_is_refused():
    right = encoded(hashlib.sha256(TOKEN.encode()).digest())

    for ath in (..., None, "", 5, right + "=", right[:-1], right.lower(), encoded(hashlib.sha256(b"").digest())):
        why(proof(TOKEN, ath=ath))
    assert "it is for another token" == why(proof("other.access.token"))


@pytest.mark.parametrize("jti", [..., None, "", 5, ["p"], "j" * 257])
def test_a_proof_without_a_name_could_not_be_known_again(jti):
    assert "jti" in why(proof(TOKEN, jti=jti))


@pytest.mark.parametrize("text", [b"", b"[]", b"null", b"{", b'{"jti": "a", "jti": "b"}', b"\xff"])
def test_claims_with_two_readings_or_none_are_refused(text):
    why(proof(TOKEN, text=text))


def test_a_header_with_a_member_twice_is_refused():
    _, claims, signature = proof(TOKEN).split(".")
    twice = f'{{"typ": "dpop+jwt", "alg": "none", "alg": "ES256", "jwk": {json.dumps(ec_jwk())}}}'

    assert "no JSON object" in why(f"{encoded(twice.encode())}.{claims}.{signature}")


def test_the_reason_tells_nothing_of_the_proof():
    for name in ("htm", "htu", "ath", "iat"):
        claims: dict[str, Any] = {name: "s3cret"}
        assert "s3cret" not in why(proof(TOKEN, **claims))


@given(st.integers(0, 500), st.sampled_from("ABCXYZabcxyz0189-_.= ,\n"))
def test_a_letter_that_was_changed_anywhere_makes_it_another_proof(at, letter):
    right = proof(TOKEN)
    changed = right[: at % len(right)] + letter + right[at % len(right) + 1 :]
    if changed != right:
        why(changed)


@given(st.text(max_size=200) | st.lists(st.binary(max_size=60).map(encoded), min_size=3, max_size=3).map(".".join))
def test_whatever_somebody_sends_is_refused(written):
    why(written)
