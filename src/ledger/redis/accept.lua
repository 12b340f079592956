-- Keeps deliveries for routing, or says that they were kept before.
--
-- KEYS: seq unrouted due deliveries_by_id delivery_id delivery_head delivery_body delivery_received
-- KEYS: dedup dedup_at heard_accepted heard_duplicate heard_altered heard_at
-- ARGV: the channel of work, the limit of the backlog, how many deliveries; then for each: its dedup name, token,
--   digest, source, id, head, body
-- Answers: one for each: {'accepted', seq}, {'duplicate', 1 if altered}, or {'full'}
--
-- An entry of `dedup` is "seq digest token". One command takes the rows of the whole group: a delivery alone costs
-- some fifteen commands, one of 64 a quarter of one.

local channel, limit, count = take(), takeNumber(), takeNumber()
local items, names = {}, {}
for i = 1, count do
  items[i] = { name = take(), token = take(), digest = take(), source = take(), id = take() }
  items[i].head, items[i].body = take(), take()
  names[i] = items[i].name
end

local entries = redis.call('HMGET', key.dedup, unpack(names))
local room = limit - redis.call('ZCARD', key.unrouted)
local last = tonumber(redis.call('GET', key.seq) or 0)
local answers, fresh, standing = {}, {}, {}
local heard = { accepted = {}, duplicate = {}, altered = {} }

local function hear(what, source)
  heard[what][source] = (heard[what][source] or 0) + 1
end

for i, item in ipairs(items) do
  local first = standing[item.name]
  if not first and entries[i] then
    local seq, digest, token = string.match(entries[i], '^(%d+) (%S+) (.*)$')
    first = { seq = tonumber(seq), digest = digest, token = token }
  end
  if first and first.token == item.token then
    answers[i] = { 'accepted', first.seq }
  elseif first then
    local altered = first.digest ~= item.digest
    hear(altered and 'altered' or 'duplicate', item.source)
    answers[i] = { 'duplicate', altered and 1 or 0 }
  elseif room < 1 then
    answers[i] = { 'full' }
  else
    room, last = room - 1, last + 1
    item.seq, standing[item.name], fresh[#fresh + 1] = last, item, item
    hear('accepted', item.source)
    answers[i] = { 'accepted', last }
  end
end

-- From here on nothing is decided any more.
for what, sources in pairs(heard) do
  for source, times in pairs(sources) do
    redis.call('HINCRBY', key['heard_' .. what], source, times)
    redis.call('HSET', key.heard_at, source, now)
  end
end
if #fresh == 0 then return answers end

local rows = {}
local function put(column, a, b)
  local list = rows[column] or {}
  list[#list + 1] = a
  list[#list + 1] = b
  rows[column] = list
end

for _, item in ipairs(fresh) do
  put('dedup', item.name, item.seq .. ' ' .. item.digest .. ' ' .. item.token)
  put('dedup_at', now, item.name)
  put('delivery_id', item.seq, item.id)
  put('delivery_head', item.seq, item.head)
  put('delivery_body', item.seq, item.body)
  put('delivery_received', item.seq, now)
  put('deliveries_by_id', 0, item.id .. '\n' .. item.seq)
  put('unrouted', item.seq, item.seq)
  put('due', now, item.seq)
end
redis.call('SET', key.seq, last)
for _, column in ipairs({ 'dedup', 'delivery_id', 'delivery_head', 'delivery_body', 'delivery_received' }) do
  redis.call('HSET', key[column], unpack(rows[column]))
end
for _, column in ipairs({ 'dedup_at', 'deliveries_by_id', 'unrouted', 'due' }) do
  redis.call('ZADD', key[column], unpack(rows[column]))
end
announce(channel, 'route')
return answers
