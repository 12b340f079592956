-- Says "we listen now".
--
-- KEYS: beat gaps
-- ARGV: nothing
-- Answers: nothing
--
-- `gaps` has the end of each gap for a score and its beginning for a member.

local gapMs = 60000

local last = tonumber(redis.call('GET', key.beat) or now)
if now - last > gapMs then redis.call('ZADD', key.gaps, now, last) end
redis.call('SET', key.beat, now)
