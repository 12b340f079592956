-- Notifications in the order they were first owed, the newest first; some are looked at in one call.
--
-- WITH: notification-row
-- KEYS: notifications notification_order dead_notifications
-- ARGV: below which place, or empty; how many are looked at; the state or empty; the destination as it stands in a head
--   or empty; within how many ms they died or empty
-- Answers: {the place of the last that was looked at or false if there was none, places, rows}

local below, limit, state, destination, withinMs = take(), takeNumber(), take(), take(), takeNumber()

local function fits(id, n)
  if state ~= '' and n.state ~= state then return false end
  if destination ~= '' and not string.find(n.head, destination, 1, true) then return false end
  return not withinMs or tonumber(redis.call('ZSCORE', key.dead_notifications, id) or 0) >= now - withinMs
end

local from = below == '' and '+' or '(' .. below
local looked = redis.call('ZREVRANGEBYLEX', key.notification_order, from, '-', 'LIMIT', 0, limit)
local places, rows = {}, {}
for _, place in ipairs(looked) do
  local id = string.match(place, '^%d+,%d+,(.*)$')
  local row = redis.call('HGET', key.notifications, id)
  local n = row and cmsgpack.unpack(row)
  if n and fits(id, n) then
    places[#places + 1], rows[#rows + 1] = place, rowOf(id, n)
  end
end
return { looked[#looked] or false, places, rows }
