"""The thumbprint of a public key (RFC 7638), by which tokens name the key whose holder may show them. Pure."""

import hashlib
from typing import Final

import orjson

from connectors.json import JsonObject
from gateway.access.tokens.signatures import encoded

_MEMBERS: Final = {"EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n"), "OKP": ("crv", "kty", "x")}
"""What makes a key of each kind, by the alphabet (RFC 7638, 3.2; RFC 8037, 2)."""


def thumbprint(key: JsonObject) -> str:
    """The SHA-256 thumbprint of a JWK. Raises ValueError where it is of no kind that is known, or lacks a member."""
    members = _MEMBERS.get(key.require_text("kty"))
    if members is None:
        raise ValueError("its kty is not known")
    found = {name: key.require_text(name) for name in members}
    return encoded(hashlib.sha256(orjson.dumps(found)).digest())
