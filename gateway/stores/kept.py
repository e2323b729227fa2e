"""The stores of one gateway, as its settings say, put together."""

import contextlib
import dataclasses
import math
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Final

from connectors.clock import Clock
from connectors.environment import Reporter
from connectors.guard import Keys, Leases, Register
from connectors.guard.budget import LATE_S
from gateway.access.holders.replays import ProcessReplays, Replays
from gateway.stores.coding import Coding
from gateway.stores.layered import LayeredStore, Near, Told
from gateway.stores.leases import RedisLeases
from gateway.stores.memory import MemoryStore
from gateway.stores.redis import RedisStore
from gateway.stores.redis_access import Access
from gateway.stores.redis_client import client
from gateway.stores.redis_link import RedisLink
from gateway.stores.redis_overrides import RedisOverrides
from gateway.stores.redis_places import RedisPlaces
from gateway.stores.redis_rates import RedisRates
from gateway.stores.redis_replays import RedisReplays
from gateway.stores.sealing import Plain, Sealed, Sealing
from gateway.stores.settings import RedisSettings

if TYPE_CHECKING:
    from redis.asyncio import Redis

_COUNTING: Final = 8
"""Connections of a process for counting calls: each is taken for one short command."""


@dataclasses.dataclass(frozen=True, slots=True)
class Kept:
    """
    Where answers are kept and by which keys, and the leases, rates, places, proofs and overrides that replicas share.

    *places* makes a register: whoever holds places for itself has one of its own, in its own name.

    *access* is how the Redis lets us in, where there is one. Within *opened* the store hears what other replicas drop;
    it is entered even when they cannot be reached. *told* are told of it as well. While it is not *is_in_touch*, what
    they hold may be given for *apart_s* seconds at most.
    """

    store: Near
    keys: Keys = dataclasses.field(default_factory=Keys)
    leases: Leases | None = None
    rates: RedisRates | None = None
    places: Callable[[], Register] | None = None
    replays: Replays | None = None
    access: Access | None = None
    overrides: RedisOverrides | None = None
    opened: Callable[[], AbstractAsyncContextManager[None]] = contextlib.nullcontext
    told: list[Told] = dataclasses.field(default_factory=list)
    is_in_touch: Callable[[], bool] = lambda: True
    apart_s: float = math.inf


def in_process(*, max_entries: int, max_bytes: int, clock: Clock) -> Kept:
    """Answers in this process alone."""
    return Kept(MemoryStore(max_entries=max_entries, max_bytes=max_bytes, clock=clock))


def shared(
    settings: RedisSettings,
    *,
    max_entries: int,
    max_bytes: int,
    codes: Coding,
    clock: Clock,
    report: Reporter,
    tells: Callable[[bool], object],
) -> Kept:
    """
    Answers in this process over those that replicas share. *tells* is told whether they can be reached.

    Raises OSError when the certificates that the settings name do not serve.
    """
    access = Access(settings)
    link = RedisLink(settings, clock=clock, report=report, tells=tells, access=access)
    told: list[Told] = []

    def tell(tags: Collection[str]) -> None:
        for each in told:
            each(tags)

    store = LayeredStore(
        near=lambda: MemoryStore(max_entries=max_entries, max_bytes=max_bytes, clock=clock),
        far=RedisStore(link, settings, codes=codes, clock=clock, sealing=_sealing(settings)),
        near_s=settings.l1_s,
        clock=clock,
        told=tell,
    )
    # By the form of what is kept as well: replicas of different releases do not read each other's.
    keys = Keys(settings.key_secret.get_secret_value().encode(), version=codes.schema_version)
    # A client of its own: a call that waits for its turn must not wait for a long value as well.
    counting = client(settings, connections=_COUNTING, access=access)
    # A turn that is told later than that is no turn any more: what was promised to the system is what arrives there.
    patience_s = min(settings.timeout_s, LATE_S)
    rates = RedisRates(counting, namespace=settings.namespace, clock=clock, report=report, timeout_s=patience_s)
    return Kept(
        store,
        keys,
        leases=RedisLeases(link),
        rates=rates,
        places=lambda: RedisPlaces(counting, settings, clock=clock, report=report),
        replays=RedisReplays(link, near=ProcessReplays(clock=clock)),
        access=access,
        overrides=RedisOverrides(counting, settings, sealing=_sealing(settings)),
        opened=lambda: _opened(store, link, rates, counting),
        told=told,
        is_in_touch=lambda: store.is_in_touch,
        apart_s=settings.l1_s,
    )


@contextlib.asynccontextmanager
async def _opened(store: LayeredStore, link: RedisLink, rates: RedisRates, counting: "Redis") -> AsyncIterator[None]:
    async with store.open(link):
        try:
            yield
        finally:
            await rates.aclose()
            await counting.aclose()


def _sealing(settings: RedisSettings) -> Sealing:
    keys = [key.get_secret_value().encode() for key in settings.encryption_keys]
    return Sealed(keys) if keys else Plain()
