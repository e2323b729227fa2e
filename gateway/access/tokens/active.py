"""What an issuer says of a token about which it is asked (RFC 7662), and whether that may be believed. Pure."""

import dataclasses
from typing import Final

from connectors.json import JsonError, JsonObject, as_object, parse
from gateway.access.tokens import claims as read
from gateway.access.tokens.claims import AccessToken, TokenError, Trust, check_time, text_in, time_in

_TYPES: Final = ("bearer", "dpop")
_OURS: Final = ("invalid_client", "unauthorized_client", "invalid_request")
"""Errors of an issuer that are about us and not about the token (RFC 6749, 5.2)."""


class AnswerError(Exception):
    """An issuer says nothing that can be understood. Says why, and nothing of what it said."""


@dataclasses.dataclass(frozen=True, slots=True)
class Said:
    """What an issuer said of a token: the token where it may be believed, else why not."""

    token: AccessToken | None
    why: str = ""


def read_answer(status: int, body: bytes, trust: Trust, *, now: float) -> Said:
    """What the answer to a question about a token says. Raises AnswerError."""
    if status == 400 and _is_about_the_token(body):
        # Some refuse to look at what they have not issued, and do not say that it is not active.
        return Said(None, "it is not active")
    if status != 200:
        raise AnswerError(f"it answered {status}")
    said = _object(body)
    active = said.members.get("active")
    if not isinstance(active, bool):
        raise AnswerError("it does not say whether a token is active")
    if not active:
        return Said(None, "it is not active")
    try:
        return Said(_token(said, trust, now=now))
    except TokenError as exc:
        return Said(None, str(exc))


def _token(said: JsonObject, trust: Trust, *, now: float) -> AccessToken:
    # All but `active` is optional in the standard. Without these nobody knows for whom the token is, and how long.
    if "iss" in said.members and text_in(said, "iss") != trust.issuer:
        raise TokenError("it is from another issuer")
    read.check_audience(said, trust)
    client_id = text_in(said, "client_id")
    found = AccessToken(
        issuer=trust.issuer,
        # Of a token that is on nobody's behalf the client is the subject (RFC 9068, 2.2).
        subject=text_in(said, "sub") if "sub" in said.members else client_id,
        client_id=client_id,
        scopes=read.scopes(said),
        valid_from=max((time_in(said, name) for name in ("iat", "nbf") if name in said.members), default=0.0),
        expires_at=time_in(said, "exp"),
        confirmation=read.confirmation(said),
        customer=read.customer(said, client_id, trust),
        case=read.case(said, client_id, trust),
        issued_at=time_in(said, "iat") if "iat" in said.members else None,
    )
    _check_type(said, found)
    check_time(found, trust, now=now)
    return found


def _check_type(said: JsonObject, token: AccessToken) -> None:
    if "token_type" not in said.members:
        return
    kind = text_in(said, "token_type").lower()
    if kind not in _TYPES or (kind == "dpop" and token.confirmation.key is None):
        raise TokenError("it is of another type")


def _is_about_the_token(body: bytes) -> bool:
    try:
        return _object(body).text("error") not in _OURS
    except (AnswerError, JsonError):
        return False


def _object(body: bytes) -> JsonObject:
    try:
        return as_object(parse(body))
    except JsonError:
        raise AnswerError("its answer is no JSON object that may be read") from None
