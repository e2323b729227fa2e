"""The compact form of a signed token (RFC 7515, 7.1): three parts with a dot between, each with one text. Pure."""

import re
from typing import Final

from connectors.json import JsonObject
from gateway.access.tokens.claims import TokenError, text_in
from gateway.access.tokens.signatures import decoded

MOST: Final = 8192
"""Letters of a token. What is longer is not looked at."""

_COMPACT: Final = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)", re.ASCII)
_UNKNOWN_TO_US: Final = ("crit", "b64", "zip", "enc")
"""What changes how a token is to be read. We know none of it, and who does not must refuse (RFC 7515, 4.1.11)."""


def parts(token: str) -> tuple[bytes, bytes, bytes]:
    """The header, the claims and the signature of *token*, decoded. Raises TokenError."""
    found = _COMPACT.fullmatch(token) if len(token) <= MOST else None
    if found is None:
        raise TokenError("it is not a signed token")
    try:
        header, claims, signature = map(decoded, found.groups())
    except ValueError as exc:
        raise TokenError(str(exc)) from None
    return header, claims, signature


def is_compact(token: str) -> bool:
    """
    Whether *token* has the form of a signed one, right or wrong: then no issuer need be asked what it says.

    Three parts with dots between can be anything. Of these the first is an object, as far as its ends tell.
    """
    found = _COMPACT.fullmatch(token) if len(token) <= MOST else None
    try:
        header = b"" if found is None else decoded(found[1])
    except ValueError:
        return False
    return header.startswith(b"{") and header.endswith(b"}")


def check_header(header: JsonObject, *, foreign: tuple[str, ...]) -> None:
    """Raises TokenError where *header* wants the token read otherwise, or has one of the *foreign* members."""
    for name in (*_UNKNOWN_TO_US, *foreign):
        if name in header.members:
            raise TokenError(f"its header has {name}")


def type_of(header: JsonObject) -> str:
    """The `typ` in *header*, in small letters and without what media types begin with (RFC 7515, 4.1.9)."""
    return text_in(header, "typ").lower().removeprefix("application/")
