"""
Access tokens that are signed (RFC 9068): whether one may be believed, and what it says then. Pure; time is handed in.

What a token says of keys (`jku`, `jwk`, `x5u`, `x5c`) is never followed: whoever can write a token could bring a key.
"""

import dataclasses
from collections.abc import Callable
from typing import Final, TypeAlias

from connectors.json import JsonObject
from gateway.access.tokens import claims as read
from gateway.access.tokens.claims import AccessToken, TokenError, Trust, check_time, object_of, text_in, time_in
from gateway.access.tokens.compact import check_header, parts, type_of
from gateway.access.tokens.signatures import Verifier

_BRINGS_A_KEY: Final = ("jku", "jwk", "x5u", "x5c")


@dataclasses.dataclass(frozen=True, slots=True)
class KeyName:
    """What a token says of the key that it is signed with: its name, if it has one, and by which algorithm."""

    kid: str | None
    algorithm: str


FindKey: TypeAlias = Callable[[KeyName], Verifier | None]
"""Finds the issuer's key of that name and algorithm; None where there is none."""


def issuer_of(token: str) -> str:
    """
    Who *token* says has issued it, to find the keys by which to verify it; nothing is believed yet.

    Raises TokenError for what cannot be a signed access token at all.
    """
    return text_in(object_of(parts(token)[1], "its claims"), "iss")


def key_of(token: str) -> KeyName:
    """
    Which key *token* wants to be verified by.

    Raises TokenError where it is no access token, or its header says more than we know how to read.
    """
    return _key_name(object_of(parts(token)[0], "its header"))


def verified(token: str, find_key: FindKey, trust: Trust, *, now: float) -> AccessToken:
    """What *token* says, verified as RFC 9068, section 4, has it. Raises TokenError."""
    header, claims, signature = parts(token)
    key = find_key(_key_name(object_of(header, "its header")))
    if key is None:
        raise TokenError("there is no key of its kid and alg")
    if not key.accepts(signature, token.rpartition(".")[0].encode()):
        raise TokenError("its signature does not fit")
    said = object_of(claims, "its claims")
    if text_in(said, "iss") != trust.issuer:
        raise TokenError("it is from another issuer")
    read.check_audience(said, trust)
    # Nothing here tells one token from another, but a token without is none (RFC 9068, 2.2).
    text_in(said, "jti")
    issued_at, client_id = time_in(said, "iat"), text_in(said, "client_id")
    found = AccessToken(
        issuer=trust.issuer,
        subject=text_in(said, "sub"),
        client_id=client_id,
        scopes=read.scopes(said),
        valid_from=max(issued_at, time_in(said, "nbf") if "nbf" in said.members else issued_at),
        expires_at=time_in(said, "exp"),
        confirmation=read.confirmation(said),
        customer=read.customer(said, client_id, trust),
        case=read.case(said, client_id, trust),
        issued_at=issued_at,
    )
    check_time(found, trust, now=now)
    return found


def _key_name(header: JsonObject) -> KeyName:
    if type_of(header) != "at+jwt":
        raise TokenError("it is no access token: typ is not at+jwt")
    check_header(header, foreign=_BRINGS_A_KEY)
    return KeyName(text_in(header, "kid") if "kid" in header.members else None, text_in(header, "alg"))
