"""What one replica was answered another one has confirmed: the validator is kept with the answer, in a real Redis."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from connectors.clock import SystemClock
from connectors.guard import Answer, subject
from connectors.terms import Terms
from connectors.tmf import TMFConnector
from gateway import systems
from gateway.stores.coding import Coding
from gateway.stores.kept import Kept, shared
from schema.customer import Customer
from tests.connectors.support import Reports, environment
from tests.connectors.tmf.asking import NAME
from tests.connectors.tmf.fake import settings
from tests.connectors.tmf.versions import Versions
from tests.gateway.stores.redis_server import RedisServer, needs_redis

pytestmark = needs_redis
CLOCK = SystemClock()
GUARD = {"jitter": 0, "fresh_s": {"*": 0.2}, "stale_s": {"*": 60}, "attempts": 1}


class Replica:
    """A connector to the CRM over a store that replicas share."""

    def __init__(self, crm: Versions, kept: Kept) -> None:
        self.kept = kept
        surroundings = dataclasses.replace(environment(transport=crm), clock=CLOCK, store=kept.store, keys=kept.keys)
        self._connector = TMFConnector("crm", settings(heed_etags=True, guard=GUARD), surroundings)

    async def ask(self) -> Answer[Customer]:
        found = (await self._connector.customers(["1"], parts=NAME, within=Terms.after(5, CLOCK)))["1"]
        assert isinstance(found, Answer)
        return found

    async def drop(self) -> None:
        await self.kept.store.drop(self.kept.keys.tags([subject.customer("1")]))


@asynccontextmanager
async def _replica(crm: Versions, server: RedisServer) -> AsyncIterator[Replica]:
    coding = Coding(systems.values(), report=Reports())
    kept = shared(
        server.settings,
        max_entries=100,
        max_bytes=10_000_000,
        codes=coding,
        clock=CLOCK,
        report=Reports(),
        tells=lambda _: None,
    )
    async with kept.opened():
        yield Replica(crm, kept)


async def test_another_replica_asks_only_for_what_has_changed(server: RedisServer) -> None:
    crm = Versions()
    async with _replica(crm, server) as one, _replica(crm, server) as other:
        first = await one.ask()
        await asyncio.sleep(0.25)

        second = await other.ask()

        assert first.value.name == second.value.name
        assert ([None, '"1"'], [200, 304]) == (crm.conditions, crm.statuses)
        # What it confirmed is there for the others as well, as soon as they look.
        assert second.value.source.fetched_at > first.value.source.fetched_at


async def test_what_was_dropped_on_the_way_comes_back_nowhere(server: RedisServer) -> None:
    crm = Versions()
    async with _replica(crm, server) as one, _replica(crm, server) as other:
        await one.ask()
        await asyncio.sleep(0.25)
        crm.is_slow = True
        asking = asyncio.ensure_future(other.ask())
        for _ in range(500):
            if crm.waiting:
                break
            await asyncio.sleep(0.01)

        await one.drop()
        await asyncio.sleep(0.2)  # Until the others have heard of it.
        crm.known["1"] = 2
        crm.let_go()
        await asking

        assert "1 as of 2" == (await other.ask()).value.name
        assert "1 as of 2" == (await one.ask()).value.name
        assert None is crm.conditions[2]
