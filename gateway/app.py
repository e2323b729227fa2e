"""The application: wires the real clock, store and connectors into the floors, and lays out the addresses."""

import asyncio
import contextlib
import datetime as dt
import functools
from collections.abc import AsyncIterator, Callable, Sequence

from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Lifespan

from connectors.clock import Clock, SystemClock
from connectors.environment import Environment
from connectors.guard import Breakers, Changes, Switches
from connectors.guard.negative import Negative
from gateway import systems
from gateway.access.metadata import metadata_of
from gateway.admission.door import Door
from gateway.audiences import secrets
from gateway.audit.opening import audit_of
from gateway.clients import clients_of
from gateway.control.breakers import BreakersInWords
from gateway.control.desk import Desk
from gateway.control.invalidation import Invalidation
from gateway.control.overriding import Overriding
from gateway.events import Events
from gateway.http import loopback, metadata
from gateway.http.correlation import not_routed
from gateway.http.front import Front
from gateway.http.graphiql import GraphiQL, PageFiles
from gateway.http.graphql import GraphQLView
from gateway.http.health import Ready, live
from gateway.log import logger
from gateway.mistakes import Mistake, SettingsError
from gateway.overrides.bans import Bans
from gateway.overrides.effects import Effects
from gateway.overrides.opening import keeper_of
from gateway.renewal import Renewable, Renewals
from gateway.settings import IdentitySettings, ServerSettings, Settings
from gateway.status import Status
from gateway.stores import kept
from gateway.stores.coding import Coding
from gateway.stores.kept import Kept
from gateway.telemetry import telemetry
from gateway.telemetry.telemetry import Telemetry
from resolvers.context import Graph
from resolvers.ids import IdCodec
from resolvers.memory import IdentityMemory

GRAPHQL = "/graphql"
HEALTH_LIVE = "/health/live"
HEALTH_READY = "/health/ready"

REDIS = "cache.redis"
"""What the Redis that replicas share is called in the log, where systems have their names."""


def create(settings: Settings, *, clock: Clock | None = None) -> "Application":
    """
    The ASGI application of one gateway.

    Loads every WSDL and works out the operations that are known to come, so it blocks for a moment; raises
    SettingsError when the settings do not fit together.
    """
    watching = Telemetry(settings.telemetry, report=logger())
    renewals = Renewals(_with_credentials(settings), report=logger())
    clock = clock or SystemClock()
    answers = _answers(settings, clock, watching)
    switches, bans = Switches(), Bans()
    environment = _environment(settings, clock, watching, answers, switches)
    connectors = systems.build(settings, environment)
    renewable: dict[str, Renewable] = {**connectors, **({} if answers.access is None else {REDIS: answers.access})}
    graph = Graph(
        routes=systems.routes(settings, connectors),
        ids=IdCodec(secrets(settings)),
        numbering=environment.numbering,
        clock=environment.clock,
        history=dt.timedelta(days=settings.history.days),
        memory=_memory(settings.identity, environment.clock, answers),
        report=environment.report,
    )
    graphiql = GraphiQL(stories_url=settings.graphiql.stories_url) if settings.graphiql.enabled else None
    audit = None if settings.audit is None else audit_of(settings.audit, clock=clock, report=logger())
    clients = clients_of(settings, graph, clock=clock, watching=watching, answers=answers, bans=bans)
    view = GraphQLView(
        callers=clients.callers,
        trusted=clients.trusted,
        usage=clients.usage,
        audit=audit,
        bans=bans,
        clock=clock,
        settings=settings.server,
        limits=settings.limits,
        graphiql=graphiql,
        door=_door(settings.server, clock, watching),
    )
    keeper = keeper_of(
        settings,
        shared=answers.overrides,
        take=Effects(bans=bans, switches=switches, limit=clients.limit, breakers=environment.breakers, report=logger()),
        audit=audit,
        clock=clock,
        report=logger(),
    )
    ready = Ready()
    invalidation = Invalidation(
        store=environment.store, tagging=environment.keys, memory=graph.memory, changes=environment.changes
    )
    answers.told.append(invalidation.heard)
    status = Status(settings, store=answers.store, memory=graph.memory, watching=watching, clock=clock)
    events = Events(settings, forget=invalidation.everywhere, readings=environment.numbering.readings)

    @contextlib.asynccontextmanager
    async def lifespan(_: Application) -> AsyncIterator[None]:
        async with answers.opened(), clients.open(), keeper.open():
            if audit is not None:
                audit.start()
            await systems.open_ahead(connectors)
            looking = asyncio.create_task(renewals.keep_looking(renewable))
            ready.yes = True
            logger().info("gateway_started", systems=sorted(connectors))
            try:
                yield
            finally:
                ready.yes = False
                looking.cancel()
                await events.aclose()
                others = [each.aclose() for each in (graphiql, audit) if each is not None]
                await asyncio.gather(systems.close(connectors), *others)
        await asyncio.to_thread(watching.close)
        logger().info("gateway_stopped")

    front = functools.partial(
        Front,
        # Who may knock is settled before anything is read.
        refuse=clients.origins.refusal if settings.knows_callers else loopback.refusal,
        watch=watching.requests(graph=GRAPHQL, routes=[GRAPHQL, HEALTH_LIVE, HEALTH_READY, telemetry.PATH]),
        straight={GRAPHQL: view},
    )
    application = Application(
        [*routes(view, ready, graphiql), *_metadata(settings), Route(telemetry.PATH, watching.respond), *events.routes],
        front=lambda app: clients.origins.before(front(app)),
        lifespan=lifespan,
    )
    application.desk = Desk(
        systems=connectors.keys(),
        numbering=environment.numbering,
        invalidation=invalidation,
        reload=functools.partial(renewals.look, renewable, at_once=True),
        breakers=None if environment.breakers is None else BreakersInWords(environment.breakers),
        sections=status.sections(),
        usage=clients.usage_in_words(),
        overriding=Overriding(keeper, clock=clock, audit=audit),
    )
    return application


class Application(Starlette):
    """Starlette behind *front*, which makes an application that stands before the one it is given."""

    desk: Desk
    """What can be told to the gateway that this application is the door of; `create` sets it."""

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


def _with_credentials(settings: Settings) -> dict[str, BaseModel]:
    """Whatever lets us in by credentials that may be renewed, by its section."""
    redis = settings.cache.redis
    return {**settings.systems, **({} if redis is None else {REDIS: redis.access})}


def _environment(
    settings: Settings, clock: Clock, watching: Telemetry, answers: Kept, switches: Switches
) -> Environment:
    return Environment(
        clock=clock,
        store=answers.store,
        leases=answers.leases,
        rates=answers.rates,
        places=answers.places,
        switches=switches,
        keys=answers.keys,
        changes=Changes(keys=answers.keys, clock=clock),
        numbering=settings.numbering.plan(),
        report=logger(),
        watch=watching.calls(),
        breakers=Breakers(clock=clock, report=logger(), shown=watching.metrics.breaker if watching.metrics else None),
    )


def _metadata(settings: Settings) -> list[BaseRoute]:
    found = None if settings.access is None else metadata_of(settings.access)
    return [] if found is None else [metadata.route(found)]


def _door(settings: ServerSettings, clock: Clock, watching: Telemetry) -> Door | None:
    if not settings.admission.enabled:
        return None
    # Nobody waits at the door but who has a connection.
    return Door(
        settings.admission,
        max_waiting=settings.max_connections,
        clock=clock,
        report=logger(),
        watch=watching.door(),
    )


def _answers(settings: Settings, clock: Clock, watching: Telemetry) -> Kept:
    cache = settings.cache
    if cache.redis is None:
        return kept.in_process(max_entries=cache.max_entries, max_bytes=cache.max_bytes, clock=clock)
    try:
        return kept.shared(
            cache.redis,
            max_entries=cache.max_entries,
            max_bytes=cache.max_bytes,
            codes=Coding([*systems.values(), Negative], report=logger()),
            clock=clock,
            report=logger(),
            tells=watching.redis(cache.redis.namespace, clock),
        )
    except OSError as exc:
        why = f"the certificates cannot be used ({getattr(exc, 'reason', None) or exc.strerror})"
        raise SettingsError(Mistake("", f"{REDIS}.tls", why, "correct the files it names")) from exc


def _memory(settings: IdentitySettings, clock: Clock, answers: Kept) -> IdentityMemory | None:
    if settings.remember_s == 0:
        return None
    return IdentityMemory(
        remember_s=settings.remember_s,
        max_age_s=settings.max_age_s,
        max_entries=settings.max_entries,
        clock=clock,
        tags=answers.keys.tags,
        in_touch=answers.is_in_touch,
        apart_s=answers.apart_s,
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
