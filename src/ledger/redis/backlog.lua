-- Counts, and the oldest of what is unrouted and owed.
--
-- KEYS: unrouted delivery_received owed incidents_open dead dead_notifications refusal_counts
-- KEYS: heard_accepted heard_duplicate heard_altered heard_at
-- ARGV: nothing
-- Answers: {unrouted, receipt of the oldest or false, owed, the oldest's moment or false, open incidents, dead
--   deliveries, dead notifications, refusals, accepted, duplicates, altered, moments}; from refusals on name and value
--   by turns

local oldest = redis.call('ZRANGE', key.unrouted, 0, 0)[1]
local answer = {
  redis.call('ZCARD', key.unrouted),
  oldest and redis.call('HGET', key.delivery_received, oldest) or false,
  redis.call('ZCARD', key.owed),
  redis.call('ZRANGE', key.owed, 0, 0, 'WITHSCORES')[2] or false,
  redis.call('ZCARD', key.incidents_open),
  redis.call('ZCARD', key.dead),
  redis.call('ZCARD', key.dead_notifications),
}
for _, column in ipairs({ 'refusal_counts', 'heard_accepted', 'heard_duplicate', 'heard_altered', 'heard_at' }) do
  answer[#answer + 1] = redis.call('HGETALL', key[column])
end
return answer
