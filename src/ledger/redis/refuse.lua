-- Keeps the last hundred refusals, and counts them all.
--
-- KEYS: refusals refusal_counts
-- KEYS: call
-- ARGV: how many codes; for each: the code, how many; then how many refusals to keep, the newest last, as JSON
-- Answers: nothing
--
-- The list holds two elements for each refusal, the newest first: its moment, then its JSON. `call` is this call's own
-- key, for a minute: repeated, it changes nothing.

if not redis.call('SET', key.call, '', 'NX', 'PX', 60000) then return end

for _ = 1, takeNumber() do
  local code = take()
  redis.call('HINCRBY', key.refusal_counts, code, takeNumber())
end
for _ = 1, takeNumber() do
  redis.call('LPUSH', key.refusals, take(), now)
end
redis.call('LTRIM', key.refusals, 0, 199)
