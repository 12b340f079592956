-- Put before the scripts that index notifications: by when they were first owed, and how many are kept at each address.
--
-- KEYS: notification_order notification_addresses
--
-- The order is one of text: by the moment, then by a number that grows. A ledger of the version before had neither
-- index; what it kept has no `place` until `index-notifications` gives it one.

local function enterIndex(id, n, at, number)
  n.place = string.format('%015.0f,%012.0f,', at, number) .. id
  redis.call('ZADD', key.notification_order, 0, n.place)
  redis.call('HINCRBY', key.notification_addresses, n.address, 1)
end

local function leaveIndex(n)
  if not n.place then return end
  redis.call('ZREM', key.notification_order, n.place)
  if redis.call('HINCRBY', key.notification_addresses, n.address, -1) < 1 then
    redis.call('HDEL', key.notification_addresses, n.address)
  end
end
