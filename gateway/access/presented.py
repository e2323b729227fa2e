"""What a request shows of who asks: a token by one of two schemes (RFC 6750, RFC 9449), and whose it is. Pure."""

import dataclasses
import enum
import re
from typing import Final

_TOKEN: Final = re.compile(r"[A-Za-z0-9\-._~+/]+=*", re.ASCII)
"""RFC 9110, 11.2: token68."""


class MalformedError(ValueError):
    """A request tries to say who asks and does not succeed: 400, `invalid_request`."""


class Scheme(enum.Enum):
    """How a token is shown. Values are how challenges write it."""

    BEARER = "Bearer"
    DPOP = "DPoP"


_SCHEMES: Final = {each.value.lower(): each for each in Scheme}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """
    What came with a request, as it came. A header that came twice is one text with a comma in it.

    *peer* is the address of whoever has opened the connection: a client's, or the proxy's in front.
    """

    authorization: str | None = dataclasses.field(default=None, repr=False)
    method: str = "POST"
    dpop: str | None = dataclasses.field(default=None, repr=False)
    certificate: str | None = dataclasses.field(default=None, repr=False)
    peer: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Shown:
    """A token, and how it was shown."""

    scheme: Scheme
    token: str = dataclasses.field(repr=False)


def shown(authorization: str | None) -> Shown | None:
    """
    The token in an `Authorization` header; None where there is no header, or one of another scheme.

    Only there: an address is written to logs, and a form is what a foreign page can send (RFC 6750, 2.2 and 2.3).
    Raises MalformedError for a header that came twice, or has no token or more than one.
    """
    if authorization is None:
        return None
    written, _, token = authorization.strip(" \t").partition(" ")
    scheme = _SCHEMES.get(written.lower())
    if scheme is None:
        return None
    token = token.strip(" ")
    if not _TOKEN.fullmatch(token):
        raise MalformedError(f"Write one header: 'Authorization: {scheme.value} <token>'.")
    return Shown(scheme, token)
