-- Indexes the notifications that a ledger of the version before kept. As long as there are as many places as
-- notifications, and as many are known among their siblings, nothing is looked at.
--
-- WITH: notification-index siblings
-- KEYS: notifications attempts
-- ARGV: where the step before stopped, 0 at first; about how many are looked at
-- Answers: where this one stopped, 0 at the end

local from, limit = take(), take()
local kept = redis.call('HLEN', key.notifications)
local known = tonumber(redis.call('GET', key.siblings_known) or 0)
if redis.call('ZCARD', key.notification_order) >= kept and known >= kept then return '0' end

local stopped, rows = unpack(redis.call('HSCAN', key.notifications, from, 'COUNT', limit))
for i = 1, #rows, 2 do
  local id, n = rows[i], cmsgpack.unpack(rows[i + 1])
  local wasPlaced = n.place
  if not wasPlaced then
    -- What was settled and owed again was owed first before its first attempt.
    local row = redis.call('HGET', key.attempts, id .. '\n1')
    local startedAt = row and cmsgpack.unpack(row).started
    enterIndex(id, n, math.min(n.since, startedAt or n.since), 0)
  end
  if not n.known or not wasPlaced then
    enterSiblings(n)
    redis.call('HSET', key.notifications, id, cmsgpack.pack(n))
  end
end
return stopped
