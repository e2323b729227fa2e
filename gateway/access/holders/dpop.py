"""
Proofs that whoever shows a token holds the key to which it is bound (RFC 9449). Pure; time is handed in.

Which key may sign says the token, which is believed before its proof is looked at: so a proof by another key costs no
signature check, and a stranger cannot have us check any.
"""

import dataclasses
import hashlib
from typing import Final

from connectors.json import JsonError, JsonObject
from gateway.access.holders.address import normalised
from gateway.access.tokens.claims import TokenError, object_of, text_in, time_in
from gateway.access.tokens.compact import check_header, parts, type_of
from gateway.access.tokens.signatures import Algorithm, KeyUnfitError, encoded, verifier
from gateway.access.tokens.thumbprint import thumbprint

ALGORITHMS: Final[tuple[Algorithm, ...]] = ("ES256", "ES384", "PS256", "RS256", "Ed25519", "EdDSA")
"""How proofs may be signed. All by a private key that only its holder has."""

_MOST: Final = 4096
"""Letters of a proof. One with an RSA key of 4,096 bits has 2,500."""

_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
"""Members of a JWK that nobody but its holder may know (RFC 7518, 6)."""

_ELSEWHERE: Final = ("jku", "x5u", "x5c")


class ProofError(ValueError):
    """A proof does not prove it: `invalid_dpop_proof`. Says why, and nothing of what stood in it."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """
    For what a proof has to be: *url* is the graph's address as clients know it, `normalised`.

    It may be *lifetime_s* seconds old, and its clock *leeway_s* seconds ahead of ours.
    """

    url: str
    lifetime_s: float = 60.0
    leeway_s: float = 5.0

    @property
    def window_s(self) -> float:
        """So long after it was first shown a proof could be shown again, unless it were remembered."""
        return self.lifetime_s + self.leeway_s


def proof_id(proof: str | None, rules: Rules, *, token: str, key: str, method: str, now: float) -> bytes:
    """
    Check that *proof*, the request's one `DPoP` header, is for this *token* and this request, as 4.3 lists it.

    *key* is the thumbprint to which the token is bound. Gives the digest by which the proof is known again; the key is
    a part of it, so nobody can use up another's. Raises ProofError.
    """
    try:
        return _proof_id(proof, rules, token=token, key=key, method=method, now=now)
    except TokenError as exc:
        raise ProofError(str(exc)) from exc


def _proof_id(proof: str | None, rules: Rules, *, token: str, key: str, method: str, now: float) -> bytes:
    if proof is None:
        raise ProofError("there is no DPoP header")
    if "," in proof:
        raise ProofError("there is more than one DPoP header")
    if len(proof) > _MOST:
        raise ProofError("it is too long")
    header, claims, signature = parts(proof)
    _check_signature(object_of(header, "its header"), signature, proof.rpartition(".")[0], key=key)
    said = object_of(claims, "its claims")
    if text_in(said, "htm") != method:
        raise ProofError("it is for another method")
    if text_in(said, "ath") != encoded(hashlib.sha256(token.encode("ascii")).digest()):
        raise ProofError("it is for another token")
    _check_url(text_in(said, "htu"), rules.url)
    issued_at = time_in(said, "iat")
    if not now - rules.lifetime_s < issued_at <= now + rules.leeway_s:
        raise ProofError("it is not of this moment: make one for each request, by a clock that is right")
    return hashlib.sha256(f"{key} {text_in(said, 'jti')}".encode()).digest()[:16]


def _check_signature(header: JsonObject, signature: bytes, message: str, *, key: str) -> None:
    if type_of(header) != "dpop+jwt":
        raise ProofError("its typ is not dpop+jwt")
    check_header(header, foreign=_ELSEWHERE)
    named = text_in(header, "alg")
    algorithm = next((each for each in ALGORITHMS if each == named), None)
    if algorithm is None:
        raise ProofError(f"its alg is none of {', '.join(ALGORITHMS)}")
    try:
        public = header.require_child("jwk")
        if not _PRIVATE.isdisjoint(public.members):
            raise ProofError("its jwk holds what is private: make another key")
        if thumbprint(public) != key:
            raise ProofError("it is by another key than the token is bound to")
        verifies = verifier(public, algorithm)
    except KeyUnfitError as exc:
        raise ProofError(f"its jwk: {exc}") from None
    except (JsonError, ValueError) as exc:
        if isinstance(exc, ProofError):
            raise
        raise ProofError("its jwk is no public key") from None
    if not verifies.accepts(signature, message.encode("ascii")):
        raise ProofError("its signature does not fit")


def _check_url(said: str, url: str) -> None:
    if said == url:
        return
    try:
        fits = normalised(said) == url
    except ValueError:
        fits = False
    if not fits:
        raise ProofError("it is for another address")
