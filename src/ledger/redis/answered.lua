-- Put before the scripts that count what they did: repeated, such a call answers as it did.
--
-- KEYS: call
--
-- `call` is this call's own key and holds its answer, for a minute: longer than anybody repeats the call.

local function answered()
  return redis.call('GET', key.call)
end

local function answer(count)
  redis.call('SET', key.call, count, 'PX', 60000)
  return count
end
