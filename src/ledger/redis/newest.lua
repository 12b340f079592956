-- The members of one or several columns with their numbers, the largest number first.
--
-- KEYS: unrouted routed dead incidents_open incidents_over
-- ARGV: below which number, how many at most, how many columns, these columns
-- Answers: {member, number, member, number…}

local below, limit, count = take(), takeNumber(), takeNumber()
local found = {}
for _ = 1, count do
  local list = redis.call('ZREVRANGEBYSCORE', key[take()], '(' .. below, '-inf', 'WITHSCORES', 'LIMIT', 0, limit)
  for i = 1, #list, 2 do found[#found + 1] = { list[i], tonumber(list[i + 1]) } end
end
table.sort(found, function(a, b) return a[2] > b[2] end)

local answer = {}
for i = 1, math.min(limit, #found) do
  answer[2 * i - 1], answer[2 * i] = found[i][1], found[i][2]
end
return answer
