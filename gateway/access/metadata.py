"""What a client reads of this graph before it has a token: who issues them, and how they are shown (RFC 9728). Pure."""

import dataclasses
import urllib.parse
from collections.abc import Mapping
from typing import Final

from gateway.access.holders.dpop import ALGORITHMS
from gateway.access.settings import AccessSettings

_WELL_KNOWN: Final = "/.well-known/oauth-protected-resource"


@dataclasses.dataclass(frozen=True, slots=True)
class Metadata:
    """The document, the path at which it is here, and the address by which clients find it."""

    document: Mapping[str, object]
    path: str
    url: str


def metadata_of(settings: AccessSettings) -> Metadata | None:
    """The metadata of a graph whose audience is its address. None where it is another name: nobody could find it."""
    try:
        address = urllib.parse.urlsplit(settings.audience)
    except ValueError:
        return None
    if address.scheme != "https" or not address.hostname or address.fragment or address.query:
        return None
    # RFC 9728, 3.1: between host and path.
    path = _WELL_KNOWN + address.path.rstrip("/")
    document: dict[str, object] = {
        "resource": settings.audience,
        "bearer_methods_supported": ["header"],
        "resource_name": "Switchboard",
    }
    if settings.issuers:
        # Not the one for development, of which nobody can learn anything over the network.
        document["authorization_servers"] = [each.issuer for each in settings.issuers]
    if settings.dpop is not None:
        document["dpop_signing_alg_values_supported"] = list(ALGORITHMS)
    if settings.client_certificate is not None:
        document["tls_client_certificate_bound_access_tokens"] = True
    return Metadata(document, path, f"https://{address.netloc}{path}")
