-- Keeps a signed request that could not be read as a dead letter, once for its name.
--
-- KEYS: seq dead deliveries_by_id delivery_id delivery_head delivery_body delivery_received delivery_reason
-- KEYS: dedup dedup_at history_bytes
-- ARGV: its dedup name, digest, id, head, body, reason
-- Answers: 1 if it was kept now, 0 if before

local name, digest, id, head, body, reason = take(), take(), take(), take(), take(), take()
if redis.call('HEXISTS', key.dedup, name) == 1 then return 0 end

local seq = redis.call('INCR', key.seq)
redis.call('HSET', key.dedup, name, seq .. ' ' .. digest .. ' ')
redis.call('ZADD', key.dedup_at, now, name)
redis.call('HSET', key.delivery_id, seq, id)
redis.call('HSET', key.delivery_head, seq, head)
redis.call('HSET', key.delivery_body, seq, body)
redis.call('HSET', key.delivery_received, seq, now)
redis.call('HSET', key.delivery_reason, seq, reason)
redis.call('ZADD', key.deliveries_by_id, 0, id .. '\n' .. seq)
redis.call('ZADD', key.dead, seq, seq)
redis.call('INCRBY', key.history_bytes, #body)
return 1
