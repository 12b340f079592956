-- What this ledger is for: the first to say so decides.
--
-- KEYS: purpose
-- ARGV: `live` or `preview`
-- Answers: what it is for

redis.call('SETNX', key.purpose, take())
return redis.call('GET', key.purpose)
