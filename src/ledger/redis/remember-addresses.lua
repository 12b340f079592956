-- Remembers where something may be told from now on.
--
-- KEYS: addresses addresses_at
-- ARGV: how many; for each its name, and what is known of it as JSON
-- Answers: nothing

for _ = 1, takeNumber() do
  local name = take()
  redis.call('HSET', key.addresses, name, take())
  redis.call('ZADD', key.addresses_at, now, name)
end
