"""The addresses of one gateway, and Starlette behind what stands before every one of them."""

from collections.abc import Callable, Sequence
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from gateway.http.correlation import not_routed
from gateway.http.graphiql import GraphiQL, PageFiles
from gateway.http.graphql import GraphQLView
from gateway.http.health import Ready, live

GRAPHQL: Final = "/graphql"
HEALTH_LIVE: Final = "/health/live"
HEALTH_READY: Final = "/health/ready"


class Application(Starlette):
    """Starlette behind *front*, which makes an application that stands before the one it is given."""

    def __init__(self, routes: Sequence[BaseRoute], *, front: Callable[[ASGIApp], ASGIApp]) -> None:
        super().__init__(routes=routes)
        # A redirect names a host that the request has named, by http whatever the proxy in front speaks: whoever
        # follows it sends token and question there, in the clear.
        self.router.redirect_slashes = False
        self._front = front

    def build_middleware_stack(self) -> ASGIApp:
        """Starlette's own stack without its outermost part, which answers surprises; `front` does."""
        return self._front(ExceptionMiddleware(self.router, handlers={HTTPException: not_routed}))


def routes(view: GraphQLView, ready: Ready, graphiql: GraphiQL | None) -> list[BaseRoute]:
    """The addresses of one gateway."""
    # A Route, not a Mount: a Mount answers the bare address with a redirect.
    questions = Route(GRAPHQL, view.respond, methods=["GET", "POST"])
    # Starlette adds HEAD to GET, but the headers of an answer are not worth asking legacy systems.
    questions.methods = {"GET", "POST"}
    found: list[BaseRoute] = [
        questions,
        Route(HEALTH_LIVE, live),
        Route(HEALTH_READY, ready.respond),
    ]
    if graphiql is not None:
        found += [Route(f"{GRAPHQL}/stories", graphiql.stories), Mount(f"{GRAPHQL}/static", PageFiles())]
    return found
