-- Makes notifications owed again, due at once.
--
-- WITH: outbox answered
-- ARGV: the channel of work, 1 if only those that are dead, how many addresses they are at (0: any), these addresses,
--   how many ids, these ids
-- Answers: how many of them were dead

local before = answered()
if before then return tonumber(before) end

local channel, onlyDead = take(), take() == '1'
local addresses, count = {}, takeNumber()
for _ = 1, count do addresses[take()] = true end

local revived = 0
for _ = 1, takeNumber() do
  local id = take()
  local n = load(id)
  local isDead = n and n.state == 'dead'
  if n and (isDead or not onlyDead) and (count == 0 or addresses[n.address]) then
    fallDue(id, n)
    if isDead then revived = revived + 1 end
  end
end
if notifyWork then announce(channel, 'notify') end
return answer(revived)
