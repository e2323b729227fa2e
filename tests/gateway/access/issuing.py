"""An issuer of tokens, right ones and wrong ones, written with nothing of ours and nothing that ours is written with."""

import base64
import functools
import json
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

ISSUER, AUDIENCE, NOW = "https://login.example", "https://graph.example", 1_800_000_000
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": "u-1",
    "client_id": "desk",
    "jti": "t-1",
    "iat": NOW - 10,
    "exp": NOW + 300,
    "scope": "customer:read bill:read",
}


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def number(value: int, size: int | None = None) -> str:
    return encoded(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


def rsa_key(bits: int = 2048, *, name: str = "one") -> rsa.RSAPrivateKey:
    """A key for each name."""
    return _rsa_key(bits, name)


@functools.cache
def _rsa_key(bits: int, _: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@functools.cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@functools.cache
def ed_key() -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.generate()


def rsa_jwk(key: rsa.RSAPrivateKey, **more: Any) -> dict[str, Any]:
    numbers = key.public_key().public_numbers()
    return {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e), "use": "sig"} | more


def ec_jwk(**more: Any) -> dict[str, Any]:
    numbers = ec_key().public_key().public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": number(numbers.x, 32), "y": number(numbers.y, 32)} | more


def ed_jwk(**more: Any) -> dict[str, Any]:
    return {"kty": "OKP", "crv": "Ed25519", "x": encoded(ed_key().public_key().public_bytes_raw())} | more


def jwks(*keys: dict[str, Any]) -> bytes:
    return json.dumps({"keys": list(keys)}).encode()


def signed(algorithm: str, message: bytes, *, key: rsa.RSAPrivateKey | None = None) -> bytes:
    match algorithm:
        case "RS256":
            return (key or rsa_key()).sign(message, padding.PKCS1v15(), hashes.SHA256())
        case "PS256":
            pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
            return (key or rsa_key()).sign(message, pss, hashes.SHA256())
        case "ES256":
            r, s = decode_dss_signature(ec_key().sign(message, ec.ECDSA(hashes.SHA256())))
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")
        case _:
            return ed_key().sign(message)


def token(
    *,
    algorithm: str = "RS256",
    header: dict[str, Any] | None = None,
    key: rsa.RSAPrivateKey | None = None,
    text: bytes | None = None,
    **claims: Any,
) -> str:
    """
    A token signed by *algorithm*; a claim that is `...` is left out. *text* stands for the claims as they are.
    """
    said = {"typ": "at+jwt", "alg": algorithm, "kid": "one"} | (header or {})
    said = {name: value for name, value in said.items() if value is not ...}
    given = {name: value for name, value in (CLAIMS | claims).items() if value is not ...}
    body = json.dumps(given).encode() if text is None else text
    message = f"{encoded(json.dumps(said).encode())}.{encoded(body)}"
    return f"{message}.{encoded(signed(algorithm, message.encode(), key=key))}"
