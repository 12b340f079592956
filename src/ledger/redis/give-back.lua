-- Gives claimed deliveries back, due at once or later: released, or postponed, with a failure more.
--
-- KEYS: unrouted due delivery_token delivery_failures
-- ARGV: the channel of work, token, after how many ms, 1 if it failed, how many seqs, these seqs
-- Answers: how many were held under the token and given back

local channel, token, afterMs, failed, count = take(), take(), takeNumber(), takeNumber(), takeNumber()
local given = 0
for _ = 1, count do
  local seq = take()
  local isMine = redis.call('HGET', key.delivery_token, seq) == token
  if isMine and redis.call('ZSCORE', key.unrouted, seq) then
    redis.call('ZADD', key.due, now + afterMs, seq)
    redis.call('HDEL', key.delivery_token, seq)
    if failed == 1 then redis.call('HINCRBY', key.delivery_failures, seq, 1) end
    given = given + 1
  end
end
if given > 0 and afterMs == 0 then announce(channel, 'route') end
return given
