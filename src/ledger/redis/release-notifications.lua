-- Takes claims back as if never begun.
--
-- WITH: attempt
-- ARGV: the channel of work, how many claims; for each: id, token
-- Answers: nothing

local channel = take()
for _ = 1, takeNumber() do
  local id, token = take(), take()
  local n = load(id)
  if n and n.token == token then
    redis.call('HDEL', key.attempts, attemptName(id, lastAttempt(n)))
    refund(n)
    unqueue(id, n)
    n.token, n.raised, n.drawn, n.attempts = nil, nil, nil, n.attempts - 1
    queue(id, n, now)
    save(id, n)
  end
end
if notifyWork then announce(channel, 'notify') end
