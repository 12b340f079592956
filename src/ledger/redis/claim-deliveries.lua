-- Leases unrouted deliveries to a token, the earliest due.
--
-- KEYS: unrouted due delivery_id delivery_head delivery_body delivery_received delivery_token delivery_failures
-- KEYS: call
-- ARGV: token, limit, the lease in ms, how many seqs are held by the caller, these seqs
-- Answers: {now, seqs, ids, heads, bodies, moments of receipt, failures}: a list for each column
--
-- `call` is this token's own key and holds what it was given, for a minute: longer than anybody repeats the call.

local token, limit, leaseMs = take(), takeNumber(), takeNumber()
local held, holding = {}, takeNumber()
for _ = 1, holding do held[take()] = true end

local rememberedMs = 60000
-- No lease and no pause of a delivery is as long: what is due further ahead was written before the clock went back.
local aheadMs = 60000

local function claimedBefore(given)
  local seqs = {}
  for seq in string.gmatch(given, '%d+') do
    local isMine = redis.call('HGET', key.delivery_token, seq) == token
    if isMine and redis.call('ZSCORE', key.unrouted, seq) then seqs[#seqs + 1] = seq end
  end
  return seqs
end

local function claimNow()
  local seqs = {}
  for _, range in ipairs({ { '-inf', now }, { '(' .. now + aheadMs, '+inf' } }) do
    local found = redis.call('ZRANGEBYSCORE', key.due, range[1], range[2], 'LIMIT', 0, limit + holding)
    for _, seq in ipairs(found) do
      if #seqs < limit and not held[seq] then seqs[#seqs + 1] = seq end
    end
  end
  table.sort(seqs, function(a, b) return tonumber(a) < tonumber(b) end)
  return seqs
end

local function lease(seqs)
  local due, tokens = {}, {}
  for i, seq in ipairs(seqs) do
    due[2 * i - 1], due[2 * i] = now + leaseMs, seq
    tokens[2 * i - 1], tokens[2 * i] = seq, token
  end
  redis.call('ZADD', key.due, unpack(due))
  redis.call('HSET', key.delivery_token, unpack(tokens))
  redis.call('SET', key.call, table.concat(seqs, ' '), 'PX', rememberedMs)
end

local seqs = claimedBefore(redis.call('GET', key.call) or '')
if #seqs == 0 then
  seqs = claimNow()
  if #seqs == 0 then return { now, {}, {}, {}, {}, {}, {} } end
  lease(seqs)
end

local answer = { now, seqs }
for _, column in ipairs({ 'id', 'head', 'body', 'received', 'failures' }) do
  answer[#answer + 1] = redis.call('HMGET', key['delivery_' .. column], unpack(seqs))
end
return answer
