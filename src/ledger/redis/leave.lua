-- Forgets a serving process.
--
-- KEYS: workers worker_until
-- ARGV: id
-- Answers: nothing

local id = take()
redis.call('HDEL', key.workers, id)
redis.call('ZREM', key.worker_until, id)
