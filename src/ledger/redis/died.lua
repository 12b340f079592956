-- The dead notifications.
--
-- KEYS: dead_notifications
-- ARGV: within how many ms they died, or empty
-- Answers: their ids

local withinMs = takeNumber()
return redis.call('ZRANGEBYSCORE', key.dead_notifications, withinMs and now - withinMs or '-inf', '+inf')
