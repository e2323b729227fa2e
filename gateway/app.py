"""The application: wires the real clock, store and connectors into the floors, and lays out the addresses."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Route

from connectors.clock import Clock, SystemClock
from connectors.environment import Environment
from gateway import systems
from gateway.http.correlation import Correlated, not_routed
from gateway.http.graphiql import GraphiQL, PageFiles
from gateway.http.graphql import GraphQLView
from gateway.http.health import Ready, live
from gateway.http.loopback import LoopbackOnly
from gateway.log import logger
from gateway.operation import Operations, UsePrepared
from gateway.settings import Settings
from gateway.stores.memory import MemoryStore
from resolvers.context import Graph
from resolvers.graph import build
from resolvers.ids import IdCodec

GRAPHQL = "/graphql"


def create(settings: Settings, *, clock: Clock | None = None) -> Starlette:
    """
    The ASGI application of one gateway.

    Loads every WSDL, so it blocks for a moment; raises SettingsError when the settings do not fit together.
    """
    environment = _environment(settings, clock or SystemClock())
    connectors = systems.build(settings, environment)
    graph = Graph(
        routes=systems.routes(settings, connectors),
        ids=IdCodec([secret.get_secret_value().encode() for secret in settings.ids.secrets]),
        numbering=environment.numbering,
        clock=environment.clock,
        history=dt.timedelta(days=settings.history.days),
    )
    graphiql = GraphiQL(stories_url=settings.graphiql.stories_url) if settings.graphiql.enabled else None
    view = GraphQLView(
        operations=Operations(build([UsePrepared]), limits=settings.limits, shows_graph=settings.shows_graph),
        graph=graph,
        settings=settings.server,
        limits=settings.limits,
        graphiql=graphiql,
    )
    ready = Ready()

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        ready.yes = True
        logger().info("gateway_started", systems=sorted(connectors))
        try:
            yield
        finally:
            ready.yes = False
            await asyncio.gather(systems.close(connectors), *([graphiql.aclose()] if graphiql else []))
            logger().info("gateway_stopped")

    return Starlette(
        routes=routes(view, ready, graphiql),
        # Outermost first. Every answer has an id, and who may knock is settled before anything is read.
        middleware=[Middleware(Correlated), Middleware(LoopbackOnly)],
        exception_handlers={HTTPException: not_routed},
        lifespan=lifespan,
    )


def _environment(settings: Settings, clock: Clock) -> Environment:
    return Environment(
        clock=clock,
        store=MemoryStore(max_entries=settings.cache.max_entries, clock=clock),
        numbering=settings.numbering.plan(),
        report=logger(),
    )


def routes(view: GraphQLView, ready: Ready, graphiql: GraphiQL | None) -> list[BaseRoute]:
    """The addresses of one gateway."""
    # A Route, not a Mount: a Mount answers the bare address with a redirect.
    questions = Route(GRAPHQL, view.respond, methods=["GET", "POST"])
    # Starlette adds HEAD to GET, but the headers of an answer are not worth asking legacy systems.
    questions.methods = {"GET", "POST"}
    found: list[BaseRoute] = [
        questions,
        Route("/health/live", live),
        Route("/health/ready", ready.respond),
    ]
    if graphiql is not None:
        found += [Route(f"{GRAPHQL}/stories", graphiql.stories), Mount(f"{GRAPHQL}/static", PageFiles())]
    return found
