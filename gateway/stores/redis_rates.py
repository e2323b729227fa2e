"""
What all replicas share a count of: one GCRA bucket for each system or client, in Redis or Valkey.

Calls of a system are taken one by one, of a client's budget some are leased ahead. Redis' own clock counts, so replicas
need not agree on the time. A key holds a configured name and never anything of a caller. Without Redis there is no
answer, at once; whoever asked then counts for itself. When it is back nobody counts there until all can have noticed:
the whole for some and their parts for others would be more than was promised.
"""

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

from redis.asyncio import Redis

from connectors.clock import Clock
from connectors.environment import Reporter
from connectors.guard.budget import LATE_S
from gateway.demand.leases import Leased
from gateway.stores.redis_client import CONNECT_S, FAILURES

if TYPE_CHECKING:
    from redis.commands.core import AsyncScript

_TAKE = """
-- KEYS: bucket, since when all count here. ARGV: rate, burst, kept free, what settling takes, away for so long or -1,
-- needed, wanted. Gives how long to wait, how much is granted, from what is needed to what is wanted, and what is left.
local rate, burst, kept_free = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local settling, away = tonumber(ARGV[4]), tonumber(ARGV[5])
local needed, wanted = tonumber(ARGV[6]), tonumber(ARGV[7])
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
-- Whoever comes back may not be the only one who was away. Until the others have come, too, everybody takes its part,
-- because what they take is not counted here. Who was away already when this began is one of those others.
local since = tonumber(redis.call('GET', KEYS[2]) or now + 1)
if since > now or (away >= 0 and since < now - away) then
  since = now
  redis.call('SET', KEYS[2], string.format('%.6f', now))
end
local begins = since + settling
if now < begins then
  return false
end
-- The instant at which the bucket is full again; it is empty when counting begins. Further away than a whole bucket
-- takes to fill it cannot be, unless the clock was set back or the operator has lowered the burst.
local kept = tonumber(redis.call('GET', KEYS[1]) or now)
local full_at = math.max(now, math.min(math.max(kept, begins + burst / rate), now + burst / rate))
local function keep()
  redis.call('SET', KEYS[1], string.format('%.17g', full_at), 'PX', math.ceil((full_at - now) * 1000) + 1000)
end
local left = burst - kept_free - (full_at - now) * rate
local wait = full_at - now - (burst - needed - kept_free) / rate
if wait > 0.000001 then
  -- Else the bucket would be found empty again and again, and would not begin to fill.
  if kept > full_at then keep() end
  return {string.format('%.6f', wait), '0', string.format('%.6f', left)}
end
local granted = math.max(needed, math.min(wanted, math.floor(left)))
full_at = full_at + granted / rate
keep()
return {'0', string.format('%.6f', granted), string.format('%.6f', left - granted)}
"""
_PAUSES_S = (1.0, 2.0, 5.0)
"""How long an absent Redis is left alone: after its first failure, its second, and any later one."""

SETTLING_S: Final = max(_PAUSES_S) + 1.0
"""So long after somebody has come back, everybody who had been away has tried again."""


class RedisRates:
    """The shared count. *client* is the gateway's; whoever made it closes it."""

    def __init__(
        self,
        client: Redis,
        *,
        namespace: str,
        clock: Clock,
        report: Reporter,
        timeout_s: float = LATE_S,
        settling_s: float = SETTLING_S,
    ) -> None:
        self._client = client
        self._take: AsyncScript = client.register_script(_TAKE)
        self._namespace = namespace
        self._clock = clock
        self._report = report
        self._timeout_s = timeout_s
        self._settling_s = settling_s
        self._failures = 0
        self._away_since = 0.0
        self._failed_at = self._not_before = float("-inf")
        self._answers = True
        self._doubts: asyncio.Task[None] | None = None

    async def take(self, key: str, *, rate: float, burst: float, kept_free: float) -> float | None:
        """As `connectors.guard.rates.Rates` says."""
        found = await self._ask(key, rate=rate, burst=burst, kept_free=kept_free, need=1, want=1)
        return None if found is None else found.wait_s

    async def lease(self, key: str, *, rate: float, burst: float, need: float, want: float) -> Leased | None:
        """As `gateway.demand.leases.Leases` says."""
        return await self._ask(key, rate=rate, burst=burst, kept_free=0, need=need, want=want)

    async def _ask(
        self, key: str, *, rate: float, burst: float, kept_free: float, need: float, want: float
    ) -> Leased | None:
        if self._doubts is not None or not self._may_ask():
            return None
        began = self._clock.monotonic()
        away_s = began - self._away_since if self._failures else -1.0
        keys = [f"{self._namespace}:rate:{key}", f"{self._namespace}:rates-since"]
        try:
            async with asyncio.timeout(self._timeout_s):
                found = await self._take(keys=keys, args=[rate, burst, kept_free, self._settling_s, away_s, need, want])
        except TimeoutError:
            self._doubt()
            return None
        except FAILURES as error:
            self._failed(error, began=began)
            return None
        if self._failures:
            self._failures = 0
            self._report.info("shared_rates_back")
        return None if found is None else Leased(*map(float, found))

    async def aclose(self) -> None:
        """Leave nothing under way. The client is closed by whoever made it."""
        if self._doubts is not None:
            self._doubts.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._doubts

    def _doubt(self) -> None:
        # Redis may be dead, or this process may have had other things to do. While the others count the whole there, it
        # must not take its part beside them for longer than it takes to know.
        if self._doubts is None:
            self._doubts = asyncio.create_task(self._make_sure())
            self._doubts.add_done_callback(self._is_sure)

    async def _make_sure(self) -> None:
        began = self._clock.monotonic()
        try:
            async with asyncio.timeout(CONNECT_S):
                await self._client.ping()
        except FAILURES as error:
            self._failed(error, began=began)
        else:
            self._answers = True

    def _is_sure(self, _: asyncio.Task[None]) -> None:
        self._doubts = None

    def _may_ask(self) -> bool:
        """Now and then it is tried whether Redis is back, beside the calls: none waits for one that is held up."""
        if self._answers:
            return True
        if self._clock.monotonic() >= self._not_before:
            self._doubt()
        return False

    def _failed(self, error: Exception, *, began: float) -> None:
        if began <= self._failed_at:
            return  # One of many that were under way when Redis went.
        if not self._failures:
            self._away_since = began
            self._report.warning("shared_rates_away", kind=type(error).__name__)
        self._answers = False
        self._failures += 1
        self._failed_at = self._clock.monotonic()
        self._not_before = self._failed_at + self._pause_s()

    def _pause_s(self) -> float:
        return _PAUSES_S[min(self._failures, len(_PAUSES_S)) - 1]
