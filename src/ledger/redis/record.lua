-- Ends attempts, each by itself and in order.
--
-- WITH: attempt
-- KEYS: pause_until pause_ms silence_ends
-- ARGV: the channel of work, how many records; for each: id, token, outcome as JSON, 1 if it waited, told as JSON, 1 if
--   told under a key of its own, reason or empty, failures, how many strays were absorbed, 1 if the pace's token goes
--   back, for how many ms the address rests; the next state, its revision, after how many ms, what it waits for;
--   `self`, `newest` or empty, a stray as JSON; episodes, what is owed
-- Answers: one for each: 'recorded' or 'late'

local channel, count = take(), takeNumber()
local records = {}
for i = 1, count do
  local r = { id = take(), token = take(), outcome = take(), waited = take() == '1', told = take() }
  r.apart, r.reason = take() == '1', take()
  r.failures, r.absorbed, r.refund, r.pauseMs = takeNumber(), takeNumber(), take() == '1', takeNumber()
  r.next = { state = take(), revision = takeNumber(), afterMs = takeNumber(), awaited = take() }
  r.strayAt, r.stray = take(), take()
  r.episodes, r.owed = takeEpisodes(), takeOwed()
  records[i] = r
end

local function endAttempt(r, at, attempt, late)
  attempt.ended, attempt.late, attempt.outcome = now, late, r.outcome
  redis.call('HSET', key.attempts, attemptName(r.id, at), cmsgpack.pack(attempt))
end

-- A wait with the words of the one before it prolongs that, which keeps the token of the latest.
local function joinsBefore(r, n)
  local at = lastAttempt(n)
  local row = r.waited and redis.call('HGET', key.attempts, attemptName(r.id, at - 1))
  local before = row and cmsgpack.unpack(row)
  if not before or before.late or before.outcome ~= r.outcome then return false end
  before.again, before.ended = r.token, now
  redis.call('HSET', key.attempts, attemptName(r.id, at - 1), cmsgpack.pack(before))
  redis.call('HDEL', key.attempts, attemptName(r.id, at))
  n.joined = (n.joined or 0) + 1
  return true
end

local function keepStray(r, n)
  local id = (r.strayAt == 'newest' and newestIn('siblings', nil, n, isShared)) or r.id
  local target = id == r.id and n or load(id)
  target.strays[#target.strays + 1] = r.stray
  fallDue(id, target)
end

local function recordLate(r, n)
  local at, attempt = attemptOf(r.id, n, r.token)
  if attempt and attempt.ended then return attempt.late and 'late' or 'recorded' end
  if attempt then endAttempt(r, at, attempt, true) end
  if r.strayAt ~= '' then keepStray(r, n) end
  return 'late'
end

local function pause(address, ms)
  local till = tonumber(redis.call('HGET', key.pause_until, address) or 0)
  if now + ms <= till then return end
  redis.call('HSET', key.pause_until, address, now + ms)
  redis.call('HSET', key.pause_ms, address, ms)
end

local function dueAgain(id, n, due)
  n.state = 'due'
  queue(id, n, due)
  save(id, n)
end

local function isOver(awaited)
  local silence = string.match(awaited, '^silence:(.*)$')
  if silence then return tonumber(redis.call('ZSCORE', key.silence_ends, silence) or 0) <= now end
  -- A snooze ends with a commit, which makes due whatever it owes.
  if string.find(awaited, '^snooze:') then return false end
  local other = load(awaited)
  return not other or not isOwed(other)
end

local function wait(id, n, next)
  if isOver(next.awaited) then return dueAgain(id, n, now) end
  n.state, n.awaited = 'waiting', next.awaited
  redis.call('ZADD', key.waiters, 0, next.awaited .. '\n' .. id)
  queue(id, n, now + next.afterMs)
  save(id, n)
end

local function goOn(id, n, next, raised)
  if next.state == 'settled' or next.state == 'dead' then
    if n.revision <= next.revision and #n.strays == 0 then
      n.revision = next.revision
      return finish(id, n, next.state)
    end
    -- The version before only said that it was raised.
    n.failures, n.since = 0, tonumber(raised) or n.since
    redis.call('ZADD', key.owed, n.since, id)
    return dueAgain(id, n, now)
  end
  if raised or #n.strays > 0 then return dueAgain(id, n, now) end
  if next.state == 'waiting' then return wait(id, n, next) end
  dueAgain(id, n, now + next.afterMs)
end

local function record(r)
  local n = load(r.id)
  if not n then return 'late' end
  if n.token ~= r.token then return recordLate(r, n) end

  if not joinsBefore(r, n) then
    local at = lastAttempt(n)
    endAttempt(r, at, cmsgpack.unpack(redis.call('HGET', key.attempts, attemptName(r.id, at))), nil)
  end
  if r.refund then refund(n) end
  if r.pauseMs > 0 then pause(n.address, r.pauseMs) end
  unqueue(r.id, n)
  n.told, n.apart, n.failures, n.reason = r.told, r.apart, r.failures, r.reason ~= '' and r.reason or nil
  n.strays = { unpack(n.strays, r.absorbed + 1) }
  local raised = n.raised
  n.token, n.interrupted, n.drawn, n.raised = nil, nil, nil, nil
  goOn(r.id, n, r.next, raised)
  for _, episode in ipairs(r.episodes) do keepEpisode(episode) end
  for _, owed in ipairs(r.owed) do owe(owed) end
  return 'recorded'
end

local answers = {}
for i, r in ipairs(records) do answers[i] = record(r) end
if notifyWork then announce(channel, 'notify') end
return answers
