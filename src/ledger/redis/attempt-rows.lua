-- Put before the scripts that keep or read attempts.
--
-- KEYS: attempts
--
-- The attempts of a notification have places that follow one another, from 1 on; `first` is that of the oldest that is
-- kept. A wait that prolonged the one before has none of its own: `joined` counts those, and a row says which claim it
-- was (`number`) where that may be another than its place. `attemptsKept` is put before every script. A ledger of the
-- version before kept them all: of those, some go with each of the next.

local function attemptName(id, at)
  return id .. '\n' .. at
end

local function lastAttempt(n)
  return n.attempts - (n.joined or 0)
end

-- The place of the oldest that still counts.
local function firstAttempt(n)
  return math.max(n.first or 1, lastAttempt(n) - attemptsKept + 1)
end

-- Forgets the oldest up to a place, at most so many; how many went.
local function forgetAttempts(id, n, upTo, limit)
  local names, from = {}, n.first or 1
  for at = from, math.min(upTo, from + limit - 1) do names[#names + 1] = attemptName(id, at) end
  if #names == 0 then return 0 end
  redis.call('HDEL', key.attempts, unpack(names))
  n.first = from + #names
  return #names
end
