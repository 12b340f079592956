-- Ends a silence now, and makes due what waits for it, some at a call.
--
-- WITH: outbox silence
-- ARGV: the channel of work, id, who ends it, how many fall due at most
-- Answers: {the silence as `keep-silence` shows it or false, how many fell due}

local channel, id, by, limit = take(), take(), take(), takeNumber()
local silence = loadSilence(id)
if not silence then return { false, 0 } end

if silence.ends > now then
  silence.ends, silence.expiredBy = now, by
  saveSilence(id, silence)
end
local woken = wake('silence:' .. id, limit)
announce(channel, 'notify')
return { showSilence(silence), woken }
