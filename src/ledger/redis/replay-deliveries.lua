-- Deliveries with their bodies, in the order of their receipt.
--
-- KEYS: unrouted routed dead delivery_id delivery_head delivery_body delivery_received
-- ARGV: after which number, how many to look at, received within so many ms, how many bytes of bodies are enough
-- Answers: {the last number looked at or false, {seq, id, head, receipt, body, seq…}}

local after, limit, sinceMs, enough = take(), takeNumber(), takeNumber(), takeNumber()
local seqs = {}
for _, column in ipairs({ 'unrouted', 'routed', 'dead' }) do
  local list = redis.call('ZRANGEBYSCORE', key[column], '(' .. after, '+inf', 'LIMIT', 0, limit)
  for _, seq in ipairs(list) do seqs[#seqs + 1] = seq end
end
table.sort(seqs, function(a, b) return tonumber(a) < tonumber(b) end)

local found, bytes, last = {}, 0, false
for i = 1, math.min(limit, #seqs) do
  local seq = seqs[i]
  local receivedAt = redis.call('HGET', key.delivery_received, seq)
  local isMeant = receivedAt and tonumber(receivedAt) >= now - sinceMs
  local body = isMeant and redis.call('HGET', key.delivery_body, seq)
  if body then
    local id, head = redis.call('HGET', key.delivery_id, seq), redis.call('HGET', key.delivery_head, seq)
    for _, each in ipairs({ seq, id, head, receivedAt, body }) do found[#found + 1] = each end
    bytes = bytes + #body
  end
  last = seq
  if bytes >= enough then break end
end
return { last, found }
