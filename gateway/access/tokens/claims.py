"""
What an access token says, read strictly, whoever says it: the token itself (RFC 9068) or its issuer (RFC 7662). Pure.

A claim is there and of its type, or the token is not believed.
"""

import dataclasses
import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from connectors.json import Json, JsonError, JsonObject, as_object, parse
from gateway.access.scopes import scopes_in

_MOST_LETTERS: Final = 256
_NEVER: Final = 253_402_300_800
"""The year 10000: no time of a token is there."""

_SHA256: Final = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]", re.ASCII)
"""The base64url of 32 bytes: two bits of the last letter are nought."""


class TokenError(ValueError):
    """A token may not be believed. Says why, and nothing of what stood in it."""


class Undecided(Exception):
    """Nobody can say now whether a token may be believed: its issuer is away. Ask again after so many seconds."""

    def __init__(self, *, retry_after_s: int) -> None:
        super().__init__()
        self.retry_after_s = retry_after_s


@dataclasses.dataclass(frozen=True, slots=True)
class Confirmation:
    """
    Who alone may show a token (RFC 7800, `cnf`): who holds a key, a certificate's, or both. None: whoever has it.

    *key* is the thumbprint of a JWK (RFC 9449, 6), *certificate* the SHA-256 of a certificate (RFC 8705, 3.1), both
    as base64url.
    """

    key: str | None = None
    certificate: str | None = None


ANYBODY: Final = Confirmation()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """
    What a token says that may be believed. Times are seconds since 1970.

    *customer* is whose token it is, and *case* what it was issued for, where its client's tokens say so. *issued_at* is
    None where nobody says.
    """

    issuer: str
    subject: str = dataclasses.field(repr=False)
    client_id: str
    scopes: frozenset[str]
    valid_from: float
    expires_at: float
    confirmation: Confirmation = dataclasses.field(default=ANYBODY, repr=False)
    customer: str | None = dataclasses.field(default=None, repr=False)
    case: str | None = dataclasses.field(default=None, repr=False)
    issued_at: float | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """
    An issuer that is believed: its name, what its tokens for us are made out to, and how far clocks may differ.

    *customer_claims* are the claims by which tokens of some clients name their customer, by client, and *case_claims*
    those by which they name the case that they were issued for.
    """

    issuer: str
    audience: str
    leeway_s: float = 5.0
    customer_claims: Mapping[str, str] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    case_claims: Mapping[str, str] = dataclasses.field(default_factory=lambda: MappingProxyType({}))


def object_of(text: bytes, what: str) -> JsonObject:
    """The JSON object in *text*, which is called *what*. Raises TokenError, also for what has two readings."""
    try:
        return as_object(parse(text))
    except JsonError as exc:
        raise TokenError(f"{what} are no JSON object that may be read") from exc


def check_time(token: AccessToken, trust: Trust, *, now: float) -> None:
    """Raises TokenError where it is not the time of *token*."""
    if now >= token.expires_at + trust.leeway_s:
        raise TokenError("it has expired")
    if token.valid_from > now + trust.leeway_s:
        raise TokenError("it is not valid yet")


def text_in(said: JsonObject, name: str) -> str:
    """The claim *name*, a text that is there and not empty. Raises TokenError."""
    try:
        text = said.require_text(name)
    except JsonError as exc:
        raise TokenError(str(exc)) from exc
    if len(text) > _MOST_LETTERS:
        raise TokenError(f"{name} is too long")
    return text


def time_in(said: JsonObject, name: str) -> float:
    """The claim *name*, seconds since 1970. Raises TokenError."""
    found = _value(said, name)
    if isinstance(found, bool) or not isinstance(found, int | Decimal) or not 0 <= found < _NEVER:
        raise TokenError(f"{name} is missing, or no time")
    return float(found)


def check_audience(said: JsonObject, trust: Trust) -> None:
    """Raises TokenError where it is not for us."""
    found = _value(said, "aud")
    every = found if isinstance(found, list) else [found]
    if not every or not all(isinstance(each, str) for each in every):
        raise TokenError("aud is missing, or not of text")
    if trust.audience not in every:
        raise TokenError("it is for another audience")


def scopes(said: JsonObject) -> frozenset[str]:
    """What it is for. Raises TokenError."""
    if "scope" not in said.members:
        return frozenset()
    found = _value(said, "scope")
    try:
        return scopes_in(found if isinstance(found, str) else "")
    except ValueError:
        raise TokenError("scope is not a list of scopes with spaces between") from None


def confirmation(said: JsonObject) -> Confirmation:
    """Who alone may show it. Raises TokenError where it says so in a way that we do not know (RFC 7800, 3.1)."""
    if "cnf" not in said.members:
        return ANYBODY
    found = _value(said, "cnf")
    if not isinstance(found, dict) or not found or not found.keys() <= {"jkt", "x5t#S256"} or None in found.values():
        raise TokenError("cnf binds it in a way that is not known here")
    return Confirmation(key=_sha256(found.get("jkt")), certificate=_sha256(found.get("x5t#S256")))


def customer(said: JsonObject, client_id: str, trust: Trust) -> str | None:
    """Whose token it is, where tokens of *client_id* say so. Raises TokenError where this one does not."""
    return _named(said, trust.customer_claims.get(client_id), "customer")


def case(said: JsonObject, client_id: str, trust: Trust) -> str | None:
    """The case it was issued for, where tokens of *client_id* say so. Raises TokenError where this one does not."""
    return _named(said, trust.case_claims.get(client_id), "case")


def _named(said: JsonObject, claim: str | None, what: str) -> str | None:
    if claim is None:
        return None
    try:
        return text_in(said, claim)
    except TokenError:
        # Not which claim: that is between the operator and the issuer.
        raise TokenError(f"it names no {what}, as tokens of its client must") from None


def _value(said: JsonObject, name: str) -> Json:
    try:
        return said.value(name)
    except JsonError as exc:
        raise TokenError(str(exc)) from exc


def _sha256(found: Json) -> str | None:
    if found is None:
        return None
    if not isinstance(found, str) or not _SHA256.fullmatch(found):
        raise TokenError("cnf holds what is no SHA-256")
    return found
