-- Says that a serving process is still there.
--
-- KEYS: worker_until
-- ARGV: id, for how many ms
-- Answers: 1, or 0 if it is forgotten

local id, forMs = take(), takeNumber()
if tonumber(redis.call('ZSCORE', key.worker_until, id) or 0) <= now then return 0 end
redis.call('ZADD', key.worker_until, now + forMs, id)
return 1
