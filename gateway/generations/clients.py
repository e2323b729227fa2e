"""All that the gateway knows of its clients, put together: who, what they may see, ask and spend, what they asked."""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Mapping

from gateway.access.gatekeeper import Gatekeeper
from gateway.access.gatekeeper import gatekeeper as gatekeeper_of
from gateway.access.tokens.issuers import Issuers
from gateway.askers import Askers
from gateway.audiences import for_audiences, for_everybody, scopes_of, secrets
from gateway.consent import Ledger
from gateway.demand.settings import DemandChanges
from gateway.generations.lasting import Lasting
from gateway.http.callers import Anybody, Callers, Registered
from gateway.http.origins import Origins
from gateway.log import logger
from gateway.mistakes import Mistake, SettingsError
from gateway.operations.operation import Operations
from gateway.settings import Settings
from gateway.telemetry.telemetry import Telemetry
from gateway.trusted.registration import Registration
from gateway.trusted.trusted import Trusted
from resolvers.context import Graph
from schema.policy import Audience


@dataclasses.dataclass(frozen=True, slots=True)
class Clients:
    """The clients of one gateway; of one that does not want to know who asks, everybody as one."""

    callers: Callers
    origins: Origins
    _registration: Registration
    _gatekeeper: Gatekeeper | None
    _askers: Askers | None

    @property
    def trusted(self) -> Trusted:
        """The operations that are registered for them."""
        return self._registration.trusted

    @property
    def issuers(self) -> Issuers | None:
        """Who issues their tokens."""
        return None if self._gatekeeper is None else self._gatekeeper.issuers

    def limit(self, changes: Mapping[str, DemandChanges]) -> None:
        """From now on exactly the clients of these *changes* ask by other limits than the settings say."""
        if self._askers is not None:
            self._askers.limit(changes)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """While they are served: looks whether other operations were registered."""
        looking = asyncio.create_task(self._registration.keep_looking())
        try:
            yield
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)

    async def aclose(self, *, but: Issuers | None = None) -> None:
        """End what is under way at the issuers, unless others go on with them: *but*."""
        if self.issuers is not None and self.issuers is not but:
            await self.issuers.aclose()


def clients_of(settings: Settings, graph: Graph, lasting: Lasting, *, issuers: Issuers | None = None) -> Clients:
    """
    The clients of these *settings*. *issuers* are theirs, where there are some already.

    Works out the operations that are known to come, so it blocks for a moment.
    Raises SettingsError where files that the settings name do not serve.
    """
    gatekeeper = _gatekeeper(settings, lasting, issuers)
    askers = None
    if gatekeeper is None or settings.access is None:
        everybody = for_everybody(lasting.schema, settings, report=logger())
        callers: Callers = Anybody(everybody, graph, settings.callers)
        origins = Origins({})
        registration = _registration(settings, {}, everybody, lasting.watching)
    else:
        views = for_audiences(lasting.schema, settings, report=logger())
        origins = Origins({name: each.origins for name, each in settings.access.clients.items()})
        askers = _askers(settings, views, graph, lasting)
        callers = Registered(gatekeeper, askers, origins)
        registration = _registration(settings, views, next(iter(views.values())), lasting.watching)
    registration.work_out()
    return Clients(callers, origins, registration, gatekeeper, askers)


def _gatekeeper(settings: Settings, lasting: Lasting, issuers: Issuers | None) -> Gatekeeper | None:
    if settings.access is None:
        return None
    try:
        return gatekeeper_of(
            settings.access,
            clock=lasting.clock,
            report=logger(),
            replays=lasting.replays,
            bans=lasting.bans,
            issuers=issuers,
        )
    except OSError as exc:
        why = f"the certificates cannot be used ({getattr(exc, 'reason', None) or exc.strerror})"
        raise SettingsError(Mistake("", "access.issuers", why, "correct the files that `tls` names")) from exc


def _askers(settings: Settings, views: Mapping[Audience, Operations], graph: Graph, lasting: Lasting) -> Askers:
    assert settings.access is not None  # noqa: S101 - without it there are no clients.
    return Askers(
        settings.access,
        views,
        graph,
        scopes=scopes_of(lasting.schema),
        secrets=secrets(settings),
        ledger=Ledger(graph.routes.consent, clock=graph.clock),
        demand=lasting.demand,
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
