"""
Which web pages may ask a gateway that wants access tokens: its own, and those of the clients that are registered.

A token is nothing that a browser sends by itself, so a foreign page gains nothing by asking; it is refused all the
same, before anything is read, and told nothing. What browsers ask beforehand (CORS) Starlette answers.
"""

from collections.abc import Collection, Mapping
from typing import Final

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Scope

from gateway.http.fields import text
from gateway.http.loopback import same_origin
from gateway.http.refusal import HttpRefusal

_ASKED_WITH: Final = ("Authorization", "Content-Type", "DPoP", "X-Deadline-Ms", "Cache-Control", "Accept-Language")
_SHOWN: Final = ("X-Request-Id", "X-Cost", "RateLimit", "RateLimit-Policy", "Retry-After", "WWW-Authenticate")
_ASK_AGAIN_S: Final = 600


class Origins:
    """The origins of each client's pages, by the client's name; one that is not here has none."""

    def __init__(self, by_client: Mapping[str, Collection[str]]) -> None:
        self._by_client = {name: frozenset(each) for name, each in by_client.items() if each}
        self._all = frozenset().union(*self._by_client.values()) if self._by_client else frozenset[str]()

    def refusal(self, scope: Scope) -> HttpRefusal | None:
        """Why the request of *scope* may not come in: it comes from a page that is nobody's. None when it may."""
        origin = text(scope, b"origin")
        if origin is None or origin in self._all or same_origin(origin, text(scope, b"host") or ""):
            return None
        return HttpRefusal(403, "A page of this origin may not ask this gateway.", code="FORBIDDEN")

    def is_of(self, client: str, scope: Scope) -> bool:
        """Whether the page that sent the request of *scope*, if one did, is the gateway's own or of that *client*."""
        origin = text(scope, b"origin")
        if origin is None or same_origin(origin, text(scope, b"host") or ""):
            return True
        return origin in self._by_client.get(client, ())

    def before(self, app: ASGIApp) -> ASGIApp:
        """*app*, behind whoever tells browsers which pages may ask it."""
        if not self._all:
            return app
        return CORSMiddleware(
            app,
            allow_origins=sorted(self._all),
            allow_methods=("GET", "POST"),
            allow_headers=_ASKED_WITH,
            expose_headers=_SHOWN,
            max_age=_ASK_AGAIN_S,
        )
