"""Signatures of JSON web tokens (RFC 7518, RFC 8037): public keys as issuers publish them, what they verify. Pure."""

import base64
import binascii
import dataclasses
from collections.abc import Callable
from typing import Final, Literal, TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from connectors.json import JsonError, JsonObject

Algorithm: TypeAlias = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA"
]
"""Signatures by a private key. A secret that both sides know could be used to write tokens by whoever checks them."""

Verify: TypeAlias = Callable[[bytes, bytes], None]
"""Raises InvalidSignature where the first, a signature, is not one of the second."""

_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "256": hashes.SHA256(),
    "384": hashes.SHA384(),
    "512": hashes.SHA512(),
}
_CURVES: Final[dict[str, ec.EllipticCurve]] = {"256": ec.SECP256R1(), "384": ec.SECP384R1(), "512": ec.SECP521R1()}
_CURVE_NAMES: Final = {"256": "P-256", "384": "P-384", "512": "P-521"}
_BITS: Final = range(2048, 8193)
"""Of an RSA modulus: less can be broken (RFC 7518, 3.3), and with more each signature would cost milliseconds."""

_LEAST_EXPONENT: Final = 3


class KeyUnfitError(ValueError):
    """A key is not one for that algorithm, or too weak."""


@dataclasses.dataclass(frozen=True, slots=True)
class Verifier:
    """One public key with the one algorithm by which it verifies."""

    algorithm: str
    _verify: Verify = dataclasses.field(repr=False)

    def accepts(self, signature: bytes, message: bytes) -> bool:
        """Whether *signature* is one of *message* by the key's owner."""
        try:
            self._verify(signature, message)
        except InvalidSignature:
            return False
        return True


def verifier(key: JsonObject, algorithm: Algorithm) -> Verifier:
    """What verifies by *algorithm* with the public part of a JWK (RFC 7517). Raises KeyUnfitError."""
    make = {"RS": _rsa, "PS": _rsa, "ES": _ecdsa, "Ed": _eddsa}[algorithm[:2]]
    try:
        return Verifier(algorithm, make(key, algorithm))
    except (JsonError, ValueError, UnsupportedAlgorithm) as exc:
        raise KeyUnfitError(f"it is no key for {algorithm}") from exc


def decoded(text: str) -> bytes:
    """
    What *text* is the base64url of (RFC 7515, 2). ValueError for everything else.

    One text of each content: what could be written in two ways could pass where the other one was withdrawn.
    """
    try:
        found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise ValueError("it is not base64url") from None
    if base64.urlsafe_b64encode(found).rstrip(b"=") != text.encode():
        raise ValueError("it is not base64url")
    return found


def encoded(content: bytes) -> str:
    """The base64url of *content*, without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def _rsa(key: JsonObject, algorithm: str) -> Verify:
    _demand(key, "kty", "RSA")
    modulus, exponent = (int.from_bytes(decoded(key.require_text(name)), "big") for name in ("n", "e"))
    if modulus.bit_length() not in _BITS or exponent < _LEAST_EXPONENT:
        raise KeyUnfitError("it is too weak or too long")
    public, digest = rsa.RSAPublicNumbers(exponent, modulus).public_key(), _HASHES[algorithm[2:]]
    if algorithm.startswith("RS"):
        return lambda signature, message: public.verify(signature, message, padding.PKCS1v15(), digest)
    pss = padding.PSS(padding.MGF1(digest), salt_length=digest.digest_size)
    return lambda signature, message: public.verify(signature, message, pss, digest)


def _ecdsa(key: JsonObject, algorithm: str) -> Verify:
    bits = algorithm[2:]
    _demand(key, "kty", "EC")
    _demand(key, "crv", _CURVE_NAMES[bits])
    x, y = (decoded(key.require_text(name)) for name in ("x", "y"))
    curve = _CURVES[bits]
    size = (curve.key_size + 7) // 8
    if not len(x) == len(y) == size:
        raise KeyUnfitError("its point is not of its curve")
    # Points that are not on the curve are refused here.
    public = ec.EllipticCurvePublicNumbers(int.from_bytes(x, "big"), int.from_bytes(y, "big"), curve).public_key()
    digest = ec.ECDSA(_HASHES[bits])

    def verify(signature: bytes, message: bytes) -> None:
        if len(signature) != 2 * size:
            raise InvalidSignature
        r, s = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
        public.verify(encode_dss_signature(r, s), message, digest)

    return verify


def _eddsa(key: JsonObject, _: str) -> Verify:
    _demand(key, "kty", "OKP")
    _demand(key, "crv", "Ed25519")
    return ed25519.Ed25519PublicKey.from_public_bytes(decoded(key.require_text("x"))).verify


def _demand(key: JsonObject, name: str, value: str) -> None:
    if key.require_text(name) != value:
        raise KeyUnfitError(f"its {name} is another one")
