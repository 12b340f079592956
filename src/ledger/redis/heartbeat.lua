-- Says "we listen now".
--
-- WITH: gap
-- ARGV: nothing
-- Answers: nothing

local since = gapSince()
if since then redis.call('ZADD', key.gaps, now, since) end
redis.call('SET', key.beat, now)
