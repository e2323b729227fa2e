"""All that the gateway knows of its clients, put together: who, what they may see, ask and spend, what they asked."""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Mapping

from connectors.clock import Clock
from gateway.access.gatekeeper import Gatekeeper
from gateway.access.gatekeeper import gatekeeper as gatekeeper_of
from gateway.askers import Askers
from gateway.audiences import for_audiences, for_everybody, scopes_of, secrets
from gateway.consent import Ledger
from gateway.demand.demand import Demand
from gateway.demand.settings import DemandChanges
from gateway.http.callers import Anybody, Callers, Registered
from gateway.http.origins import Origins
from gateway.log import logger
from gateway.mistakes import Mistake, SettingsError
from gateway.operation import Operations
from gateway.overrides.bans import Bans
from gateway.settings import Settings
from gateway.stores.kept import Kept
from gateway.telemetry.telemetry import Telemetry
from gateway.trusted.registration import Registration
from gateway.trusted.trusted import Trusted
from gateway.usage.counts import Usage
from gateway.usage.told import UsageInWords
from resolvers.context import Graph
from resolvers.graph import CustomerGraph, build
from schema.policy import Audience


@dataclasses.dataclass(frozen=True, slots=True)
class Clients:
    """The clients of one gateway; of one that does not want to know who asks, everybody as one."""

    callers: Callers
    origins: Origins
    usage: Usage
    schema: CustomerGraph
    _registration: Registration
    _demand: Demand
    _gatekeeper: Gatekeeper | None
    _askers: Askers | None

    @property
    def trusted(self) -> Trusted:
        """The operations that are registered for them."""
        return self._registration.trusted

    def usage_in_words(self) -> UsageInWords:
        """What they asked, for an operator."""
        return UsageInWords(self.usage, self.schema._schema)  # noqa: SLF001 - its graphql-core schema

    def limit(self, changes: Mapping[str, DemandChanges]) -> None:
        """From now on exactly the clients of these *changes* ask by other limits than the settings say."""
        if self._askers is not None:
            self._askers.limit(changes)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """While the gateway serves: looks whether other operations were registered."""
        looking = asyncio.create_task(self._registration.keep_looking())
        try:
            yield
        finally:
            looking.cancel()
            self._demand.close()
            if self._gatekeeper is not None:
                await self._gatekeeper.aclose()


def clients_of(
    settings: Settings, graph: Graph, *, clock: Clock, watching: Telemetry, answers: Kept, bans: Bans
) -> Clients:
    """
    The clients of these *settings*; *bans* are heeded as they change.

    Works out the operations that are known to come, so it blocks for a moment.
    Raises SettingsError where files that the settings name do not serve.
    """
    schema = build()
    demand = _demand(settings, clock, watching, answers)
    gatekeeper = _gatekeeper(settings, clock, answers, bans)
    askers = None
    if gatekeeper is None or settings.access is None:
        everybody = for_everybody(schema, settings, report=logger())
        callers: Callers = Anybody(everybody, graph, settings.callers)
        origins = Origins({})
        registration = _registration(settings, {}, everybody, watching)
    else:
        views = for_audiences(schema, settings, report=logger())
        origins = Origins({name: each.origins for name, each in settings.access.clients.items()})
        askers = _askers(settings, schema, views, graph, demand)
        callers = Registered(gatekeeper, askers, origins)
        registration = _registration(settings, views, next(iter(views.values())), watching)
    registration.work_out()
    return Clients(callers, origins, Usage(clock=clock), schema, registration, demand, gatekeeper, askers)


def _demand(settings: Settings, clock: Clock, watching: Telemetry, answers: Kept) -> Demand:
    return Demand(
        clock=clock,
        report=logger(),
        leases=answers.rates,
        parts=settings.demand.replicas,
        watch=watching.demand(),
    )


def _gatekeeper(settings: Settings, clock: Clock, answers: Kept, bans: Bans) -> Gatekeeper | None:
    if settings.access is None:
        return None
    try:
        return gatekeeper_of(settings.access, clock=clock, report=logger(), replays=answers.replays, bans=bans)
    except OSError as exc:
        why = f"the certificates cannot be used ({getattr(exc, 'reason', None) or exc.strerror})"
        raise SettingsError(Mistake("", "access.issuers", why, "correct the files that `tls` names")) from exc


def _askers(
    settings: Settings, schema: CustomerGraph, views: Mapping[Audience, Operations], graph: Graph, demand: Demand
) -> Askers:
    assert settings.access is not None  # noqa: S101 - without it there are no clients.
    return Askers(
        settings.access,
        views,
        graph,
        scopes=scopes_of(schema),
        secrets=secrets(settings),
        ledger=Ledger(graph.routes.consent, clock=graph.clock),
        demand=demand,
        demands=settings.demand,
    )


def _registration(
    settings: Settings, views: Mapping[Audience, Operations], everybody: Operations, watching: Telemetry
) -> Registration:
    clients = {} if settings.access is None else settings.access.clients

    def working(name: str) -> Operations:
        return views[Audience(clients[name].audience)] if name in clients else everybody

    return Registration(
        {name: each.operations for name, each in clients.items()},
        working=working,
        report=logger(),
        tell=watching.documents() or (lambda _client, _came: None),
    )
