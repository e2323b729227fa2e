"""
Access tokens that are signed (RFC 9068): whether one may be believed, and what it says then. Pure; time is handed in.

What a token says of keys (`jku`, `jwk`, `x5u`, `x5c`) is never followed: whoever can write a token could bring a key.
"""

import dataclasses
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final, TypeAlias

from connectors.json import Json, JsonError, JsonObject, as_object, parse
from gateway.access.signatures import Verifier, decoded

_MOST: Final = 8192
"""Letters of a token. What is longer is not looked at."""

_COMPACT: Final = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)", re.ASCII)
_TYPES: Final = frozenset({"at+jwt", "application/at+jwt"})
_UNKNOWN_TO_US: Final = ("crit", "b64", "zip", "enc")
"""What changes how a token is to be read. We know none of it, and who does not must refuse (RFC 7515, 4.1.11)."""

_BRINGS_A_KEY: Final = ("jku", "jwk", "x5u", "x5c")
_SCOPES: Final = re.compile(r"[!#-\[\]-~]+(?: [!#-\[\]-~]+)*", re.ASCII)
"""RFC 6749, 3.3."""

_MOST_LETTERS: Final = 256
_NEVER: Final = 253_402_300_800
"""The year 10000: no time of a token is there."""


class TokenError(ValueError):
    """A token may not be believed. Says why, and nothing of what stood in it."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """What a token says that may be believed. Times are seconds since 1970."""

    issuer: str
    subject: str = dataclasses.field(repr=False)
    client_id: str
    token_id: str = dataclasses.field(repr=False)
    scopes: frozenset[str]
    valid_from: float
    expires_at: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """An issuer that is believed: its name, what its tokens for us are made out to, and how far clocks may differ."""

    issuer: str
    audience: str
    leeway_s: float = 5.0


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
    return _text(_object(_parts(token)[1], "its claims"), "iss")


def key_of(token: str) -> KeyName:
    """
    Which key *token* wants to be verified by.

    Raises TokenError where it is no access token, or its header says more than we know how to read.
    """
    return _key_name(_object(_parts(token)[0], "its header"))


def verified(token: str, find_key: FindKey, trust: Trust, *, now: float) -> AccessToken:
    """What *token* says, verified as RFC 9068, section 4, has it. Raises TokenError."""
    header, claims, signature = _parts(token)
    key = find_key(_key_name(_object(header, "its header")))
    if key is None:
        raise TokenError("there is no key of its kid and alg")
    if not key.accepts(signature, token.rpartition(".")[0].encode()):
        raise TokenError("its signature does not fit")
    said = _object(claims, "its claims")
    if _text(said, "iss") != trust.issuer:
        raise TokenError("it is from another issuer")
    if trust.audience not in _audience(said):
        raise TokenError("it is for another audience")
    issued_at = _time(said, "iat")
    not_before = _time(said, "nbf") if "nbf" in said.members else issued_at
    found = AccessToken(
        issuer=trust.issuer,
        subject=_text(said, "sub"),
        client_id=_text(said, "client_id"),
        token_id=_text(said, "jti"),
        scopes=_scopes(said),
        valid_from=max(issued_at, not_before),
        expires_at=_time(said, "exp"),
    )
    check_time(found, trust, now=now)
    return found


def check_time(token: AccessToken, trust: Trust, *, now: float) -> None:
    """Raises TokenError where it is not the time of *token*."""
    if now >= token.expires_at + trust.leeway_s:
        raise TokenError("it has expired")
    if token.valid_from > now + trust.leeway_s:
        raise TokenError("it is not valid yet")


def _parts(token: str) -> tuple[bytes, bytes, bytes]:
    found = _COMPACT.fullmatch(token) if len(token) <= _MOST else None
    if found is None:
        raise TokenError("it is not a signed token")
    try:
        header, claims, signature = map(decoded, found.groups())
    except ValueError as exc:
        raise TokenError(str(exc)) from None
    return header, claims, signature


def _object(text: bytes, what: str) -> JsonObject:
    try:
        return as_object(parse(text))
    except JsonError as exc:
        raise TokenError(f"{what} are no JSON object that may be read") from exc


def _key_name(header: JsonObject) -> KeyName:
    if _text(header, "typ").lower() not in _TYPES:
        raise TokenError("it is no access token: typ is not at+jwt")
    for name in (*_UNKNOWN_TO_US, *_BRINGS_A_KEY):
        if name in header.members:
            raise TokenError(f"its header has {name}")
    return KeyName(_text(header, "kid") if "kid" in header.members else None, _text(header, "alg"))


def _text(said: JsonObject, name: str) -> str:
    try:
        text = said.require_text(name)
    except JsonError as exc:
        raise TokenError(str(exc)) from exc
    if len(text) > _MOST_LETTERS:
        raise TokenError(f"{name} is too long")
    return text


def _value(said: JsonObject, name: str) -> Json:
    try:
        return said.value(name)
    except JsonError as exc:
        raise TokenError(str(exc)) from exc


def _audience(said: JsonObject) -> list[str]:
    found = _value(said, "aud")
    every = found if isinstance(found, list) else [found]
    if not every or not all(isinstance(each, str) for each in every):
        raise TokenError("aud is missing, or not of text")
    return [each for each in every if isinstance(each, str)]


def _time(said: JsonObject, name: str) -> float:
    found = _value(said, name)
    if isinstance(found, bool) or not isinstance(found, int | Decimal) or not 0 <= found < _NEVER:
        raise TokenError(f"{name} is missing, or no time")
    return float(found)


def _scopes(said: JsonObject) -> frozenset[str]:
    if "scope" not in said.members:
        return frozenset()
    found = _value(said, "scope")
    if not isinstance(found, str) or not _SCOPES.fullmatch(found):
        raise TokenError("scope is not a list of scopes with spaces between")
    return frozenset(found.split(" "))
