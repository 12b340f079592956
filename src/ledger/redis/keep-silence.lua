-- Keeps a silence, once for its id.
--
-- WITH: silence
-- KEYS: change
-- ARGV: id, what was said of it as JSON, its beginning or empty for now, its end or empty, for how many ms where the end
--   is empty
-- Answers: what is kept: {what was said, beginning, end, creation, who ended it or false}

local id, said, starts, ends, forMs = take(), take(), takeNumber() or now, takeNumber(), takeNumber()
local silence = loadSilence(id)
if not silence then
  silence = { said = said, starts = starts, ends = ends or starts + forMs, created = now }
  silence.number = redis.call('INCR', key.change)
  saveSilence(id, silence)
end
return showSilence(silence)
