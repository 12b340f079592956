-- A notification with its attempts, and the episode it is about.
--
-- WITH: notification-row
-- KEYS: notifications episodes
-- ARGV: id
-- Answers: {row, attempts, episode as JSON}, or nothing

local id = take()
local row = redis.call('HGET', key.notifications, id)
if not row then return end

local n = cmsgpack.unpack(row)
return { rowOf(id, n), attemptsOf(id, n), redis.call('HGET', key.episodes, n.episode) }
