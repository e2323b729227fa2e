"""Replicas that share a Redis before one consent system, each with an address for events, without gateways around."""

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import uvicorn
from starlette.applications import Starlette

from connectors.capabilities import Consents, DataSubject
from connectors.clock import SystemClock
from connectors.environment import Environment
from connectors.guard import Changes
from connectors.guard.negative import Negative
from connectors.routes import Systems
from connectors.terms import Terms
from gateway import systems
from gateway.consent import Decision, Ledger, Reader
from gateway.control.invalidation import Invalidation
from gateway.events import Events
from gateway.settings import Settings
from gateway.settings_file import load
from gateway.stores import kept
from gateway.stores.coding import Coding
from gateway.stores.settings import RedisSettings
from sandbox import Sandbox
from tests.conftest import ROOT
from tests.connectors.support import Reports

SECRET = "a-secret-of-the-consent-system"
CLOCK = SystemClock()


class Replica:
    """One replica's ledger, put together as `gateway.app` does, and where events reach it."""

    def __init__(self, settings: Settings, redis: RedisSettings) -> None:
        report = Reports()
        self._kept = kept.shared(
            redis,
            max_entries=1000,
            max_bytes=1024 * 1024,
            codes=Coding([*systems.values(), Negative], report=report),
            clock=CLOCK,
            report=report,
            tells=lambda _: None,
        )
        environment = Environment(
            clock=CLOCK,
            store=self._kept.store,
            keys=self._kept.keys,
            leases=self._kept.leases,
            changes=Changes(keys=self._kept.keys, clock=CLOCK),
            numbering=settings.numbering.plan(),
            report=report,
        )
        self._connector = systems.connector("consent", settings.systems["consent"], environment)
        assert isinstance(self._connector, Consents)
        consents: Systems[Consents] = Systems({"consent": self._connector})
        self._ledger = Ledger(consents, clock=CLOCK)
        invalidation = Invalidation(
            store=environment.store, tagging=environment.keys, memory=None, changes=environment.changes
        )
        self._kept.told.append(invalidation.heard)
        self._events = Events(settings, forget=invalidation.everywhere, readings=environment.numbering.readings)
        self.url = ""

    async def decide(self, who: DataSubject, reader: Reader) -> Decision:
        return await self._ledger.decide(who, reader, within=Terms.after(5, CLOCK))

    @contextlib.asynccontextmanager
    async def open(self, serve: Callable[[Any], Any]) -> AsyncIterator["Replica"]:
        async with self._kept.opened(), serve(Starlette(routes=self._events.routes)) as url:
            self.url = f"{url}/events/tmf/{SECRET}"
            try:
                yield self
            finally:
                await self._events.aclose()
                await self._connector.aclose()


def settings_for(sandbox: Sandbox, environ: Mapping[str, str], **guard: Any) -> Settings:
    """The pretend operator's own settings, with *guard* before its consent system."""
    port = sandbox.ports["consent"]
    overrides = {
        "systems": {"consent": {"url": f"http://127.0.0.1:{port}", "guard": {"jitter": 0, **guard}}},
        "events": {"secret": "env:EVENTS_SECRET"},
    }
    return load(ROOT / "deploy" / "sandbox.toml", environ=environ, overrides=overrides)


def config(app: Any) -> uvicorn.Config:
    """How tests serve an application."""
    return uvicorn.Config(app, port=0, log_config=None, lifespan="off", ws="none")
