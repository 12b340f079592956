-- The addresses that were taken up of late, or at which a notification is kept.
--
-- KEYS: addresses addresses_at notification_addresses
-- ARGV: within how many ms
-- Answers: what is known of each as JSON

local withinMs, shown = takeNumber(), {}
local list = redis.call('ZRANGE', key.addresses_at, 0, -1, 'WITHSCORES')
for i = 1, #list, 2 do
  local name, at = list[i], tonumber(list[i + 1])
  if at >= now - withinMs or redis.call('HEXISTS', key.notification_addresses, name) == 1 then
    shown[#shown + 1] = redis.call('HGET', key.addresses, name)
  end
end
return shown
