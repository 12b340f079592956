-- Silences, the newest first.
--
-- WITH: silence
-- ARGV: for how many ms one that is over is still shown
-- Answers: silences as `keep-silence` shows them

local shown = {}
for i, silence in ipairs(silencesAfter(now - takeNumber())) do shown[i] = showSilence(silence) end
return shown
