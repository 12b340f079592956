-- Put before the scripts that keep or show when nobody listened.
--
-- KEYS: beat gaps
--
-- `gaps` has the end of each gap for a score and its beginning for a member.

local gapMs = 60000

-- Since when nobody listens, if that is a gap by now.
local function gapSince()
  local last = tonumber(redis.call('GET', key.beat) or now)
  return now - last > gapMs and last or nil
end
