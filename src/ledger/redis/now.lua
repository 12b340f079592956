-- The engine's clock.
--
-- ARGV: nothing
-- Answers: the moment in milliseconds

return now
