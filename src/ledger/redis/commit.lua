-- Commits routings and changes of incidents, each by itself and in order.
--
-- WITH: outbox
-- KEYS: unrouted due routed dead delivery_token delivery_trace delivery_reason delivery_died delivery_body
-- KEYS: incident incident_revision incident_by incidents_open incidents_over over_since wake
-- ARGV: the channel of work, how many commits; then for each: its token; 1 if it ends a delivery, then its seq, the set
--   it goes to (`routed` or `dead`), its trace, the reason of its death or empty; how many expectations, each a key and
--   a revision; how many incidents, each a key, revision, 1 if open, wakeAt or empty, JSON; episodes; what is owed
-- Answers: one for each: 'committed', 'conflict' or 'lease-lost'
--
-- What the checks need is read at once for the whole list, and changed here by each commit, for those after it.

local channel, count = take(), takeNumber()
local commits, seqs, keys = {}, {}, {}

local function takeDelivery()
  if takeNumber() == 0 then return end
  local delivery = { seq = take(), state = take(), trace = take(), reason = take() }
  seqs[#seqs + 1] = delivery.seq
  return delivery
end

local function takeExpects()
  local expects = {}
  for i = 1, takeNumber() do
    expects[i] = { key = take(), revision = takeNumber() }
    keys[#keys + 1] = expects[i].key
  end
  return expects
end

local function takeIncidents()
  local incidents = {}
  for i = 1, takeNumber() do
    incidents[i] = { key = take(), revision = takeNumber(), open = take() == '1', wakeAt = take(), json = take() }
    keys[#keys + 1] = incidents[i].key
  end
  return incidents
end

for i = 1, count do
  commits[i] = { token = take(), delivery = takeDelivery(), expects = takeExpects(), incidents = takeIncidents() }
  commits[i].episodes, commits[i].owed = takeEpisodes(), takeOwed()
end

-- Lua gives a call at most some 8,000 arguments.
local chunk = 2000

local function lookUp(command, column, fields)
  local found = {}
  for from = 1, #fields, chunk do
    local part = { unpack(fields, from, math.min(from + chunk - 1, #fields)) }
    for i, value in ipairs(redis.call(command, key[column], unpack(part))) do found[part[i]] = value end
  end
  return found
end

local holder, unrouted = lookUp('HMGET', 'delivery_token', seqs), lookUp('ZMSCORE', 'unrouted', seqs)
local revision, by = lookUp('HMGET', 'incident_revision', keys), lookUp('HMGET', 'incident_by', keys)

-- All of a commit stands or none of it: one incident that it changed last shows that it was made, whoever changed the
-- others since.
local function isRepeated(commit)
  if commit.delivery then return not unrouted[commit.delivery.seq] end
  for _, incident in ipairs(commit.incidents) do
    local stored = tonumber(revision[incident.key] or 0)
    if by[incident.key] == commit.token and stored >= incident.revision then return true end
  end
  return false
end

-- What was made on top of a change that was refused knows a state that never was, whatever its revision says.
local refused = {}

local function judge(commit)
  if commit.delivery and holder[commit.delivery.seq] ~= commit.token then return 'lease-lost' end
  if isRepeated(commit) then return 'repeated' end
  for _, expected in ipairs(commit.expects) do
    if refused[expected.key] then return 'conflict' end
    if tonumber(revision[expected.key] or 0) ~= expected.revision then return 'conflict' end
  end
  return 'committed'
end

local ended, changed, order, answers = {}, {}, {}, {}
for i, commit in ipairs(commits) do
  local verdict = judge(commit)
  answers[i] = verdict == 'repeated' and 'committed' or verdict
  commit.stands = verdict == 'committed'
  if answers[i] ~= 'committed' then
    for _, expected in ipairs(commit.expects) do refused[expected.key] = true end
  end
  if commit.stands then
    if commit.delivery then
      ended[#ended + 1] = commit.delivery
      unrouted[commit.delivery.seq] = false
    end
    for _, incident in ipairs(commit.incidents) do
      if not changed[incident.key] then order[#order + 1] = incident.key end
      incident.by, changed[incident.key] = commit.token, incident
      revision[incident.key], by[incident.key] = incident.revision, commit.token
    end
  end
end

-- From here on nothing is decided any more.
local rows = {}
local function put(column, ...)
  local list = rows[column] or {}
  for _, value in ipairs({ ... }) do list[#list + 1] = value end
  rows[column] = list
end

local function write(command, column, from)
  local list = rows[from or column] or {}
  for start = 1, #list, chunk do
    redis.call(command, key[column], unpack(list, start, math.min(start + chunk - 1, #list)))
  end
end

local bytes = 0
for _, delivery in ipairs(ended) do
  put('ended', delivery.seq)
  put(delivery.state, delivery.seq, delivery.seq)
  put('delivery_trace', delivery.seq, delivery.trace)
  if delivery.state == 'dead' then
    put('delivery_reason', delivery.seq, delivery.reason)
    put('delivery_died', delivery.seq, now)
  end
  bytes = bytes + redis.call('HSTRLEN', key.delivery_body, delivery.seq) + #delivery.trace
end
write('ZREM', 'unrouted', 'ended')
write('ZREM', 'due', 'ended')
write('HSET', 'delivery_trace')
write('HSET', 'delivery_reason')
write('HSET', 'delivery_died')
write('ZADD', 'routed')
write('ZADD', 'dead')
if bytes > 0 then redis.call('INCRBY', key.history_bytes, bytes) end

local watchWork = false
for _, name in ipairs(order) do
  local incident = changed[name]
  put('incident', name, incident.json)
  put('incident_revision', name, incident.revision)
  put('incident_by', name, incident.by)
  local change = redis.call('INCR', key.change)
  redis.call('ZADD', incident.open and key.incidents_open or key.incidents_over, change, name)
  redis.call('ZREM', incident.open and key.incidents_over or key.incidents_open, name)
  -- What is over and waits to be woken is not forgotten either.
  if incident.open or incident.wakeAt ~= '' then
    redis.call('ZREM', key.over_since, name)
  else
    redis.call('ZADD', key.over_since, now, name)
  end
  if incident.wakeAt == '' then
    redis.call('ZREM', key.wake, name)
  else
    redis.call('ZADD', key.wake, incident.wakeAt, name)
    watchWork = true
  end
end
for _, column in ipairs({ 'incident', 'incident_revision', 'incident_by' }) do write('HSET', column) end

for _, commit in ipairs(commits) do
  if commit.stands then
    for _, episode in ipairs(commit.episodes) do keepEpisode(episode) end
    for _, owed in ipairs(commit.owed) do owe(owed) end
  end
end

if notifyWork and watchWork then
  announce(channel, 'notify watch')
elseif notifyWork or watchWork then
  announce(channel, notifyWork and 'notify' or 'watch')
end
return answers
