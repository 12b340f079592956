-- Put before the scripts that show notifications: a notification as a list of its columns, and its attempts.
--
-- WITH: attempt-rows

local function rowOf(id, n)
  return { id, n.head, n.state, n.revision, n.since, n.due, n.told or false, n.attempts, n.failures, n.reason or false }
end

-- Each is {number, its beginning, its end or false, 1 if late, outcome as JSON or false}.
local function attemptsOf(id, n)
  local shown = {}
  for at = firstAttempt(n), lastAttempt(n) do
    local row = redis.call('HGET', key.attempts, attemptName(id, at))
    local a = row and cmsgpack.unpack(row)
    if a then
      shown[#shown + 1] = { a.number or at, a.started, a.ended or false, a.late and 1 or 0, a.outcome or false }
    end
  end
  return shown
end
