-- Put before every script: the arguments one after the other, and the engine's clock.
--
-- ARGV: the moment in milliseconds, which only tests give; empty: Redis's own clock

local argument = 0

local function take()
  argument = argument + 1
  return ARGV[argument]
end

local function takeNumber()
  return tonumber(take())
end

local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Wakes whoever listens. That may be forbidden or missed, and must not undo what was done: all look again soon anyway.
local function announce(channel, work)
  redis.pcall('PUBLISH', channel, work)
end

local now = takeNumber() or clock()
