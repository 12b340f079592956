-- Incidents whose moment has come, the earliest first, and what is needed to judge quiet.
--
-- WITH: gap
-- KEYS: wake incident unrouted delivery_received
-- ARGV: limit
-- Answers: {now, incidents as JSON, gaps as {from, until, from, until…}, receipt of the oldest unrouted or false}

local due = redis.call('ZRANGEBYSCORE', key.wake, '-inf', now, 'LIMIT', 0, takeNumber())
local incidents = #due > 0 and redis.call('HMGET', key.incident, unpack(due)) or {}
local oldest = redis.call('ZRANGE', key.unrouted, 0, 0)[1]
local receivedAt = oldest and redis.call('HGET', key.delivery_received, oldest)
local gaps = redis.call('ZRANGE', key.gaps, 0, -1, 'WITHSCORES')
local since = gapSince()
if since then
  gaps[#gaps + 1] = tostring(since)
  gaps[#gaps + 1] = tostring(now)
end
return { now, incidents, gaps, receivedAt or false }
