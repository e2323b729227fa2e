"""What a process has once, whatever is written into the settings while it runs: the clock, what is kept and counted."""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator

from pydantic import BaseModel

from connectors.clock import Clock
from connectors.environment import Environment
from connectors.guard import Changes, Switches, Tunings
from connectors.guard.negative import Negative
from gateway import systems
from gateway.access.holders.replays import ProcessReplays, Replays
from gateway.admission.door import Door
from gateway.audit.opening import audit_of
from gateway.audit.writer import Audit
from gateway.demand.demand import Demand
from gateway.http.health import Ready
from gateway.log import logger
from gateway.mistakes import Mistake, SettingsError
from gateway.overrides.bans import Bans
from gateway.overrides.keeper import Keeper
from gateway.overrides.opening import keeper_of
from gateway.renewal import Renewable
from gateway.settings import ServerSettings, Settings
from gateway.stores import kept
from gateway.stores.coding import Coding
from gateway.stores.kept import Kept
from gateway.telemetry.telemetry import Telemetry
from gateway.usage.counts import Usage
from resolvers.graph import CustomerGraph, build

REDIS = "cache.redis"
"""What the Redis that replicas share is called in the log, where systems have their names."""

AUDIT = "audit.postgresql"
"""And the database of the audit."""


@dataclasses.dataclass(frozen=True, slots=True)
class Lasting:
    """
    What goes on when the settings change.

    *environment* is that of every connector, without what each generation has of its own: breakers, who watches, and
    the places it holds.
    """

    settings: Settings
    """Those of the start."""

    clock: Clock
    watching: Telemetry
    answers: Kept
    environment: Environment
    switches: Switches
    bans: Bans
    replays: Replays
    audit: Audit | None
    keeper: Keeper
    demand: Demand
    usage: Usage
    schema: CustomerGraph
    door: Door | None
    ready: Ready

    @property
    def renewable(self) -> dict[str, Renewable]:
        """What lets us in by credentials that may be renewed, beside systems: by its section."""
        redis = self.answers.access
        is_shared = self.settings.audit is not None and self.settings.audit.postgresql is not None
        database = self.audit if is_shared else None
        return {
            **({} if redis is None else {REDIS: redis}),
            **({} if database is None else {AUDIT: database}),
        }

    @property
    def credentials(self) -> dict[str, BaseModel]:
        """What the settings say of those of `renewable`."""
        redis, audit = self.settings.cache.redis, self.settings.audit
        database = None if audit is None else audit.postgresql
        return {
            **({} if redis is None else {REDIS: redis.access}),
            **({} if database is None else {AUDIT: database}),
        }

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """While the process serves."""
        async with self.answers.opened():
            if self.audit is not None:
                self.audit.start()
            try:
                yield
            finally:
                self.demand.close()
                if self.audit is not None:
                    await self.audit.aclose()
        await asyncio.to_thread(self.watching.close)


def lasting_of(settings: Settings, *, clock: Clock) -> Lasting:
    """What *settings* say of it. Raises SettingsError where files that they name do not serve."""
    watching = Telemetry(settings.telemetry, report=logger())
    answers = _answers(settings, clock, watching)
    audit = None if settings.audit is None else audit_of(settings.audit, clock=clock, report=logger())
    switches = Switches()
    return Lasting(
        settings=settings,
        clock=clock,
        watching=watching,
        answers=answers,
        environment=_environment(settings, clock, answers, switches),
        switches=switches,
        bans=Bans(),
        replays=answers.replays or ProcessReplays(clock=clock),
        audit=audit,
        keeper=keeper_of(settings, shared=answers.overrides, audit=audit, clock=clock, report=logger()),
        demand=Demand(
            clock=clock,
            report=logger(),
            leases=answers.rates,
            parts=settings.demand.replicas,
            watch=watching.demand(),
        ),
        usage=Usage(clock=clock),
        schema=build(),
        door=_door(settings.server, clock, watching),
        ready=Ready(),
    )


def _environment(settings: Settings, clock: Clock, answers: Kept, switches: Switches) -> Environment:
    return Environment(
        clock=clock,
        store=answers.store,
        leases=answers.leases,
        rates=answers.rates,
        switches=switches,
        tunings=Tunings(),
        keys=answers.keys,
        changes=Changes(keys=answers.keys, clock=clock),
        numbering=settings.numbering.plan(),
        report=logger(),
    )


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
