"""A client that holds a key and proves it, rightly and wrongly, written with nothing of ours."""

import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from tests.gateway.access.issuing import NOW, ec_jwk, ec_key, ed_jwk, encoded, number, rsa_jwk, rsa_key, signed

URL = "https://graph.example/graphql"


def thumbprint(**members: str) -> str:
    """RFC 7638: the members by the alphabet, without white space."""
    return encoded(hashlib.sha256(json.dumps(members, sort_keys=True, separators=(",", ":")).encode()).digest())


JKT = thumbprint(**ec_jwk())


def rsa_thumbprint() -> str:
    return thumbprint(**{name: value for name, value in rsa_jwk(rsa_key()).items() if name != "use"})


def private_jwk() -> dict[str, Any]:
    return ec_jwk(d=number(ec_key().private_numbers().private_value, 32))


def proof(
    token: str,
    *,
    algorithm: str = "ES256",
    header: dict[str, Any] | None = None,
    key: rsa.RSAPrivateKey | None = None,
    text: bytes | None = None,
    **claims: Any,
) -> str:
    """
    A proof for *token*; what is `...` is left out. *text* stands for the claims as they are.
    """
    jwk = {"ES256": ec_jwk, "EdDSA": ed_jwk, "Ed25519": ed_jwk}.get(algorithm, lambda: rsa_jwk(key or rsa_key()))()
    said = {"typ": "dpop+jwt", "alg": algorithm, "jwk": jwk} | (header or {})
    ath = encoded(hashlib.sha256(token.encode()).digest())
    right = {"jti": "p-1", "htm": "POST", "htu": URL, "iat": NOW, "ath": ath}
    given = {name: value for name, value in (right | claims).items() if value is not ...}
    said = {name: value for name, value in said.items() if value is not ...}
    body = json.dumps(given).encode() if text is None else text
    message = f"{encoded(json.dumps(said).encode())}.{encoded(body)}"
    return f"{message}.{encoded(signed(algorithm, message.encode(), key=key))}"
