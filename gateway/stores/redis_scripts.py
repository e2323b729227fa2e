"""
What Redis does in one piece (Lua), so that nobody sees the half of it.

Every instant is by Redis' own clock, in milliseconds. `dropped` is a sorted set: tags by the instant at which they were
dropped, for a minute, and under the empty name the instant at which the set itself began. Where the set is lost
(evicted, flushed) it begins anew, and nothing that was asked before is kept: what was dropped then is not known.
A tag is a sorted set, too: names of values by their end, so that it holds no more than what lives. Redis evicts keys
one by one, and a drop finds nothing without the set; so a value is believed only while each of its tags still has it.
"""

from typing import Final

REMEMBERED_MS: Final = 60_000
"""For how long it is known that a tag was dropped. What was asked earlier than that is not kept."""

_NOW = f"""
local remembered = {REMEMBERED_MS}
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
"""

RUN: Final = 16
"""So much of the id of a server's run names it."""

_MEANT = f"""
-- A connection that was made anew may lead to another run than the one that is meant, where this would be told in vain.
local function is_meant(run)
  return string.match(redis.call('INFO', 'server'), 'run_id:(%w+)'):sub(1, {RUN}) == run
end
"""

CLOCK: Final = (
    _NOW
    + _MEANT
    + """
-- KEYS: dropped. ARGV: the run that is meant. Begins the set where there is none.
-- Gives the instant, or -1 in another run.
if not is_meant(ARGV[1]) then return -1 end
local present = now()
-- Only then: with its memory full Redis refuses to write, also what is there.
if not redis.call('ZSCORE', KEYS[1], '') then redis.call('ZADD', KEYS[1], present, '') end
return present
"""
)

KEEP: Final = (
    _NOW
    + """
-- KEYS: name, dropped, one for each tag. ARGV: asked at the earliest, asked so long ago, time to live, value, tags.
local present = now()
-- The earlier of two ways to tell: the first is right however late this runs, the second if a clock was set.
local asked = math.min(tonumber(ARGV[1]), present - tonumber(ARGV[2]))
local began = redis.call('ZSCORE', KEYS[2], '')
if not began then
  redis.call('ZADD', KEYS[2], present, '')
  return {present, 0}
end
-- What was dropped longer ago than that is forgotten; a command that sat in a socket may ask about it.
if asked <= tonumber(began) or asked <= present - remembered then return {present, 0} end
for each = 5, #ARGV do
  local dropped = redis.call('ZSCORE', KEYS[2], ARGV[each])
  if dropped and asked <= tonumber(dropped) then return {present, 0} end
end
local ttl = tonumber(ARGV[3])
redis.call('SET', KEYS[1], ARGV[4], 'PX', ttl)
for each = 3, #KEYS do
  redis.call('ZREMRANGEBYSCORE', KEYS[each], '-inf', present)
  redis.call('ZADD', KEYS[each], present + ttl, KEYS[1])
  if redis.call('PTTL', KEYS[each]) < ttl then redis.call('PEXPIRE', KEYS[each], ttl) end
end
return {present, 1}
"""
)

FIND: Final = """
-- KEYS: name. ARGV: what the names of tags begin with. Gives the value, if each tag that it begins with still has it.
local value = redis.call('GET', KEYS[1])
if not value then return false end
local function is_tagged()
  local head = string.sub(value, 1, string.find(value, '\\n', 1, true))
  for _, tag in ipairs(cjson.decode(head)) do
    -- Looked at with each reading, a tag is evicted no sooner than its values.
    if not redis.call('ZSCORE', ARGV[1] .. tag, KEYS[1]) then return false end
  end
  return true
end
-- What is not ours begins with anything.
local is_ours, tagged = pcall(is_tagged)
if is_ours and tagged then return value end
redis.call('UNLINK', KEYS[1])
return false
"""

DROP: Final = (
    _NOW
    + _MEANT
    + """
-- KEYS: dropped, one for each tag. ARGV: the run that is meant, channel, message, tags.
-- Gives the instant, or -1 in another run.
if not is_meant(ARGV[1]) then return -1 end
local present = now()
-- Deleting and telling first: with its memory full Redis refuses what needs some, and then this much is done.
for each = 2, #KEYS do
  local names = redis.call('ZRANGE', KEYS[each], 0, -1)
  for first = 1, #names, 1000 do
    redis.call('UNLINK', unpack(names, first, math.min(first + 999, #names)))
  end
  redis.call('UNLINK', KEYS[each])
end
redis.call('PUBLISH', ARGV[2], ARGV[3])
local began = redis.call('ZSCORE', KEYS[1], '')
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', present - remembered)
redis.call('ZADD', KEYS[1], began or present, '')
for each = 4, #ARGV do redis.call('ZADD', KEYS[1], present, ARGV[each]) end
return present
"""
)

RELEASE: Final = """
-- KEYS: lease. ARGV: whose it is, channel, message.
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
  redis.call('PUBLISH', ARGV[2], ARGV[3])
  return 1
end
return 0
"""
