-- Begins an attempt at what is due, address by address, within slots and pace.
--
-- WITH: outbox notification-row silence
-- KEYS: pace pause_until pause_ms
-- KEYS: call
-- ARGV: token; how many ids are held by the caller, these ids; how many rooms, each an address, slots, the lease in ms,
--   a minute's tokens (0: unpaced), burst, the ms after which what was not told is late (-1: it never is)
-- Answers: {now, in how many ms something may fall due or false, notifications, silences in force, 1 if all
--   notifications are indexed}, a notification being {row, token, 1 if interrupted, strays, episode, its predecessor as
--   {id, 1 if dead} or false, what was told before as {number, told as JSON} or false, 1 if it is only claimed to be
--   found late}
--
-- `call` is this token's own key and holds the ids it was given, for a minute: longer than anybody repeats the call.
-- `pace` holds for each address the moment at which its bucket is full again (GCRA).

local token = take()
local held, holding = {}, takeNumber()
for _ = 1, holding do held[take()] = true end
local rooms = {}
for i = 1, takeNumber() do
  rooms[i] = { address = take(), slots = takeNumber(), leaseMs = takeNumber() }
  rooms[i].perMinute, rooms[i].burst, rooms[i].lateMs = takeNumber(), takeNumber(), takeNumber()
end

local rememberedMs = 60000
-- No lease and no pause of a notification is as long: what is due further ahead was written before the clock went back.
local aheadMs = 900000
-- As many at most move from `future` to `ready` in one call; the rest is moved by the next.
local promoted = 1000
-- As many attempts of a notification go at most at once.
local trimmed = 500
-- Longer than what sums of fractions of milliseconds are wrong by.
local tinyMs = 0.01

local function idOf(member)
  return string.match(member, '\n([^\n]*)$')
end

local function promote(address, from, to)
  local members = redis.call('ZRANGEBYLEX', key.future, from, to, 'LIMIT', 0, promoted)
  local places = {}
  for _, member in ipairs(members) do
    local id = idOf(member)
    local n = load(id)
    places[#places + 1] = 0
    places[#places + 1] = place(id, n, n.due + n.rank)
  end
  if #members == 0 then return end
  redis.call('ZREM', key.future, unpack(members))
  redis.call('ZADD', key.ready, unpack(places))
end

local function paceOf(room)
  if room.perMinute == 0 then return { tokens = math.huge } end
  local interval = 60000 / room.perMinute
  local full = tonumber(redis.call('HGET', key.pace, room.address) or 0)
  -- Further ahead than the whole bucket takes to fill: the clock went back, and the pace starts anew.
  if full < now or full > now + room.burst * interval + tinyMs then full = now end
  return { interval = interval, full = full, tokens = math.floor((now - full + tinyMs) / interval + room.burst) }
end

local function pausedUntil(address)
  local till = tonumber(redis.call('HGET', key.pause_until, address) or 0)
  local ms = tonumber(redis.call('HGET', key.pause_ms, address) or 0)
  return till - now <= ms and till or 0
end

local function begin(id, room, pace, beyondPace)
  local n = load(id)
  unqueue(id, n)
  stopWaiting(id, n)
  n.interrupted = n.interrupted or (n.token and true)
  n.state, n.raised, n.token, n.attempts, n.drawn = 'due', nil, token .. ':' .. id, n.attempts + 1, pace.interval
  n.beyond = beyondPace
  queue(id, n, now + room.leaseMs)
  local attempt = { token = n.token, started = now, number = n.attempts }
  redis.call('HSET', key.attempts, attemptName(id, lastAttempt(n)), cmsgpack.pack(attempt))
  forgetAttempts(id, n, lastAttempt(n) - attemptsKept, trimmed)
  save(id, n)
end

local function readyAt(room, limit, skipped)
  local first, last = '[' .. room.address .. '\n', '(' .. room.address .. '\n:'
  local ids = {}
  for _, member in ipairs(redis.call('ZRANGEBYLEX', key.ready, first, last, 'LIMIT', skipped or 0, limit + holding)) do
    local id = idOf(member)
    if #ids < limit and not held[id] then ids[#ids + 1] = id end
  end
  return ids
end

-- Looked at in one call for what is late.
local lookedAt = 200

local function saysTold(n, field)
  return string.find(n.told, '"' .. field .. '":true', 1, true)
end

-- What is owed for too long, of which nothing was told, and nobody else was told instead: since it was owed, or since
-- nothing held it back any longer.
local function isLate(n, room)
  local lateAt = now - room.lateMs
  if n.since > lateAt then return false end
  if not n.told then return true end
  local heldUntil = tonumber(string.match(n.told, '"heldUntil":(%d+)') or 0)
  return heldUntil <= lateAt and not (hasRoot(n) or saysTold(n, 'fellBack') or saysTold(n, 'lateEnd'))
end

-- Where there are more than are looked at in one call, those of which somebody else was told keep their place before
-- the others: each call looks somewhere else.
local function somewhere(room)
  local count = redis.call('ZLEXCOUNT', key.ready, '[' .. room.address .. '\n', '(' .. room.address .. '\n:')
  local pages = math.ceil(count / lookedAt)
  if pages <= 1 then return 0 end
  math.randomseed(now)
  return math.random(0, pages - 1) * lookedAt
end

local function lateAt(room, limit)
  local late = {}
  if limit <= 0 then return late end
  for _, id in ipairs(readyAt(room, lookedAt, somewhere(room))) do
    if #late == limit then break end
    if isLate(load(id), room) then late[#late + 1] = id end
  end
  return late
end

-- Takes what may be taken; tells when there may be more.
local function visit(room, isRepeated)
  local address, taken = room.address, {}
  local pace, paused = paceOf(room), pausedUntil(room.address)
  promote(address, '[' .. address .. '\n', '(' .. address .. '\n' .. moment(now + 1))
  promote(address, '[' .. address .. '\n' .. moment(now + aheadMs + 1), '(' .. address .. '\n:')
  if not isRepeated and paused <= now then
    taken = readyAt(room, math.min(room.slots, pace.tokens))
    for _, id in ipairs(taken) do begin(id, room, pace) end
    if pace.interval and #taken > 0 then
      pace.full, pace.tokens = pace.full + #taken * pace.interval, pace.tokens - #taken
      redis.call('HSET', key.pace, address, pace.full)
    end
  end
  if not isRepeated and room.lateMs >= 0 and (paused > now or pace.tokens < 1) then
    for _, id in ipairs(lateAt(room, room.slots - #taken)) do
      begin(id, room, {}, true)
      taken[#taken + 1] = id
    end
  end

  local next = #readyAt(room, 1) > 0 and now
  if not next then
    local all = { '[' .. address .. '\n', '(' .. address .. '\n:' }
    local first = redis.call('ZRANGEBYLEX', key.future, all[1], all[2], 'LIMIT', 0, 1)[1]
    next = first and tonumber(string.match(first, '\n(%d+)\n'))
  end
  if not next then return taken end
  local tokenAt = pace.tokens < 1 and pace.full - (room.burst - 1) * pace.interval or 0
  return taken, math.max(next, paused, tokenAt)
end

-- Nobody knows of those that the version before kept: until they are indexed all are looked at.
local function allKnown()
  return tonumber(redis.call('GET', key.siblings_known) or 0) >= redis.call('HLEN', key.notifications)
end
local isIndexed = allKnown()

local function episodeOf(n)
  return tonumber(string.match(n.sibling, '\n(%d+)\n'))
end

local function siblingBefore(column, n, fits)
  local id, other = newestIn(column, '(' .. n.sibling, n, fits)
  if isIndexed then return id, other end
  local foundId, found = newestIn('siblings', '(' .. n.sibling, n, fits)
  if found and (not other or episodeOf(found) > episodeOf(other)) then return foundId, found end
  return id, other
end

local function show(id, n)
  local predecessor, earlier = siblingBefore('standing', n, mayStand)
  local _, before = siblingBefore('rooted', n, hasRoot)
  return {
    rowOf(id, n),
    n.token,
    n.interrupted and 1 or 0,
    n.strays,
    redis.call('HGET', key.episodes, n.episode),
    predecessor and { predecessor, earlier.state == 'dead' and 1 or 0 } or false,
    before and { episodeOf(before), before.told } or false,
    n.beyond and 1 or 0,
  }
end

local function inForce()
  local shown = {}
  for _, silence in ipairs(silencesAfter(now)) do
    -- One that began when it was made has begun, though the clock went back.
    if silence.starts <= math.max(now, silence.created) then shown[#shown + 1] = showSilence(silence) end
  end
  return shown
end

-- Those of the ids that are in flight under this token.
local function inFlight(ids)
  local shown = {}
  for _, id in ipairs(ids) do
    local n = load(id)
    if n and n.token == token .. ':' .. id then shown[#shown + 1] = show(id, n) end
  end
  return shown
end

-- A repeated call takes nothing: what it was given is still in flight.
local remembered = redis.call('GET', key.call)
local shown = inFlight(remembered and cmsgpack.unpack(remembered) or {})
local isRepeated, ids, nextAt = #shown > 0, {}, nil
for _, room in ipairs(rooms) do
  local taken, at = visit(room, isRepeated)
  for _, id in ipairs(taken) do ids[#ids + 1] = id end
  if at and (not nextAt or at < nextAt) then nextAt = at end
end
if #ids > 0 then
  redis.call('SET', key.call, cmsgpack.pack(ids), 'PX', rememberedMs)
  shown = inFlight(ids)
end
return { now, nextAt and math.max(0, math.ceil(nextAt - now - tinyMs)) or false, shown, inForce(), isIndexed and 1 or 0 }
