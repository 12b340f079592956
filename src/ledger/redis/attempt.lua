-- Put before the scripts that end attempts.
--
-- WITH: outbox attempt-rows
-- KEYS: pace

-- The place and the row of the attempt that was begun under this token; nothing if there is none.
local function attemptOf(id, n, token)
  for at = lastAttempt(n), firstAttempt(n), -1 do
    local row = redis.call('HGET', key.attempts, attemptName(id, at))
    local attempt = row and cmsgpack.unpack(row)
    if attempt and (attempt.token == token or attempt.again == token) then return at, attempt end
  end
end

-- Gives the address the token back that the claim drew.
local function refund(n)
  local full = n.drawn and redis.call('HGET', key.pace, n.address)
  if full then redis.call('HSET', key.pace, n.address, full - n.drawn) end
end
