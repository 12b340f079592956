-- Put before the scripts that keep or show silences.
--
-- KEYS: silences silence_ends
--
-- A silence is one packed row; what a person said of it is JSON that is never looked into.

local function loadSilence(id)
  local row = redis.call('HGET', key.silences, id)
  return row and cmsgpack.unpack(row)
end

local function saveSilence(id, silence)
  redis.call('HSET', key.silences, id, cmsgpack.pack(silence))
  redis.call('ZADD', key.silence_ends, silence.ends, id)
end

local function showSilence(silence)
  return { silence.said, silence.starts, silence.ends, silence.created, silence.expiredBy or false }
end

-- Those that end after that moment, the newest first.
local function silencesAfter(at)
  local silences = {}
  for i, id in ipairs(redis.call('ZRANGEBYSCORE', key.silence_ends, '(' .. at, '+inf')) do
    silences[i] = loadSilence(id)
  end
  table.sort(silences, function(a, b) return a.number > b.number end)
  return silences
end
