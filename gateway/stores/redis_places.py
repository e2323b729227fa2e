"""
Which process holds how many places at a system: one hash for each system, in Redis or Valkey.

It holds a system's name and, under names made by chance, a few numbers; never anything of a caller. Redis' own clock
says when what a process has said ends, so processes need not agree on the time. Without Redis there is no answer, at
once.
"""

import asyncio
import contextlib
import itertools
import secrets
from typing import TYPE_CHECKING, Any, Final

from redis.asyncio import Redis

from connectors.clock import Clock
from connectors.environment import Reporter
from connectors.guard.register import Booked, Report
from gateway.stores.redis_client import CONNECT_S, FAILURES
from gateway.stores.settings import RedisSettings

if TYPE_CHECKING:
    from redis.commands.core import AsyncScript

_REPORT: Final = """
-- KEYS: register. ARGV: name, number of the report, held, more, whole, at once, how long it lives, what it
-- wants, when the register began that it met first or 0.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local name, number, held, lives = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[7])
local function book(name, ends, number, held, wants)
  redis.call('HSET', KEYS[1], name, string.format('%d %d %d %s', ends, number, held, wants))
end
-- Under the empty name: since when there is this register. Where the clock was set back, that is now.
local began = math.min(now, tonumber(redis.call('HGET', KEYS[1], '') or now))
redis.call('HSET', KEYS[1], '', string.format('%d', began))
local others, wants, is_late = 0, {}, false
local all = redis.call('HGETALL', KEYS[1])
for each = 1, #all, 2 do
  local ends, last, has, wanted = string.match(all[each + 1], '^(%d+) (%d+) (%d+) (.+)$')
  if all[each] == name then
    -- A report that was overtaken by a later one of the same process says what is no longer so.
    is_late = last and number <= tonumber(last)
  elseif ends and tonumber(ends) <= now then
    redis.call('HDEL', KEYS[1], all[each])
  elseif ends then
    others = others + tonumber(has)
    table.insert(wants, all[each])
    table.insert(wants, wanted)
    -- Only a clock that was set back makes one live for so long.
    if tonumber(ends) > now + 2 * lives then book(all[each], now + lives, last, has, wanted) end
  end
end
if is_late then return {0, now, began, wants} end
local more = math.min(tonumber(ARGV[4]), tonumber(ARGV[5]) - others - held)
-- While the register is new there may be others who hold something from one that was lost, and have not said so yet.
if now - began < lives then
  local met = tonumber(ARGV[9])
  local at_once = (met == 0 or met == began) and tonumber(ARGV[6]) or 0
  more = math.min(more, at_once - held)
end
more = math.max(0, more)
book(name, now + lives, number, held + more, ARGV[8])
redis.call('PEXPIRE', KEYS[1], 2 * lives)
return {more, now, began, wants}
"""

_PAUSE_S: Final = 1.0
"""How long an absent Redis is left alone."""


class RedisPlaces:
    """The register of all replicas, as one process sees it. *client* is the gateway's; whoever made it closes it."""

    def __init__(self, client: Redis, settings: RedisSettings, *, clock: Clock, report: Reporter) -> None:
        self._client = client
        self._script: AsyncScript = client.register_script(_REPORT)
        self._settings = settings
        self._clock = clock
        self._tells = report
        self._me = secrets.token_hex(8)
        self._numbers = itertools.count(1)
        self._not_before = float("-inf")
        self._is_there: bool | None = None

    async def report(self, system: str, report: Report) -> Booked | None:
        """As `connectors.guard.register.Register` says."""
        if self._clock.monotonic() < self._not_before:
            return None
        wants = ",".join(map(str, report.wants))
        lives_ms = int(report.lives_s * 1000)
        numbers = (next(self._numbers), report.held, report.more, report.whole, report.at_once, lives_ms)
        told: list[str | int] = [self._me, *numbers, wants, round(1000 * (report.met or 0))]
        try:
            # While it is known to be there nobody waits for it who has a place, and a busy process is no dead Redis.
            async with asyncio.timeout(CONNECT_S if self._is_there else self._settings.timeout_s):
                more, now_ms, began_ms, others = await self._script(keys=[self._name(system)], args=told)
        except FAILURES as error:
            self._went(error)
            return None
        self._came()
        together = {**_read(others), self._me: report.wants}
        return Booked(granted=more, me=self._me, wants=together, began_s=began_ms / 1000, at_s=now_ms / 1000)

    async def leave(self, system: str) -> None:
        """As `connectors.guard.register.Register` says."""
        with contextlib.suppress(*FAILURES):
            async with asyncio.timeout(self._settings.timeout_s):
                leaving: Any = self._client.hdel(self._name(system), self._me)
                await leaving

    def _name(self, system: str) -> str:
        return f"{self._settings.namespace}:places:{system}"

    def _went(self, error: Exception) -> None:
        if self._is_there is not False:
            self._tells.warning("shared_places_away", kind=type(error).__name__)
        self._is_there = False
        self._not_before = self._clock.monotonic() + _PAUSE_S

    def _came(self) -> None:
        if self._is_there is False:
            self._tells.info("shared_places_back")
        self._is_there = True


def _read(others: list[bytes]) -> dict[str, tuple[int, ...]]:
    # Names and what they want, in turn.
    pairs = zip(others[::2], others[1::2], strict=True)
    return {name.decode(): tuple(map(int, wants.split(b","))) for name, wants in pairs}
