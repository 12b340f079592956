-- Forgets old things, in small steps. Never what is unrouted, owed, or open.
--
-- WITH: outbox attempt-rows
-- KEYS: routed dead unrouted deliveries_by_id delivery_id delivery_head delivery_body delivery_received delivery_token
-- KEYS: delivery_failures delivery_trace delivery_reason delivery_died dedup dedup_at
-- KEYS: incident incident_revision incident_by incidents_over over_since wake gaps silences silence_ends
-- KEYS: addresses addresses_at
-- ARGV: how long history is kept, how many bytes of it, how long the memory of ids and floors is kept, how long that of
--   silences that are over, and of addresses; how many to forget at most
-- Answers: how many went

local historyMs, historyBytes, memoryMs = takeNumber(), takeNumber(), takeNumber()
local silencesMs, addressesMs, limit = takeNumber(), takeNumber(), takeNumber()
local went = 0
-- So many attempts go at most in one call, so many with one command.
local attemptsLeft, attemptsAtOnce = 10000, 1000

local deliveryColumns = { 'id', 'head', 'body', 'received', 'token', 'failures', 'trace', 'reason', 'died' }

local function forgetDelivery(set, seq)
  local bytes = redis.call('HSTRLEN', key.delivery_body, seq) + redis.call('HSTRLEN', key.delivery_trace, seq)
  redis.call('DECRBY', key.history_bytes, bytes)
  redis.call('ZREM', key.deliveries_by_id, redis.call('HGET', key.delivery_id, seq) .. '\n' .. seq)
  for _, column in ipairs(deliveryColumns) do redis.call('HDEL', key['delivery_' .. column], seq) end
  redis.call('ZREM', key[set], seq)
end

-- What a notification of the version before kept may take more than one call: whether all of it went.
local function forgetNotification(member)
  local id = string.match(member, '\n([^\n]*)$')
  local n = load(id)
  while attemptsLeft > 0 and (n.first or 1) <= lastAttempt(n) do
    attemptsLeft = attemptsLeft - forgetAttempts(id, n, lastAttempt(n), math.min(attemptsLeft, attemptsAtOnce))
  end
  if (n.first or 1) <= lastAttempt(n) then
    redis.call('HSET', key.notifications, id, cmsgpack.pack(n))
    return false
  end
  leaveSiblings(n)
  redis.call('ZREM', key.dead_notifications, id)
  leaveIndex(n)
  redis.call('HDEL', key.notifications, id)
  redis.call('ZREM', key.notifications_by_episode, member)
  return true
end

local function notificationsOf(episode)
  return redis.call('ZRANGEBYLEX', key.notifications_by_episode, '[' .. episode .. '\n', '(' .. episode .. '\n\255')
end

local function forgetEpisode(name)
  for _, member in ipairs(notificationsOf(name)) do
    if not forgetNotification(member) then return end
  end
  leaveHistory(name)
  redis.call('HDEL', key.episodes, name)
  redis.call('HDEL', key.episode_over, name)
  redis.call('ZREM', key.episode_names, name)
end

-- The oldest of each kind that may be forgotten: when it came to its end, and how to forget it.
local function oldest()
  local found
  local function offer(at, forget, what, name)
    if at and (not found or at < found.at) then found = { at = at, forget = forget, what = what, name = name } end
  end
  for _, set in ipairs({ 'routed', 'dead' }) do
    local seq = redis.call('ZRANGE', key[set], 0, 0)[1]
    offer(seq and tonumber(redis.call('HGET', key.delivery_received, seq)), forgetDelivery, set, seq)
  end
  local episode = redis.call('ZRANGE', key.episodes_over, 0, 0, 'WITHSCORES')
  offer(tonumber(episode[2]), forgetEpisode, episode[1])
  return found
end

local function pruneHistory()
  while went < limit do
    local found = oldest()
    local isOver = tonumber(redis.call('GET', key.history_bytes) or 0) > historyBytes
    if not found or (found.at >= now - historyMs and not isOver) then return end
    found.forget(found.what, found.name)
    went = went + 1
    if attemptsLeft == 0 then return end
  end
end

local function oldestIn(column, keptMs)
  return redis.call('ZRANGEBYSCORE', key[column], '-inf', '(' .. now - keptMs, 'LIMIT', 0, limit - went)
end

local function pruneIds()
  for _, name in ipairs(oldestIn('dedup_at', memoryMs)) do
    local seq = string.match(redis.call('HGET', key.dedup, name), '^%d+')
    if not redis.call('ZSCORE', key.unrouted, seq) then
      redis.call('HDEL', key.dedup, name)
      redis.call('ZREM', key.dedup_at, name)
      went = went + 1
    end
  end
end

-- While an episode is kept its number may not be given again.
local function hasEpisodes(incident)
  local prefix = #incident .. ':' .. incident .. '\n'
  return #redis.call('ZRANGEBYLEX', key.episode_names, '[' .. prefix, '(' .. prefix .. ':', 'LIMIT', 0, 1) > 0
end

local function forgetIncident(name)
  local columns = { 'incident', 'incident_revision', 'incident_by' }
  for _, column in ipairs(columns) do redis.call('HDEL', key[column], name) end
  for _, column in ipairs({ 'incidents_over', 'over_since', 'wake' }) do redis.call('ZREM', key[column], name) end
end

local function pruneIncidents()
  for _, name in ipairs(oldestIn('over_since', memoryMs)) do
    if not hasEpisodes(name) then
      forgetIncident(name)
      went = went + 1
    end
  end
end

local function pruneSilences()
  for _, id in ipairs(oldestIn('silence_ends', silencesMs)) do
    redis.call('HDEL', key.silences, id)
    redis.call('ZREM', key.silence_ends, id)
    went = went + 1
  end
end

-- An address is kept while a notification is kept there; where not all are indexed yet, nobody knows.
local function pruneAddresses()
  if redis.call('ZCARD', key.notification_order) < redis.call('HLEN', key.notifications) then return end
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', key.addresses_at, '-inf', '(' .. now - addressesMs)) do
    if went < limit and redis.call('HEXISTS', key.notification_addresses, name) == 0 then
      redis.call('HDEL', key.addresses, name)
      redis.call('ZREM', key.addresses_at, name)
      went = went + 1
    end
  end
end

pruneHistory()
if went < limit then pruneIds() end
if went < limit then pruneIncidents() end
if went < limit then pruneSilences() end
if went < limit then pruneAddresses() end
if went < limit then redis.call('ZREMRANGEBYSCORE', key.gaps, '-inf', '(' .. now - memoryMs) end
return went
