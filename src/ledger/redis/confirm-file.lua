-- Keeps that a person confirmed a rules file.
--
-- KEYS: confirmed_until
-- ARGV: the channel of work, the file's hash, for how many ms
-- Answers: nothing

local channel, file, forMs = take(), take(), takeNumber()
redis.call('ZREMRANGEBYSCORE', key.confirmed_until, '-inf', now)
redis.call('ZADD', key.confirmed_until, now + forMs, file)
announce(channel, 'watch')
