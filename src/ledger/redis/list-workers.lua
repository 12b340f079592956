-- The serving processes that are there.
--
-- KEYS: workers worker_until
-- ARGV: nothing
-- Answers: for each {what it goes by as JSON, since when}

local shown = {}
for i, id in ipairs(redis.call('ZRANGEBYSCORE', key.worker_until, '(' .. now, '+inf')) do
  local row = cmsgpack.unpack(redis.call('HGET', key.workers, id))
  shown[i] = { row.worker, row.since }
end
return shown
