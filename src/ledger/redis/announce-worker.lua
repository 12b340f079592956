-- Keeps what a serving process goes by, and forgets those that are gone.
--
-- KEYS: workers worker_until
-- ARGV: id, the hash of its rules file, what it goes by as JSON, for how many ms
-- Answers: nothing

local id, file, worker, forMs = take(), take(), take(), takeNumber()
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', key.worker_until, '-inf', now)) do
  redis.call('HDEL', key.workers, gone)
  redis.call('ZREM', key.worker_until, gone)
end

local row = redis.call('HGET', key.workers, id)
local known = row and cmsgpack.unpack(row)
local since = known and known.file == file and known.since or now
redis.call('HSET', key.workers, id, cmsgpack.pack({ worker = worker, file = file, since = since }))
redis.call('ZADD', key.worker_until, now + forMs, id)
