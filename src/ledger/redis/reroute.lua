-- Makes dead deliveries unrouted again whose routing was given up. Those have a trace; what could not be read has none.
--
-- WITH: answered
-- KEYS: unrouted due dead delivery_body delivery_received delivery_token delivery_failures delivery_trace
-- KEYS: delivery_reason delivery_died history_bytes
-- ARGV: the channel of work, within how many ms they died or empty, how many seqs, these seqs
-- Answers: how many

local before = answered()
if before then return tonumber(before) end

-- One that died in a ledger of the version before did so soon after its receipt.
local function diedAt(seq)
  return tonumber(redis.call('HGET', key.delivery_died, seq) or redis.call('HGET', key.delivery_received, seq))
end

local function reroute(seq)
  local bytes = redis.call('HSTRLEN', key.delivery_body, seq) + redis.call('HSTRLEN', key.delivery_trace, seq)
  redis.call('DECRBY', key.history_bytes, bytes)
  for _, column in ipairs({ 'token', 'failures', 'trace', 'reason', 'died' }) do
    redis.call('HDEL', key['delivery_' .. column], seq)
  end
  redis.call('ZREM', key.dead, seq)
  redis.call('ZADD', key.unrouted, seq, seq)
  redis.call('ZADD', key.due, now, seq)
end

local channel, withinMs, rerouted = take(), takeNumber(), 0
for _ = 1, takeNumber() do
  local seq = take()
  local wasGivenUp = redis.call('ZSCORE', key.dead, seq) and redis.call('HEXISTS', key.delivery_trace, seq) == 1
  if wasGivenUp and (not withinMs or diedAt(seq) >= now - withinMs) then
    reroute(seq)
    rerouted = rerouted + 1
  end
end
if rerouted > 0 then announce(channel, 'route') end
return answer(rerouted)
