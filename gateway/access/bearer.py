"""How a token comes in a request, and how a refusal says what is wrong with it (RFC 6750). Pure."""

import re
from typing import Final

_SCHEME: Final = "bearer"
_TOKEN: Final = re.compile(r"[A-Za-z0-9\-._~+/]+=*", re.ASCII)
"""RFC 9110, 11.2: token68."""

_QUOTED: Final = re.compile(r"[ !#-\[\]-~]*", re.ASCII)
"""RFC 6750, 3: what an attribute of a challenge may hold between its quotes."""


class MalformedError(ValueError):
    """A request tries to say who asks and does not succeed: 400, `invalid_request`."""


def token_of(authorization: str | None) -> str | None:
    """
    The token in an `Authorization` header; None where there is no header, or one of another scheme.

    Only there: an address is written to logs, and a form is what a foreign page can send (RFC 6750, 2.2 and 2.3).
    Raises MalformedError for a header that came twice, or has no token or more than one.
    """
    if authorization is None:
        return None
    scheme, _, token = authorization.strip(" \t").partition(" ")
    if scheme.lower() != _SCHEME:
        return None
    token = token.strip(" ")
    if not _TOKEN.fullmatch(token):
        raise MalformedError("Write one header: `Authorization: Bearer <token>`.")
    return token


def challenge(
    *,
    error: str | None = None,
    description: str | None = None,
    scopes: frozenset[str] = frozenset(),
    metadata: str | None = None,
) -> str:
    """
    The `WWW-Authenticate` of a refusal.

    Without *error* where nobody has said who asks: then nothing was wrong (RFC 6750, 3.1). *scopes* are those that
    would do, *metadata* is where a client may read how to get a token (RFC 9728, 5.1).
    """
    said = {
        "realm": "graph",
        "error": error,
        "error_description": description,
        "scope": " ".join(sorted(scopes)) or None,
        "resource_metadata": metadata,
    }
    for value in said.values():
        if value is not None and not _QUOTED.fullmatch(value):
            raise ValueError("a challenge cannot hold that")
    return "Bearer " + ", ".join(f'{name}="{value}"' for name, value in said.items() if value is not None)
