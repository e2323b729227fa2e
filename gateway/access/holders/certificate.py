"""The client's certificate, as a proxy that ends TLS passes it on (RFC 9440). Pure."""

import base64
import binascii
import hashlib
import ipaddress
import re
from collections.abc import Iterable
from typing import Final, TypeAlias

from gateway.access.tokens.signatures import encoded

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_BYTES: Final = re.compile(r":([A-Za-z0-9+/]+={0,2}):", re.ASCII)
"""A byte sequence (RFC 9651, 3.3.5). One that came twice has a comma in it and is none."""

_MOST: Final = 16_384


def is_from(peer: str | None, proxies: Iterable[Network]) -> bool:
    """Whether the address *peer* is that of one of *proxies*, whose word on the client is believed."""
    try:
        found = ipaddress.ip_address(peer or "")
    except ValueError:
        return False
    # A socket for both versions shows addresses of the older one in the newer form.
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found in each for each in proxies)


def thumbprint_of(header: str | None) -> str | None:
    """The SHA-256 of the certificate in a `Client-Cert` header, as base64url (RFC 8705, 3.1); None where none is."""
    found = _BYTES.fullmatch(header.strip(" ")) if header is not None and len(header) <= _MOST else None
    if found is None:
        return None
    try:
        certificate = base64.b64decode(found[1], validate=True)
    except binascii.Error:
        return None
    return encoded(hashlib.sha256(certificate).digest())
