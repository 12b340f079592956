-- Put before the scripts that keep or read attempts.
--
-- KEYS: attempts
--
-- The attempts of a notification have places that follow one another, from 1 on. A wait that prolonged the one before
-- has none of its own: `joined` counts those, and a row says which claim it was (`number`) where that may be another
-- than its place.

local function attemptName(id, at)
  return id .. '\n' .. at
end

local function lastAttempt(n)
  return n.attempts - (n.joined or 0)
end
