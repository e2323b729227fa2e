"""Until an issuer of tokens is configured, the gateway serves only its own machine, and no foreign web page on it.

A browser on the same machine is a way in for any page it shows: DNS rebinding makes a foreign name point here, and
cross-site requests arrive with a foreign Origin. So both headers must name this machine. What a page only embeds, an
image or a script, is asked for by GET without any Origin; of that browsers say where it comes from (Fetch Metadata).
"""

import functools
import ipaddress
import re
import urllib.parse

from starlette.types import Scope

from gateway.http.fields import text
from gateway.http.refusal import HttpRefusal
from gateway.settings import Settings, SettingsError

_AUTHORITY = re.compile(r"(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?", re.ASCII)


def is_loopback(host: str) -> bool:
    """Whether *host* (a name or an address, without a port) is this machine and nothing else."""
    name = host.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def host_of(authority: str) -> str | None:
    """The host of `host` or `host:port` (RFC 9110, 7.2), without brackets; None when it is anything else."""
    # Not a URL parser: it would find a host in `localhost/evil` and in `evil@localhost` too.
    found = _AUTHORITY.fullmatch(authority)
    return found["host"].strip("[]").lower() if found else None


def refusal(scope: Scope) -> HttpRefusal | None:
    """Why the request of *scope* may not come in: its Host or its page is not this machine. None when it may."""
    reason = _reason(text(scope, b"host") or "", text(scope, b"origin")) or _reason_of_page(scope)
    return None if reason is None else HttpRefusal(403, reason)


def _reason(host: str, origin: str | None) -> str | None:
    if len(host) > _LONGEST_HOST or not _is_here(host):
        return "This gateway answers only to localhost until issuers of tokens are configured. Check the Host header."
    return None if origin is None or same_origin(origin, host) else _FOREIGN


def _reason_of_page(scope: Scope) -> str | None:
    # Of what comes with an Origin that has told already, and POST with JSON does not come without. Another port of this
    # machine is another page, too, though of the same site. Programs and older browsers have no such header.
    site = text(scope, b"sec-fetch-site")
    if site in {None, "same-origin", "none"} or scope["method"] != "GET" or text(scope, b"origin") is not None:
        return None
    # A link may lead to GraphiQL's page: then it is our own that asks.
    follows = text(scope, b"sec-fetch-mode") == "navigate" and not scope["query_string"]
    return None if follows else _FOREIGN


_LONGEST_HOST = 255
_FOREIGN = "A page of another origin may not ask this gateway."


@functools.lru_cache(maxsize=64)
def _is_here(authority: str) -> bool:
    return is_loopback(host_of(authority) or "")


def same_origin(origin: str, host: str) -> bool:
    """Whether a page of *origin* is one that was served under this `Host`."""
    try:
        parts = urllib.parse.urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and parts.netloc.lower() == host.lower()


def check_address(settings: Settings) -> None:
    """Refuse to listen where strangers could knock, unless tokens tell them apart."""
    if not is_loopback(settings.server.host) and not settings.knows_callers:
        raise SettingsError(
            "server.host: without issuers of access tokens it listens only on 127.0.0.1, ::1 or localhost. "
            "Name them in [[access.issuers]], or put a proxy that authenticates in front of it, on the same machine."
        )
