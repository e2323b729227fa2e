"""The application: wires the real clock, store and connectors into the floors, and lays out the addresses."""

import asyncio
import contextlib
import datetime as dt
import functools
from collections.abc import AsyncIterator, Callable, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Lifespan

from connectors.clock import Clock, SystemClock
from connectors.environment import Environment
from gateway import systems
from gateway.http import loopback
from gateway.http.correlation import not_routed
from gateway.http.front import Front
from gateway.http.graphiql import GraphiQL, PageFiles
from gateway.http.graphql import GraphQLView
from gateway.http.health import Ready, live
from gateway.log import logger
from gateway.operation import Operations
from gateway.settings import IdentitySettings, Settings
from gateway.stores.memory import MemoryStore
from gateway.telemetry import telemetry
from gateway.telemetry.telemetry import Telemetry
from gateway.warm_up import warm_up
from resolvers.context import Graph
from resolvers.graph import build
from resolvers.ids import IdCodec
from resolvers.memory import IdentityMemory

GRAPHQL = "/graphql"
HEALTH_LIVE = "/health/live"
HEALTH_READY = "/health/ready"


def create(settings: Settings, *, clock: Clock | None = None) -> Starlette:
    """
    The ASGI application of one gateway.

    Loads every WSDL and works out the operations that are known to come, so it blocks for a moment; raises
    SettingsError when the settings do not fit together.
    """
    watching = Telemetry(settings.telemetry, report=logger())
    environment = _environment(settings, clock or SystemClock(), watching)
    connectors = systems.build(settings, environment)
    graph = Graph(
        routes=systems.routes(settings, connectors),
        ids=IdCodec([secret.get_secret_value().encode() for secret in settings.ids.secrets]),
        numbering=environment.numbering,
        clock=environment.clock,
        history=dt.timedelta(days=settings.history.days),
        memory=_memory(settings.identity, environment.clock),
        report=environment.report,
    )
    graphiql = GraphiQL(stories_url=settings.graphiql.stories_url) if settings.graphiql.enabled else None
    operations = Operations(build(), limits=settings.limits, shows_graph=settings.shows_graph)
    warm_up(operations, settings.plans.warm_up, report=environment.report)
    view = GraphQLView(
        operations=operations,
        graph=graph,
        settings=settings.server,
        limits=settings.limits,
        graphiql=graphiql,
    )
    ready = Ready()

    @contextlib.asynccontextmanager
    async def lifespan(_: Application) -> AsyncIterator[None]:
        await systems.open_ahead(connectors)
        ready.yes = True
        logger().info("gateway_started", systems=sorted(connectors))
        try:
            yield
        finally:
            ready.yes = False
            await asyncio.gather(systems.close(connectors), *([graphiql.aclose()] if graphiql else []))
            await asyncio.to_thread(watching.close)
            logger().info("gateway_stopped")

    front = functools.partial(
        Front,
        # Who may knock is settled before anything is read.
        refuse=loopback.refusal,
        watch=watching.requests(graph=GRAPHQL, routes=[GRAPHQL, HEALTH_LIVE, HEALTH_READY, telemetry.PATH]),
        straight={GRAPHQL: view},
    )
    return Application(
        [*routes(view, ready, graphiql), Route(telemetry.PATH, watching.respond)], front=front, lifespan=lifespan
    )


class Application(Starlette):
    """Starlette behind *front*, which makes an application that stands before the one it is given."""

    def __init__(
        self,
        routes: Sequence[BaseRoute],
        *,
        front: Callable[[ASGIApp], ASGIApp],
        lifespan: Lifespan["Application"] | None = None,
    ) -> None:
        super().__init__(routes=routes, lifespan=lifespan)
        self._front = front

    def build_middleware_stack(self) -> ASGIApp:
        """Starlette's own stack without its outermost part, which answers surprises; `front` does."""
        return self._front(ExceptionMiddleware(self.router, handlers={HTTPException: not_routed}))


def _environment(settings: Settings, clock: Clock, watching: Telemetry) -> Environment:
    return Environment(
        clock=clock,
        store=MemoryStore(max_entries=settings.cache.max_entries, clock=clock),
        numbering=settings.numbering.plan(),
        report=logger(),
        watch=watching.calls(),
    )


def _memory(settings: IdentitySettings, clock: Clock) -> IdentityMemory | None:
    if settings.remember_s == 0:
        return None
    return IdentityMemory(
        remember_s=settings.remember_s, max_age_s=settings.max_age_s, max_entries=settings.max_entries, clock=clock
    )


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
