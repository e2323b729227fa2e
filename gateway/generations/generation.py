"""One generation: all that one version of the settings makes of a gateway, put together."""

import asyncio
import contextlib
import datetime as dt
import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from gateway import systems
from gateway.access.metadata import metadata_of
from gateway.access.tokens.issuers import Issuers
from gateway.access.tokens.trusted import are_believed_alike
from gateway.audiences import secrets
from gateway.control.breakers import BreakersInWords
from gateway.control.desk import Desk
from gateway.control.invalidation import Invalidation
from gateway.control.overriding import Overriding
from gateway.events import Events
from gateway.generations.asked import Asked, asked_of
from gateway.generations.clients import clients_of
from gateway.generations.lasting import Lasting
from gateway.http import loopback, metadata
from gateway.http.addresses import GRAPHQL, HEALTH_LIVE, HEALTH_READY, Application, routes
from gateway.http.front import Front
from gateway.http.graphiql import GraphiQL
from gateway.http.graphql import GraphQLView
from gateway.log import logger
from gateway.mistakes import SettingsError
from gateway.overrides.effects import Effects
from gateway.overrides.known import Known
from gateway.overrides.opening import known_in
from gateway.renewal import Outcome
from gateway.settings import Settings
from gateway.status import Status
from gateway.telemetry import telemetry
from gateway.usage.told import UsageInWords
from resolvers.context import Graph
from resolvers.ids import IdCodec
from resolvers.memory import IdentityMemory

Reload = Callable[[], Awaitable[dict[str, Any]]]
"""Looks whether something is written differently now: what came of it, as JSON can hold it."""


class Generation:
    """
    The gateway as *settings* have it, after the generation *before*, if there was one.

    Loads WSDLs and works out the operations that are known to come, so it blocks for a moment; raises SettingsError
    when the settings do not fit together.
    """

    def __init__(self, settings: Settings, lasting: Lasting, *, before: "Generation | None", reload: Reload) -> None:
        self.settings = settings
        self._lasting = lasting
        self.asked: Asked = asked_of(settings, lasting, before=None if before is None else before.asked)
        try:
            self._graph = _graph(settings, lasting, self.asked, before)
            self._clients = clients_of(settings, self._graph, lasting, issuers=_issuers(settings, before))
        except SettingsError:
            self.asked.unwatch()
            raise
        self._graphiql = GraphiQL(stories_url=settings.graphiql.stories_url) if settings.graphiql.enabled else None
        self._invalidation = Invalidation(
            store=lasting.answers.store,
            tagging=lasting.answers.keys,
            memory=self._graph.memory,
            changes=lasting.environment.changes,
        )
        self._events = Events(
            settings, forget=self._invalidation.everywhere, readings=lasting.environment.numbering.readings
        )
        self.asgi = self._application()
        self.desk = self._desk(reload)
        self._open = contextlib.AsyncExitStack()

    @property
    def issuers(self) -> Issuers | None:
        """Who issues the tokens of its clients."""
        return self._clients.issuers

    @property
    def known(self) -> Known:
        """What an operator can override in it."""
        return known_in(self.settings)

    def effects(self) -> Effects:
        """What overrides do in it."""
        lasting = self._lasting
        return Effects(
            bans=lasting.bans,
            switches=lasting.switches,
            limit=self._clients.limit,
            breakers=self.asked.breakers,
            report=logger(),
            tunings=lasting.environment.tunings,
        )

    async def begin(self) -> None:
        """From now on it can be asked."""
        await self._open.enter_async_context(self._clients.open())
        await self.asked.open_ahead()
        await self._open.enter_async_context(self._looking())
        self._lasting.answers.told.append(self._invalidation.heard)

    async def look(self) -> dict[str, Outcome]:
        """Look at the files of credentials now: what came of it by system."""
        return await self.asked.renewals.look(self.asked.renewable, at_once=True)

    async def end(self, *, but: "Generation | None" = None) -> None:
        """Nobody asks it any more; what it shares with another one, *but*, goes on there."""
        with contextlib.suppress(ValueError):
            self._lasting.answers.told.remove(self._invalidation.heard)
        await self._open.aclose()
        await self._events.aclose()
        await asyncio.gather(
            self.asked.end(but=None if but is None else but.asked),
            self._clients.aclose(but=None if but is None else but.issuers),
            *([] if self._graphiql is None else [self._graphiql.aclose()]),
        )

    @contextlib.asynccontextmanager
    async def _looking(self) -> AsyncIterator[None]:
        looking = asyncio.create_task(self.asked.renewals.keep_looking(self.asked.renewable))
        try:
            yield
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)

    def _application(self) -> ASGIApp:
        lasting, settings, clients = self._lasting, self.settings, self._clients
        view = GraphQLView(
            callers=clients.callers,
            trusted=clients.trusted,
            usage=lasting.usage,
            audit=lasting.audit,
            bans=lasting.bans,
            clock=lasting.clock,
            settings=settings.server,
            limits=settings.limits,
            graphiql=self._graphiql,
            door=lasting.door,
        )
        watching = lasting.watching
        front = functools.partial(
            Front,
            # Who may knock is settled before anything is read.
            refuse=clients.origins.refusal if settings.knows_callers else loopback.refusal,
            watch=watching.requests(graph=GRAPHQL, routes=[GRAPHQL, HEALTH_LIVE, HEALTH_READY, telemetry.PATH]),
            straight={GRAPHQL: view},
        )
        found = [
            *routes(view, lasting.ready, self._graphiql),
            *_metadata(settings),
            Route(telemetry.PATH, watching.respond),
            *self._events.routes,
        ]
        # Without Starlette's own first step: the gateway does what it does, for all generations.
        return Application(found, front=lambda app: clients.origins.before(front(app))).build_middleware_stack()

    def _desk(self, reload: Reload) -> Desk:
        lasting = self._lasting
        status = Status(
            self.settings,
            store=lasting.answers.store,
            memory=self._graph.memory,
            watching=lasting.watching,
            watches=self.asked.watches,
            tunings=lasting.environment.tunings,
            clock=lasting.clock,
        )
        return Desk(
            systems=self.asked.connectors.keys(),
            numbering=lasting.environment.numbering,
            invalidation=self._invalidation,
            reload=reload,
            breakers=BreakersInWords(self.asked.breakers),
            sections=status.sections(),
            usage=UsageInWords(lasting.usage, lasting.schema._schema),  # noqa: SLF001 - its graphql-core schema
            overriding=Overriding(lasting.keeper, clock=lasting.clock, audit=lasting.audit),
        )


def _graph(settings: Settings, lasting: Lasting, asked: Asked, before: Generation | None) -> Graph:
    return Graph(
        routes=systems.routes(settings, asked.connectors),
        ids=IdCodec(secrets(settings)),
        numbering=lasting.environment.numbering,
        clock=lasting.clock,
        history=dt.timedelta(days=settings.history.days),
        memory=_memory(settings, lasting, before),
        report=lasting.environment.report,
        tunings=lasting.environment.tunings,
    )


def _memory(settings: Settings, lasting: Lasting, before: Generation | None) -> IdentityMemory | None:
    identity = settings.identity
    if identity.remember_s == 0:
        return None
    if before is not None and _knows_who(before.settings) == _knows_who(settings):
        return before._graph.memory  # noqa: SLF001 - another one of us
    return IdentityMemory(
        remember_s=identity.remember_s,
        max_age_s=identity.max_age_s,
        max_entries=identity.max_entries,
        clock=lasting.clock,
        tags=lasting.answers.keys.tags,
        in_touch=lasting.answers.is_in_touch,
        apart_s=lasting.answers.apart_s,
    )


def _knows_who(settings: Settings) -> object:
    """What is remembered of identities hangs on it."""
    return settings.identity, settings.systems, settings.routes


def _issuers(settings: Settings, before: Generation | None) -> Issuers | None:
    if before is None or before.settings.access is None or settings.access is None:
        return None
    return before.issuers if are_believed_alike(before.settings.access, settings.access) else None


def _metadata(settings: Settings) -> list[BaseRoute]:
    found = None if settings.access is None else metadata_of(settings.access)
    return [] if found is None else [metadata.route(found)]
