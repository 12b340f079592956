-- Put before the scripts that change notifications and episodes.
--
-- WITH: notification-index siblings
-- KEYS: notifications notifications_by_episode future ready waiters owed owed_addresses dead_notifications
-- KEYS: episodes episode_names episode_owed episode_over episodes_over history_bytes change
--
-- A notification is one packed row; the texts of the domain in it (head, told, strays) are JSON that is never decoded:
-- nothing in them can make a script fail. What is owed stands in one of two queues, both ordered as text by address
-- and a moment: in `future` by when it falls due (or its lease ends), and, once a claim found that moment come, in
-- `ready` by that moment plus its rank. `token` is there while an attempt is in flight. An episode may be forgotten
-- when it is over and nothing is owed about it: then it stands in `episodes_over`, and its size is part of
-- `history_bytes`.

local notifyWork = false

local function load(id)
  local row = redis.call('HGET', key.notifications, id)
  return row and cmsgpack.unpack(row)
end

local function save(id, n)
  enterSiblings(n)
  redis.call('HSET', key.notifications, id, cmsgpack.pack(n))
end

local function moment(ms)
  return string.format('%015.0f', ms)
end

local function place(id, n, ms)
  return n.address .. '\n' .. moment(ms) .. '\n' .. id
end

local function unqueue(id, n)
  redis.call('ZREM', key.future, place(id, n, n.due))
  redis.call('ZREM', key.ready, place(id, n, n.due + n.rank))
end

local function queue(id, n, due)
  n.due = due
  redis.call('ZADD', key.future, 0, place(id, n, due))
  if due <= now then notifyWork = true end
end

local function stopWaiting(id, n)
  if n.awaited then redis.call('ZREM', key.waiters, n.awaited .. '\n' .. id) end
  n.awaited = nil
end

local function enterHistory(name)
  local overAt = redis.call('HGET', key.episode_over, name)
  if not overAt or redis.call('HEXISTS', key.episode_owed, name) == 1 then return end
  if redis.call('ZADD', key.episodes_over, overAt, name) == 1 then
    redis.call('INCRBY', key.history_bytes, redis.call('HSTRLEN', key.episodes, name))
  end
end

local function leaveHistory(name)
  if redis.call('ZREM', key.episodes_over, name) == 1 then
    redis.call('DECRBY', key.history_bytes, redis.call('HSTRLEN', key.episodes, name))
  end
end

local function beginOwing(id, n)
  redis.call('ZADD', key.owed, now, id)
  redis.call('HINCRBY', key.owed_addresses, n.address, 1)
  redis.call('ZREM', key.dead_notifications, id)
  redis.call('HINCRBY', key.episode_owed, n.episode, 1)
  leaveHistory(n.episode)
end

local function endOwing(id, n)
  redis.call('ZREM', key.owed, id)
  if redis.call('HINCRBY', key.owed_addresses, n.address, -1) < 1 then
    redis.call('HDEL', key.owed_addresses, n.address)
  end
  if redis.call('HINCRBY', key.episode_owed, n.episode, -1) < 1 then
    redis.call('HDEL', key.episode_owed, n.episode)
    enterHistory(n.episode)
  end
end

-- Makes it due at once; one in flight when its attempt ends. What was not told yet keeps its place in the order: an
-- open that is updated before it was told is still an open, and is not put behind what fell due meanwhile.
local function fallDue(id, n, rank)
  unqueue(id, n)
  if rank and isOwed(n) then rank = math.min(rank, n.rank) end
  if not isOwed(n) then
    n.since, n.failures = now, 0
    beginOwing(id, n)
  end
  stopWaiting(id, n)
  local due = n.state == 'due' and math.min(n.due, now) or now
  n.state, n.rank = 'due', rank or n.rank
  n.raised = n.token and (n.raised or now)
  queue(id, n, n.token and n.due or due)
  save(id, n)
end

-- Makes due what waits for a notification or a silence, at most so many (-1: all); how many there were.
local function wake(awaited, limit)
  local from, to = '[' .. awaited .. '\n', '(' .. awaited .. '\n\255'
  local waiting = redis.call('ZRANGEBYLEX', key.waiters, from, to, 'LIMIT', 0, limit)
  for _, waiter in ipairs(waiting) do
    local id = string.sub(waiter, #awaited + 2)
    fallDue(id, load(id))
  end
  return #waiting
end

-- Nothing more is owed: whoever waited for that falls due.
local function finish(id, n, state)
  n.state = state
  endOwing(id, n)
  if state == 'dead' then redis.call('ZADD', key.dead_notifications, now, id) end
  save(id, n)
  wake(id, -1)
end

-- The newest of one column with the same key and address, before a place in their order, that `fits`. They all do, but
-- what a process of the version before changed or forgot.
local function newestIn(column, upTo, n, fits)
  local prefix = string.match(n.sibling, '^[^\n]*\n')
  while true do
    local found = redis.call('ZREVRANGEBYLEX', key[column], upTo or '(' .. prefix .. ':', '[' .. prefix, 'LIMIT', 0, 1)[1]
    if not found then return nil end
    local id = string.match(found, '\n([^\n]*)$')
    local other = load(id)
    if other and fits(other) then return id, other end
    if not other then redis.call('ZREM', key[column], found) end
    upTo = '(' .. found
  end
end

local function takeEpisodes()
  local episodes = {}
  for i = 1, takeNumber() do
    episodes[i] = { name = take(), over = takeNumber() == 1, json = take() }
  end
  return episodes
end

local function takeOwed()
  local owed = {}
  for i = 1, takeNumber() do
    owed[i] = { id = take(), address = take(), episode = take(), sibling = take(), head = take() }
    owed[i].revision, owed[i].rank = takeNumber(), takeNumber()
  end
  return owed
end

local function keepEpisode(episode)
  leaveHistory(episode.name)
  redis.call('HSET', key.episodes, episode.name, episode.json)
  redis.call('ZADD', key.episode_names, 0, episode.name)
  if episode.over then redis.call('HSETNX', key.episode_over, episode.name, now) end
  enterHistory(episode.name)
end

local function owe(owed)
  local id, n = owed.id, load(owed.id)
  if not n then
    n = { head = owed.head, address = owed.address, episode = owed.episode, sibling = owed.sibling .. '\n' .. id }
    n.state, n.revision, n.rank, n.due, n.attempts, n.strays = 'new', owed.revision, owed.rank, now, 0, {}
    redis.call('ZADD', key.notifications_by_episode, 0, n.episode .. '\n' .. id)
    enterIndex(id, n, now, redis.call('INCR', key.change))
  end
  if (n.state == 'settled' or n.state == 'due') and owed.revision <= n.revision then return end
  if n.state == 'waiting' then n.failures = 0 end
  n.revision = math.max(n.revision, owed.revision)
  fallDue(id, n, owed.rank)
end
